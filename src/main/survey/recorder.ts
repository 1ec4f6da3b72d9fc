import { randomUUID } from 'node:crypto';
import type { LiveRecording, SurveySample } from '../../shared/contract/survey.ts';
import type { SurveyRecording } from '../../shared/contract/survey-parts.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import { RecordingStatistics } from '../../shared/domain/survey-statistics.ts';
import type { Clock } from '../foundation/clock.ts';
import { drop } from '../foundation/drop.ts';
import { Listeners } from '../foundation/listeners.ts';
import type { Log } from '../foundation/log.ts';
import { running, unknownPart } from './change-parts.ts';
import { endedRecording, pointAfter } from './end-recording.ts';
import type { PartMap } from './part-map.ts';
import { RunningRecording } from './running-recording.ts';
import type { SurveyStore } from './survey-store.ts';

/** A device whose messages are recorded. */
export interface Roaming {
  readonly mac: MacAddress;
  readonly name: string;
}

export interface RecordWish {
  readonly surveyId: string;
  readonly pointId: string;
  readonly devices: readonly Roaming[];
  readonly seconds: number;
}

export interface RecorderParts {
  readonly store: SurveyStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly keepAwake: (() => () => void) | undefined;
}

/** Records what roaming devices send; each sample is in the database before the next look of the page. */
export class Recorder {
  readonly #parts: RecorderParts;
  readonly #running = new Map<string, RunningRecording>();
  readonly #changes = new Listeners<string>();
  #letSleep: (() => void) | undefined;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** A recording of this survey began, ended, or has new samples. */
  onChange(listener: (surveyId: string) => void): () => void {
    return this.#changes.add(listener);
  }

  live(surveyId: string): readonly LiveRecording[] {
    const nowMs = this.#parts.clock.now();
    return [...this.#running.values()]
      .filter((recording) => recording.surveyId === surveyId)
      .map((recording) => recording.live(nowMs));
  }

  runsIn(surveyId: string): boolean {
    return [...this.#running.values()].some((recording) => recording.surveyId === surveyId);
  }

  /** @throws AppError as `survey.record` says */
  async start({ surveyId, pointId, devices, seconds }: RecordWish): Promise<string> {
    const { store, clock } = this.#parts;
    const recordingId = randomUUID();
    const startedMs = clock.now();
    this.#refuseTaken(devices);
    let begun: RunningRecording | undefined;
    await store.edit(surveyId, (parts, _connection, { rootId }) => {
      const point = parts.get('point', pointId);
      if (point === undefined) throw unknownPart({ kind: 'point', id: pointId });
      if (point.state === 'measuring') throw running();
      const [criteria] = parts.all('criteria');
      if (criteria === undefined) throw unknownPart({ kind: 'criteria', id: surveyId });
      const statistics = new RecordingStatistics(devices, criteria.stableWithin);
      const recording: SurveyRecording = {
        kind: 'recording',
        id: recordingId,
        pointId,
        startedMs,
        plannedSeconds: seconds,
        endedMs: null,
        state: 'running',
        devices: [...statistics.get()],
        discarded: '',
      };
      parts.put(recording);
      parts.put({ ...point, state: 'measuring' });
      if (criteria.fixedMs === null) parts.put({ ...criteria, fixedMs: startedMs });
      dropSigned(parts);
      begun = new RunningRecording({
        surveyId,
        rootId,
        recordingId,
        pointId,
        pointLabel: point.label,
        startedMs,
        untilMs: startedMs + seconds * 1_000,
        stateBefore: point.state,
        macs: devices.map(({ mac }) => mac),
        statistics,
        database: store.database,
      });
      return null;
    });
    if (begun === undefined) throw new Error('the recording did not begin');
    this.#running.set(recordingId, begun);
    this.#letSleep ??= this.#parts.keepAwake?.();
    begun.endAt(() =>
      drop(this.#end(recordingId, 'complete'), this.#parts.log, 'ending a recording at its time'),
    );
    this.#changes.tell(surveyId);
    return recordingId;
  }

  /** Messages that were committed, as samples. */
  accept(samples: readonly SurveySample[]): void {
    if (this.#running.size === 0) return;
    for (const recording of this.#running.values()) {
      const own = samples.filter(({ mac }) => recording.macs.includes(mac));
      if (own.length === 0) continue;
      drop(recording.add(own), this.#parts.log, 'storing the samples of a recording');
      this.#changes.tell(recording.surveyId);
    }
  }

  /** @throws AppError `survey.recording-unknown` */
  async stop(recordingId: string): Promise<void> {
    if (!this.#running.has(recordingId)) throw unknownRecording(recordingId);
    await this.#end(recordingId, 'stopped');
  }

  /** The database goes: what arrived until now is kept. */
  async detach(): Promise<void> {
    await Promise.all(
      [...this.#running.keys()].map((id) =>
        this.#end(id, 'interrupted').catch((error: unknown) =>
          // What was stored is there; the next start ends the recording by it.
          this.#parts.log.warn('a recording could not be ended in order', { error }),
        ),
      ),
    );
  }

  async #end(recordingId: string, state: 'complete' | 'stopped' | 'interrupted'): Promise<void> {
    const recording = this.#running.get(recordingId);
    if (recording === undefined) return;
    this.#running.delete(recordingId);
    if (this.#running.size === 0) {
      this.#letSleep?.();
      this.#letSleep = undefined;
    }
    const devices = await recording.close();
    const endedMs = this.#parts.clock.now();
    await this.#parts.store.edit(recording.surveyId, (parts) => {
      const part = parts.get('recording', recordingId);
      const point = parts.get('point', recording.pointId);
      if (part !== undefined) parts.put(endedRecording(part, devices, state, endedMs));
      if (part !== undefined && point !== undefined)
        parts.put(pointAfter(point, part, devices, state, recording.stateBefore));
      return null;
    });
    this.#changes.tell(recording.surveyId);
  }

  #refuseTaken(devices: readonly Roaming[]): void {
    for (const recording of this.#running.values()) {
      const taken = devices.find(({ mac }) => recording.macs.includes(mac));
      if (taken === undefined) continue;
      throw new AppError('survey.device-recorded', `${taken.mac} is being recorded.`, {
        device: taken.name || taken.mac,
        mac: taken.mac,
        label: recording.pointLabel,
      });
    }
  }
}

function dropSigned(parts: PartMap): void {
  for (const signature of parts.all('signature')) parts.remove(signature);
}

export function unknownRecording(recordingId: string): AppError {
  return new AppError('survey.recording-unknown', `There is no recording ${recordingId} that runs.`, {
    recordingId,
  });
}
