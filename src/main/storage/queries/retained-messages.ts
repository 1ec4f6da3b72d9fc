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

export async function putRetained(connection: Queryable, row: RetainedRow): Promise<void> {
  await connection.query(
    `insert into field.retained_messages (topic, payload, qos) values ($1, $2, $3)
     on conflict (topic) do update set payload = excluded.payload, qos = excluded.qos, updated_at = now()`,
    [row.topic, Buffer.from(row.payload), row.qos],
  );
}

export async function deleteRetained(connection: Queryable, topic: string): Promise<void> {
  await connection.query('delete from field.retained_messages where topic = $1', [topic]);
}
