import type { SurveySummary } from '../../../shared/contract/survey.ts';
import type { Queryable } from '../database.ts';

const columns = `s.id, s.root_id as "rootId", s.revision, s.corrects_id as "correctsId",
  s.correction_reason as "correctionReason", s.state, coalesce(p.data ->> 'title', '') as title,
  coalesce(p.data #>> '{customer,name}', '') as "customerName", p.data ->> 'siteRef' as "siteRef",
  coalesce(p.data ->> 'siteName', '') as "siteName", coalesce(p.data ->> 'technician', '') as technician,
  s.created_at as "createdMs", s.updated_at as "updatedMs", s.finished_at as "finishedMs", s.data_sha256 as "dataSha256",
  points.points, points.done as "donePoints", points.problems as "problemPoints"`;
const relations = `field.surveys s
  left join field.survey_parts p on p.survey_id = s.id and p.kind = 'project'
  cross join lateral (
    select count(*) as points, count(*) filter (where data ->> 'state' = 'done') as done,
      count(*) filter (where data ->> 'state' = 'problem') as problems
    from field.survey_parts where survey_id = s.id and kind = 'point'
  ) as points`;

type Row = { [K in keyof SurveySummary]: SurveySummary[K] };

/** Newest change first. */
export async function listSurveys(
  connection: Queryable,
  siteRef: string | null,
): Promise<readonly SurveySummary[]> {
  const { rows } = await connection.query<Row>(
    `select ${columns} from ${relations} where $1::text is null or p.data ->> 'siteRef' = $1
     order by s.updated_at desc, s.id`,
    [siteRef],
  );
  return rows;
}

export async function getSurvey(connection: Queryable, id: string): Promise<SurveySummary | undefined> {
  const { rows } = await connection.query<Row>(`select ${columns} from ${relations} where s.id = $1`, [id]);
  return rows[0];
}

export type SurveyHead = Pick<SurveySummary, 'id' | 'rootId' | 'revision' | 'state' | 'correctsId'>;

/** Its row stays locked until the end of the transaction: changes of one survey follow each other. */
export async function lockSurvey(connection: Queryable, id: string): Promise<SurveyHead | undefined> {
  const { rows } = await connection.query<{ [K in keyof SurveyHead]: SurveyHead[K] }>(
    `select id, root_id as "rootId", revision, state, corrects_id as "correctsId" from field.surveys
     where id = $1 for update`,
    [id],
  );
  return rows[0];
}

export type NewSurvey = Pick<
  SurveySummary,
  | 'id'
  | 'rootId'
  | 'revision'
  | 'correctsId'
  | 'correctionReason'
  | 'state'
  | 'createdMs'
  | 'updatedMs'
  | 'finishedMs'
  | 'dataSha256'
>;

export async function insertSurvey(connection: Queryable, survey: NewSurvey): Promise<void> {
  await connection.query(
    `insert into field.surveys (id, root_id, revision, corrects_id, correction_reason, state, created_at, updated_at,
       finished_at, data_sha256)
     values ($1, $2, $3, $4, $5, $6, to_timestamp($7::float8 / 1000), to_timestamp($8::float8 / 1000),
       to_timestamp($9::float8 / 1000), $10)`,
    [
      survey.id,
      survey.rootId,
      survey.revision,
      survey.correctsId,
      survey.correctionReason,
      survey.state,
      survey.createdMs,
      survey.updatedMs,
      survey.finishedMs,
      survey.dataSha256,
    ],
  );
}

export async function touchSurvey(connection: Queryable, id: string, nowMs: number): Promise<void> {
  await connection.query(
    'update field.surveys set updated_at = to_timestamp($2::float8 / 1000) where id = $1',
    [id, nowMs],
  );
}

export async function finishSurvey(
  connection: Queryable,
  id: string,
  nowMs: number,
  dataSha256: string,
): Promise<void> {
  await connection.query(
    `update field.surveys set state = 'finished', finished_at = to_timestamp($2::float8 / 1000),
       updated_at = to_timestamp($2::float8 / 1000), data_sha256 = $3 where id = $1`,
    [id, nowMs, dataSha256],
  );
}

/** The revision that corrects this one. */
export async function correctionOf(connection: Queryable, id: string): Promise<string | undefined> {
  const { rows } = await connection.query<{ id: string }>(
    'select id from field.surveys where corrects_id = $1',
    [id],
  );
  return rows[0]?.id;
}

/** With the samples and files that no other revision has. */
export async function deleteSurvey(connection: Queryable, { id, rootId }: SurveyHead): Promise<void> {
  await connection.query('delete from field.surveys where id = $1', [id]);
  await connection.query(
    `delete from field.survey_samples s where root_id = $1 and not exists (
       select from field.survey_parts p join field.surveys v on v.id = p.survey_id
       where v.root_id = $1 and p.kind = 'recording' and p.id = s.recording_id)`,
    [rootId],
  );
  await connection.query(
    `delete from field.survey_files f where root_id = $1 and not exists (
       select from field.survey_parts p join field.surveys v on v.id = p.survey_id
       where v.root_id = $1 and p.data ->> 'fileId' = f.id::text)
     and not exists (select from field.surveys where root_id = $1 and state = 'open')`,
    [rootId],
  );
}
