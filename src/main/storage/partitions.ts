import type { Database, Queryable } from './database.ts';

const dayMs = 86_400_000;
const daysAhead = 7;

export interface Retention {
  readonly sensorDataDays: number;
  readonly heartbeatDays: number;
}

/** UTC day of a moment as `YYYY-MM-DD`. */
export function utcDay(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** Makes the daily partitions of these UTC days where the tables are partitioned; for the ingestor too. */
export async function ensurePartitions(connection: Queryable, days: readonly string[]): Promise<void> {
  await connection.query('select field.ensure_partitions($1::date[])', [days]);
}

/** Yesterday to a week ahead: a laptop whose application stays open over a weekend finds them made. */
export async function createPartitionsAhead(owner: Database, nowMs: number): Promise<void> {
  const days = Array.from({ length: daysAhead + 2 }, (_, i) => utcDay(nowMs + (i - 1) * dayMs));
  await ensurePartitions(owner, days);
}

/** Whole days older than the retention go. Returns the names of the partitions or chunks that went. */
export async function dropExpired(
  owner: Database,
  nowMs: number,
  retention: Retention,
): Promise<readonly string[]> {
  const gone: string[] = [];
  for (const [table, days] of [
    ['sensor_data', retention.sensorDataDays],
    ['device_heartbeats', retention.heartbeatDays],
  ] as const) {
    const before = utcDay(nowMs - days * dayMs);
    gone.push(
      ...((await isPartitioned(owner, table))
        ? await dropPartitions(owner, table, before)
        : await dropChunks(owner, table, before)),
    );
  }
  return gone;
}

/** By the table, not by the server: an extension that was added later did not change the tables. */
async function isPartitioned(owner: Database, table: string): Promise<boolean> {
  const { rows } = await owner.query<{ kind: string }>(
    `select relkind as kind from pg_class where oid = ('public.' || $1)::regclass`,
    [table],
  );
  return rows[0]?.kind === 'p';
}

async function dropPartitions(owner: Database, table: string, before: string): Promise<readonly string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = ('public.' || $1)::regclass and c.relname ~ ('^' || $1 || '_[0-9]{8}$')
       and to_date(right(c.relname, 8), 'YYYYMMDD') < $2::date order by 1`,
    [table, before],
  );
  for (const { name } of rows) await owner.query(`drop table public.${name}`);
  return rows.map((row) => row.name);
}

/** `drop_chunks` belongs to both editions; only its automatic policy does not. */
async function dropChunks(owner: Database, table: string, before: string): Promise<readonly string[]> {
  const { rows } = await owner.query<{ chunk: string }>(
    `select drop_chunks(('public.' || $1)::regclass, older_than => $2::timestamptz)::text as chunk`,
    [table, `${before}T00:00:00Z`],
  );
  return rows.map((row) => row.chunk);
}
