import type { Queryable } from '../database.ts';

/** What a central database has of one table, and what the user may do with it. */
export interface TableFacts {
  readonly there: boolean;
  /** By name, without lengths. */
  readonly types: ReadonlyMap<string, string>;
  readonly partitioned: boolean;
  readonly mayRead: boolean;
  readonly mayInsert: boolean;
  readonly mayUpdate: boolean;
  /** Columns of each unique index without a condition, sorted. */
  readonly uniqueKeys: readonly string[];
  /** It points to another table: a row may be refused for what is not there. */
  readonly pointsElsewhere: boolean;
}

const absent: TableFacts = {
  there: false,
  types: new Map(),
  partitioned: false,
  mayRead: false,
  mayInsert: false,
  mayUpdate: false,
  uniqueKeys: [],
  pointsElsewhere: false,
};

/** @param table schema and name */
export async function tableFacts(central: Queryable, table: string): Promise<TableFacts> {
  const [schema = '', name = ''] = table.split('.');
  const { rows } = await central.query<{
    oid: number;
    usable: boolean;
    partitioned: boolean;
    mayRead: boolean;
    mayInsert: boolean;
    mayUpdate: boolean;
    pointsElsewhere: boolean;
  }>(
    `select c.oid::bigint as oid, has_schema_privilege(n.oid, 'usage') as usable, c.relkind = 'p' as partitioned,
       has_table_privilege(c.oid, 'select') as "mayRead", has_table_privilege(c.oid, 'insert') as "mayInsert",
       has_table_privilege(c.oid, 'update') as "mayUpdate",
       exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f') as "pointsElsewhere"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p')`,
    [schema, name],
  );
  const [found] = rows;
  if (found === undefined) return absent;
  const { oid, usable } = found;
  const columns = await central.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, null) as type from pg_attribute
     where attrelid = $1 and attnum > 0 and not attisdropped`,
    [oid],
  );
  const keys = await central.query<{ columns: string }>(
    `select (select string_agg(a.attname, ',' order by a.attname) from pg_attribute a
       where a.attrelid = i.indrelid and a.attnum = any(i.indkey::int2[])) as columns
     from pg_index i where i.indrelid = $1 and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null`,
    [oid],
  );
  return {
    there: true,
    types: new Map(columns.rows.map(({ name: column, type }) => [column, type])),
    partitioned: found.partitioned,
    mayRead: usable && found.mayRead,
    mayInsert: usable && found.mayInsert,
    mayUpdate: usable && found.mayUpdate,
    uniqueKeys: keys.rows.map(({ columns: names }) => names),
    pointsElsewhere: found.pointsElsewhere,
  };
}

export interface ServerFacts {
  readonly version: string;
  readonly user: string;
  readonly encrypted: boolean;
  /** Milliseconds since 1970 by its own clock. */
  readonly clockMs: number;
  readonly readOnly: boolean;
  /** The same for two connections to one database of one server, and for no others. */
  readonly identity: string;
}

export async function serverFacts(connection: Queryable): Promise<ServerFacts> {
  const { rows } = await connection.query<ServerFacts & Record<string, unknown>>(
    `select current_setting('server_version') as version, current_user as user,
       coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted,
       (extract(epoch from clock_timestamp()) * 1000)::float8 as "clockMs",
       pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on' as "readOnly",
       pg_postmaster_start_time()::text || ' ' || (select oid from pg_database where datname = current_database()) as identity`,
  );
  const [facts] = rows;
  if (facts === undefined) throw new Error('the server said nothing of itself');
  return facts;
}

/** The newest migration of ours that ran there; `null` where the schema is somebody else's or may not be read. */
export async function newestMigration(
  central: Queryable,
): Promise<{ readonly number: number; readonly version: string } | null> {
  const facts = await tableFacts(central, 'field.schema_migrations');
  if (!facts.mayRead) return null;
  const { rows } = await central.query<{ number: number; version: string }>(
    'select number, app_version as version from field.schema_migrations order by number desc limit 1',
  );
  return rows[0] ?? null;
}

/** Partitions for days ahead and back can be made there, by the function that the ingest has for it. */
export async function mayMakeDays(central: Queryable): Promise<boolean> {
  const { rows } = await central.query<{ may: boolean }>(
    `select coalesce((select has_schema_privilege(n.oid, 'usage') and has_function_privilege(p.oid, 'execute')
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname = 'field' and p.proname = 'ensure_partitions' limit 1), false) as may`,
  );
  return rows[0]?.may === true;
}

/** Which of these devices it knows. */
export async function knownThere(central: Queryable, macs: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await central.query<{ mac: string }>(
    'select device_mac_addr as mac from public.devices where device_mac_addr = any($1)',
    [macs],
  );
  return new Set(rows.map(({ mac }) => mac));
}

/** Makes tables of ours; each statement is safe to repeat. */
export async function makeOwnTables(
  central: Queryable,
  schema: string,
  statements: readonly string[],
): Promise<void> {
  await central.query(`create schema if not exists ${schema}`);
  for (const statement of statements) await central.query(statement);
}

export async function mayCreateSchema(central: Queryable): Promise<boolean> {
  const { rows } = await central.query<{ may: boolean }>(
    `select has_database_privilege(current_database(), 'create') as may`,
  );
  return rows[0]?.may === true;
}
