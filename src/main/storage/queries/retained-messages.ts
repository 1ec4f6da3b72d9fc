import type { Queryable } from '../database.ts';

export interface RetainedRow {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
}

export async function loadRetained(connection: Queryable): Promise<readonly RetainedRow[]> {
  const { rows } = await connection.query<{ topic: string; payload: Buffer; qos: 0 | 1 | 2 }>(
    'select topic, payload, qos from field.retained_messages',
  );
  return rows;
}

/** Puts every row in its topic's place; one with an empty payload takes the topic away. At most one row per topic. */
export async function saveRetained(connection: Queryable, rows: readonly RetainedRow[]): Promise<void> {
  await connection.query(
    `with given as (
       select * from unnest($1::text[], $2::bytea[], $3::int[]) as g (topic, payload, qos)
     ), gone as (
       delete from field.retained_messages
       where topic in (select topic from given where length(payload) = 0)
     )
     insert into field.retained_messages (topic, payload, qos)
     select topic, payload, qos from given where length(payload) > 0
     on conflict (topic) do update set payload = excluded.payload, qos = excluded.qos, updated_at = now()`,
    [
      rows.map(({ topic }) => topic),
      rows.map(({ payload }) => Buffer.from(payload)),
      rows.map(({ qos }) => qos),
    ],
  );
}
