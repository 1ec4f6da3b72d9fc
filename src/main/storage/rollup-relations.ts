import type { Queryable } from './database.ts';
import { otherLayout } from './existing-tables.ts';

/** The relations that show buckets of half an hour, an hour and a UTC day. */
export const rollupNames = ['sensor_data_semi_hourly', 'sensor_data_hourly', 'sensor_data_daily'] as const;

/** A view, a materialised view, a continuous aggregate (which the catalogue also calls a view). */
export type RelationKind = 'v' | 'm' | 'c';
const kindWords = { v: 'view', m: 'materialized view', c: 'materialized view' } as const;

/** Relations of these names: views, materialised views, and continuous aggregates (which look like views). */
async function found(
  connection: Queryable,
): Promise<readonly { readonly name: string; readonly kind: RelationKind; readonly columns: string }[]> {
  const { rows } = await connection.query<{ name: string; kind: string; columns: string }>(
    `select c.relname as name, c.relkind::text as kind,
       (select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
     from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname = any($1) order by 1`,
    [rollupNames],
  );
  const aggregates = await continuousAggregates(connection);
  return rows.map(({ name, kind, columns }) => {
    if (kind !== 'v' && kind !== 'm') throw otherLayout(name, 'not a view');
    return { name, columns, kind: aggregates.has(name) ? 'c' : kind };
  });
}

async function continuousAggregates(connection: Queryable): Promise<ReadonlySet<string>> {
  const { rows: extension } = await connection.query(
    `select from pg_extension where extname = 'timescaledb'`,
  );
  if (extension.length === 0) return new Set();
  const { rows } = await connection.query<{ name: string }>(
    `select view_name as name from timescaledb_information.continuous_aggregates where view_schema = 'public'`,
  );
  return new Set(rows.map(({ name }) => name));
}

const columnsOfAll =
  'device_mac_addr, bucket_start, bucket_end, measurement_count, avg_temperature, min_temperature, ' +
  'max_temperature, avg_humidity, min_humidity, max_humidity';

/** In their order, or `null` where nothing in schema `public` has that name. */
export async function columnsOf(connection: Queryable, name: string): Promise<string | null> {
  const { rows } = await connection.query<{ columns: string | null }>(
    `select string_agg(attname, ', ' order by attnum) as columns from pg_attribute
     where attrelid = to_regclass('public.' || $1) and attnum > 0 and not attisdropped`,
    [name],
  );
  return rows[0]?.columns ?? null;
}

/**
 * Those of the names that something has already, as published.
 *
 * @throws AppError `schema.other-layout` for one of other columns, or of another kind than `wanted`
 */
export async function foundAsPublished(
  connection: Queryable,
  wanted: readonly RelationKind[],
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const { name, kind, columns } of await found(connection)) {
    if (columns !== columnsOfAll) throw otherLayout(name, `columns ${columns}`);
    if (!wanted.includes(kind)) throw otherLayout(name, kindWords[kind]);
    names.add(name);
  }
  return names;
}

/** Takes away what has one of the names and is of another kind, or of other columns. Returns the names that stay. */
export async function makeRoom(connection: Queryable, wanted: RelationKind): Promise<ReadonlySet<string>> {
  const stay = new Set<string>();
  for (const { name, kind, columns } of await found(connection)) {
    if (kind === wanted && columns === columnsOfAll) stay.add(name);
    else await connection.query(`drop ${kindWords[kind]} public.${name}`);
  }
  return stay;
}

/** Takes the three relations away; what was computed stays in field, and goes on being kept. */
export async function dropRollups(connection: Queryable): Promise<void> {
  for (const { name, kind } of await found(connection))
    await connection.query(`drop ${kindWords[kind]} if exists public.${name}`);
}
