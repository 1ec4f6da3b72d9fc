import type { Queryable } from '../database.ts';

/** A table that is compared row by row: what the queries here need to know of it. */
export interface ComparedTable {
  readonly name: string;
  readonly local: string;
  readonly central: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly key: readonly string[];
  readonly compared: readonly string[];
  readonly only: string | null;
}

/** A row as JSON of its columns, and the hash over what is compared. */
export interface HashedRow {
  readonly key: string;
  readonly hash: string;
  readonly content: Readonly<Record<string, unknown>>;
}

const object = (columns: readonly string[]): string =>
  `jsonb_build_object(${columns.map((name) => `'${name}', t.${name}`).join(', ')})`;
/** The same text on every server: keys are sorted by `jsonb`, times are written in UTC. */
const hashOf = (table: ComparedTable): string => `md5(${object(table.compared)}::text)`;
const keyOf = (table: ComparedTable): string =>
  `concat_ws(' ', ${table.key.map((name) => `t.${name}`).join(', ')})`;
const contentOf = (table: ComparedTable): string => object(table.columns.map(({ name }) => name));

function pendingRows(table: ComparedTable): string {
  return `select ${keyOf(table)} as key, ${hashOf(table)} as hash, ${contentOf(table)} as content
    from ${table.local} t where ${table.only ?? 'true'}`;
}

/** Rows that the target has not confirmed as they are. */
export async function countPendingRows(
  connection: Queryable,
  target: number,
  table: ComparedTable,
): Promise<number> {
  const { rows } = await connection.query<{ pending: number }>(
    `select count(*) as pending from (select ${keyOf(table)} as key, ${hashOf(table)} as hash
       from ${table.local} t where ${table.only ?? 'true'}) as l
     where not exists (select from field.sync_confirmed c
       where c.target_id = $1 and c.relation = $2 and c.key = l.key and c.hash = l.hash)`,
    [target, table.name],
  );
  return rows[0]?.pending ?? 0;
}

/** The next of them by key, with the hash that was confirmed last. */
export async function nextPendingRows(
  connection: Queryable,
  target: number,
  table: ComparedTable,
  after: string,
  limit: number,
): Promise<readonly (HashedRow & { readonly base: string | null })[]> {
  const { rows } = await connection.query<HashedRow & { base: string | null } & Record<string, unknown>>(
    `select l.key, l.hash, l.content, c.hash as base from (${pendingRows(table)}) as l
     left join field.sync_confirmed c on c.target_id = $1 and c.relation = $2 and c.key = l.key
     where l.hash is distinct from c.hash and l.key collate "C" > $3
     order by l.key collate "C" limit $4`,
    [target, table.name, after, limit],
  );
  return rows;
}

export async function confirmRows(
  connection: Queryable,
  target: number,
  relation: string,
  rows: readonly { readonly key: string; readonly hash: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  await connection.query(
    `insert into field.sync_confirmed (target_id, relation, key, hash)
     select $1, $2, * from unnest($3::text[], $4::text[])
     on conflict (target_id, relation, key) do update set hash = excluded.hash, confirmed_at = now()`,
    [target, relation, rows.map(({ key }) => key), rows.map(({ hash }) => hash)],
  );
}

/** Devices of the demo, whose readings stay here. */
export async function demoDevices(connection: Queryable): Promise<readonly string[]> {
  const { rows } = await connection.query<{ mac: string }>(
    `select d.device_mac_addr as mac from devices d join field.site_profiles p on p.site_ref = d.site_ref and p.demo`,
  );
  return rows.map(({ mac }) => mac);
}

/** The rows that the central database has under these keys. */
export async function centralRows(
  central: Queryable,
  table: ComparedTable,
  contents: readonly Readonly<Record<string, unknown>>[],
): Promise<ReadonlyMap<string, HashedRow>> {
  const { rows } = await central.query<HashedRow & Record<string, unknown>>(
    `select ${keyOf(table)} as key, ${hashOf(table)} as hash, ${contentOf(table)} as content
     from ${table.central} t where (${table.key.map((name) => `t.${name}`).join(', ')}) in
       (select ${table.key.join(', ')} from ${recordset(table)})`,
    [JSON.stringify(contents)],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

/** Writes rows that are not there. @returns how many were; one that came meanwhile stays as it is */
export async function insertCentralRows(
  central: Queryable,
  table: ComparedTable,
  contents: readonly Readonly<Record<string, unknown>>[],
): Promise<number> {
  if (contents.length === 0) return 0;
  const names = table.columns.map(({ name }) => name).join(', ');
  const { rowCount } = await central.query(
    `insert into ${table.central} (${names}) select ${names} from ${recordset(table)} on conflict do nothing`,
    [JSON.stringify(contents)],
  );
  return rowCount;
}

/** Writes a row over one that is as it was seen. @returns whether it was */
export async function replaceCentralRow(
  central: Queryable,
  table: ComparedTable,
  content: Readonly<Record<string, unknown>>,
  seenHash: string,
): Promise<boolean> {
  // Where it was made, and when, stays as the central database says.
  const changed = table.columns
    .map(({ name }) => name)
    .filter((name) => !table.key.includes(name) && name !== 'created_at');
  const { rowCount } = await central.query(
    `update ${table.central} t set ${changed.map((name) => `${name} = o.${name}`).join(', ')}
     from ${recordset(table)} where ${table.key.map((name) => `t.${name} = o.${name}`).join(' and ')}
       and ${hashOf(table)} = $2`,
    [JSON.stringify([content]), seenHash],
  );
  return rowCount > 0;
}

function recordset(table: ComparedTable): string {
  return `jsonb_to_recordset($1::jsonb) as o(${table.columns.map(({ name, type }) => `${name} ${type}`).join(', ')})`;
}
