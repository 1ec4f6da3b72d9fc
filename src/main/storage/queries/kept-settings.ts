import type { Queryable } from '../database.ts';

/** What belongs to a database and not to the application that looks at it; `undefined` where nothing was kept. */
export async function readSetting(connection: Queryable, key: string): Promise<unknown> {
  const { rows } = await connection.query<{ value: unknown }>(
    'select value from field.settings where key = $1',
    [key],
  );
  return rows[0]?.value;
}

export async function writeSetting(connection: Queryable, key: string, value: unknown): Promise<void> {
  await connection.query(
    `insert into field.settings (key, value) values ($1, $2)
     on conflict (key) do update set value = excluded.value, updated_at = now()`,
    [key, JSON.stringify(value)],
  );
}
