import { createHash } from 'node:crypto';
import type { SurveyDocument, SurveySample } from '../../shared/contract/survey.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { surveyDataText } from '../../shared/domain/survey-document.ts';
import type { Queryable } from '../storage/index.ts';
import { listFiles } from '../storage/queries/survey-files.ts';
import { loadParts } from '../storage/queries/survey-parts.ts';
import { loadSamples } from '../storage/queries/survey-samples.ts';
import { getSurvey } from '../storage/queries/surveys.ts';
import { samplesPage } from './limits.ts';

/** One revision whole, with the files that its parts refer to. @throws AppError `survey.unknown` */
export async function loadDocument(connection: Queryable, id: string): Promise<SurveyDocument> {
  const survey = await getSurvey(connection, id);
  if (survey === undefined) throw new AppError('survey.unknown', `There is no survey ${id}.`, { id });
  const parts = await loadParts(connection, id);
  const used = new Set(parts.flatMap((part) => ('fileId' in part ? [part.fileId] : [])));
  const samples: Record<string, readonly SurveySample[]> = {};
  for (const part of parts)
    if (part.kind === 'recording') samples[part.id] = await allSamples(connection, part.id);
  const files = (await listFiles(connection, survey.rootId)).filter((file) => used.has(file.id));
  return { format: 'datayoti-survey', version: 1, survey, parts, samples, files };
}

/** SHA-256 of the data that is signed, in hexadecimal. */
export function surveyDataSha256(document: SurveyDocument): string {
  return createHash('sha256').update(surveyDataText(document), 'utf8').digest('hex');
}

async function allSamples(connection: Queryable, recordingId: string): Promise<readonly SurveySample[]> {
  const all: SurveySample[] = [];
  for (;;) {
    const page = await loadSamples(connection, recordingId, all.length, samplesPage);
    all.push(...page);
    if (page.length < samplesPage) return all;
  }
}
