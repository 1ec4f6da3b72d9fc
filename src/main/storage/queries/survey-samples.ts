import type { SurveySample } from '../../../shared/contract/survey.ts';
import type { Queryable } from '../database.ts';

/** @param from number of the first one within its recording */
export async function insertSamples(
  connection: Queryable,
  recordingId: string,
  rootId: string,
  from: number,
  samples: readonly SurveySample[],
): Promise<void> {
  await connection.query(
    `insert into field.survey_samples (recording_id, number, root_id, time, device_mac_addr, temperature, humidity, rssi)
     select $1, $3::int + ordinality - 1, $2, to_timestamp(ms / 1000), mac, temperature, humidity, rssi
     from unnest($4::float8[], $5::text[], $6::float8[], $7::float8[], $8::int[])
       with ordinality as sample (ms, mac, temperature, humidity, rssi, ordinality)
     on conflict (recording_id, number) do nothing`,
    [
      recordingId,
      rootId,
      from,
      samples.map(({ timeMs }) => timeMs),
      samples.map(({ mac }) => mac),
      samples.map(({ temperature }) => temperature),
      samples.map(({ humidity }) => humidity),
      samples.map(({ rssi }) => rssi),
    ],
  );
}

type Row = { [K in keyof SurveySample]: SurveySample[K] };

/** In the order in which they came. */
export async function loadSamples(
  connection: Queryable,
  recordingId: string,
  from: number,
  limit: number,
): Promise<readonly SurveySample[]> {
  const { rows } = await connection.query<Row>(
    `select device_mac_addr as mac, time as "timeMs", temperature, humidity, rssi from field.survey_samples
     where recording_id = $1 and number >= $2 order by number limit $3`,
    [recordingId, from, limit],
  );
  return rows;
}

export async function countSamples(connection: Queryable, recordingId: string): Promise<number> {
  const { rows } = await connection.query<{ count: number }>(
    'select count(*) as count from field.survey_samples where recording_id = $1',
    [recordingId],
  );
  return rows[0]?.count ?? 0;
}

/** The root of the surveys that a recording is of; `undefined` where there is no such recording. */
export async function rootOfRecording(
  connection: Queryable,
  recordingId: string,
): Promise<string | undefined> {
  const { rows } = await connection.query<{ rootId: string }>(
    `select s.root_id as "rootId" from field.survey_parts p join field.surveys s on s.id = p.survey_id
     where p.kind = 'recording' and p.id = $1 limit 1`,
    [recordingId],
  );
  return rows[0]?.rootId;
}
