import type { SurveyRecording } from '../../shared/contract/survey-parts.ts';
import { RecordingStatistics } from '../../shared/domain/survey-statistics.ts';
import type { Queryable } from '../storage/index.ts';
import { runningRecordings } from '../storage/queries/survey-parts.ts';
import { loadSamples } from '../storage/queries/survey-samples.ts';
import { endedRecording, pointAfter } from './end-recording.ts';
import { samplesPage } from './limits.ts';
import type { SurveyStore } from './survey-store.ts';

/** Ends the recordings that an application left that was cut off, by the samples that are stored. */
export async function endInterrupted(store: SurveyStore): Promise<number> {
  const left = await runningRecordings(store.database);
  for (const { surveyId, recording } of left)
    await store.edit(surveyId, async (parts, connection) => {
      const part = parts.get('recording', recording.id);
      const [criteria] = parts.all('criteria');
      if (part === undefined || criteria === undefined) return null;
      const statistics = new RecordingStatistics(part.devices, criteria.stableWithin);
      const lastMs = await readSamples(connection, part, statistics);
      const devices = statistics.get();
      parts.put(endedRecording(part, devices, 'interrupted', lastMs));
      const point = parts.get('point', part.pointId);
      if (point !== undefined)
        parts.put(
          pointAfter(point, part, devices, 'interrupted', point.recordingId === null ? 'planned' : 'done'),
        );
      return null;
    });
  return left.length;
}

/** @returns when the last one came; the beginning where none did */
async function readSamples(
  connection: Queryable,
  { id, startedMs }: SurveyRecording,
  statistics: RecordingStatistics,
): Promise<number> {
  let lastMs = startedMs;
  for (let from = 0; ; from += samplesPage) {
    const page = await loadSamples(connection, id, from, samplesPage);
    for (const sample of page) {
      statistics.add(sample);
      lastMs = sample.timeMs;
    }
    if (page.length < samplesPage) return lastMs;
  }
}
