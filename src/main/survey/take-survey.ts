import type { SurveyDocument } from '../../shared/contract/survey.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { surveyPartsMost } from '../../shared/domain/survey-limits.ts';
import type { Queryable } from '../storage/index.ts';
import { insertFile, listFiles } from '../storage/queries/survey-files.ts';
import { putParts } from '../storage/queries/survey-parts.ts';
import { countSamples, insertSamples, rootOfRecording } from '../storage/queries/survey-samples.ts';
import { deleteSurvey, insertSurvey, lockSurvey } from '../storage/queries/surveys.ts';
import { changeParts } from './change-parts.ts';
import { samplesPage } from './limits.ts';
import { PartMap } from './part-map.ts';
import type { ReadArchive } from './read-archive.ts';
import { loadDocument, surveyDataSha256 } from './survey-document.ts';

/**
 * Takes a survey of another application as it is, in one transaction. The same data twice is the same survey; an open
 * survey is replaced by a later state of it, and a finished one by nothing.
 *
 * @throws AppError `survey.bundle-damaged`, `survey.bundle-conflict`
 */
export async function takeSurvey(
  connection: Queryable,
  { document, image }: ReadArchive,
  nowMs: number,
): Promise<'added' | 'same' | 'updated'> {
  const { survey, parts, samples, files } = document;
  checkWhole(document);
  const there = await lockSurvey(connection, survey.id);
  if (there !== undefined) {
    const ours = await loadDocument(connection, survey.id);
    const sameData = surveyDataSha256(ours) === surveyDataSha256(document);
    if (sameData && ours.survey.state === survey.state) return 'same';
    const later = survey.updatedMs >= ours.survey.updatedMs && there.rootId === survey.rootId;
    if (there.state === 'finished' || !later)
      throw new AppError('survey.bundle-conflict', 'This survey is here with other contents.', {
        id: survey.id,
      });
    await deleteSurvey(connection, there);
  }
  const correctsId = survey.correctsId;
  const known = correctsId === null ? undefined : await lockSurvey(connection, correctsId);
  await insertSurvey(connection, { ...survey, correctsId: known === undefined ? null : correctsId });
  await putParts(connection, survey.id, parts, nowMs);
  const kept = new Set((await listFiles(connection, survey.rootId)).map(({ id }) => id));
  for (const file of files)
    if (!kept.has(file.id)) await insertFile(connection, survey.rootId, file, await image(file), nowMs);
  for (const [recordingId, all] of Object.entries(samples)) {
    const root = await rootOfRecording(connection, recordingId);
    if (root !== survey.rootId) throw damaged();
    if ((await countSamples(connection, recordingId)) >= all.length) continue;
    for (let from = 0; from < all.length; from += samplesPage)
      await insertSamples(connection, recordingId, survey.rootId, from, all.slice(from, from + samplesPage));
  }
  return there === undefined ? 'added' : 'updated';
}

/** Its parts must fit each other as if they had been entered here. */
function checkWhole({ survey, parts, samples, files }: SurveyDocument): void {
  const map = new PartMap(parts);
  for (const kind of ['project', 'criteria'] as const) if (map.all(kind).length !== 1) throw damaged();
  for (const [kind, most] of Object.entries(surveyPartsMost))
    if (parts.filter((part) => part.kind === kind).length > most) throw damaged();
  const recordings = map.all('recording');
  if (recordings.some(({ state }) => state === 'running')) throw damaged();
  const known = new Set(recordings.map(({ id }) => id));
  if (Object.keys(samples).some((id) => !known.has(id))) throw damaged();
  if ((survey.state === 'finished') !== (survey.finishedMs !== null)) throw damaged();
  try {
    const entered = parts.filter(({ kind }) => !madeByApplication.has(kind));
    changeParts(new PartMap(parts), { put: entered, remove: [] }, (id) =>
      files.find((file) => file.id === id),
    );
  } catch (error) {
    throw damaged(error);
  }
}

const madeByApplication: ReadonlySet<string> = new Set(['recording', 'placement', 'check', 'signature']);

function damaged(cause?: unknown): AppError {
  return new AppError('survey.bundle-damaged', 'The survey does not fit together.', {}, cause);
}
