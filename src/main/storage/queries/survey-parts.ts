import type { SurveyPart, SurveyPartKey, SurveyRecording } from '../../../shared/contract/survey-parts.ts';
import type { Queryable } from '../database.ts';

export async function loadParts(connection: Queryable, surveyId: string): Promise<readonly SurveyPart[]> {
  const { rows } = await connection.query<{ data: SurveyPart }>(
    'select data from field.survey_parts where survey_id = $1 order by kind, id',
    [surveyId],
  );
  return rows.map(({ data }) => data);
}

export async function putParts(
  connection: Queryable,
  surveyId: string,
  parts: readonly SurveyPart[],
  nowMs: number,
): Promise<void> {
  if (parts.length === 0) return;
  await connection.query(
    `insert into field.survey_parts (survey_id, kind, id, data, updated_at)
     select $1, part ->> 'kind', (part ->> 'id')::uuid, part, to_timestamp($3::float8 / 1000)
     from jsonb_array_elements($2::jsonb) as part
     on conflict (survey_id, kind, id) do update set data = excluded.data, updated_at = excluded.updated_at`,
    [surveyId, JSON.stringify(parts), nowMs],
  );
}

export async function removeParts(
  connection: Queryable,
  surveyId: string,
  keys: readonly SurveyPartKey[],
): Promise<void> {
  if (keys.length === 0) return;
  await connection.query(
    `delete from field.survey_parts p using unnest($2::text[], $3::uuid[]) as gone (kind, id)
     where p.survey_id = $1 and p.kind = gone.kind and p.id = gone.id`,
    [surveyId, keys.map(({ kind }) => kind), keys.map(({ id }) => id)],
  );
}

export interface OwnedRecording {
  readonly surveyId: string;
  readonly recording: SurveyRecording;
}

/** Of all surveys: those that run. */
export async function runningRecordings(connection: Queryable): Promise<readonly OwnedRecording[]> {
  const { rows } = await connection.query<{ surveyId: string; recording: SurveyRecording }>(
    `select survey_id as "surveyId", data as recording from field.survey_parts
     where kind = 'recording' and data ->> 'state' = 'running'`,
  );
  return rows;
}

/** Placements of open surveys whose sensor has not been heard since. */
export async function waitingPlacements(
  connection: Queryable,
): Promise<readonly { readonly surveyId: string; readonly id: string; readonly mac: string }[]> {
  const { rows } = await connection.query<{ surveyId: string; id: string; mac: string }>(
    `select p.survey_id as "surveyId", p.id, p.data ->> 'mac' as mac
     from field.survey_parts p join field.surveys s on s.id = p.survey_id
     where p.kind = 'placement' and s.state = 'open'
       and (p.data ->> 'firstReading' is null or p.data ->> 'rssi' is null)`,
  );
  return rows;
}

/** One part before and after a change; `null` where it was not there. */
export interface PartChange {
  readonly before: SurveyPart | null;
  readonly after: SurveyPart | null;
}

/** The oldest steps go where there are more than `most`. */
export async function insertStep(
  connection: Queryable,
  surveyId: string,
  step: string,
  nowMs: number,
  changes: readonly PartChange[],
  most: number,
): Promise<void> {
  await connection.query(
    `insert into field.survey_steps (survey_id, step, time, changes)
     values ($1, $2, to_timestamp($3::float8 / 1000), $4)`,
    [surveyId, step, nowMs, JSON.stringify(changes)],
  );
  await connection.query(
    `delete from field.survey_steps where survey_id = $1 and id <= (
       select id from field.survey_steps where survey_id = $1 order by id desc offset $2 limit 1)`,
    [surveyId, most],
  );
}

export async function newestStep(connection: Queryable, surveyId: string): Promise<string | null> {
  const { rows } = await connection.query<{ step: string }>(
    'select step from field.survey_steps where survey_id = $1 order by id desc limit 1',
    [surveyId],
  );
  return rows[0]?.step ?? null;
}

/** Takes the newest step off the pile. */
export async function takeStep(
  connection: Queryable,
  surveyId: string,
): Promise<{ readonly step: string; readonly changes: readonly PartChange[] } | undefined> {
  const { rows } = await connection.query<{ step: string; changes: readonly PartChange[] }>(
    `delete from field.survey_steps where id = (
       select id from field.survey_steps where survey_id = $1 order by id desc limit 1) returning step, changes`,
    [surveyId],
  );
  return rows[0];
}

export async function removeSteps(connection: Queryable, surveyId: string): Promise<void> {
  await connection.query('delete from field.survey_steps where survey_id = $1', [surveyId]);
}
