import type { Database, Queryable } from './database.ts';
import { utcDay } from './partitions.ts';
import { agreeUnsynced, forgetPart, isUnsynced, unsyncedAgreedMs } from './unsynced-parts.ts';

const dayMs = 86_400_000;
const settingsKey = 'retention';

/** How long whole days are kept. */
export interface Retention {
  readonly sensorDataDays: number;
  readonly heartbeatDays: number;
}

/** What a person agreed to, kept in the database so that every application of it knows. */
export interface AgreedRetention extends Retention {
  readonly agreedMs: number;
}

/** What of one table is past a retention. */
export interface ExpiredTable {
  readonly table: 'sensor_data' | 'device_heartbeats';
  /** Whole UTC days. */
  readonly days: number;
  /** By the server's own estimate where it has one. */
  readonly rows: number;
  readonly bytes: number;
  readonly fromMs: number;
  /** The end of the last day. */
  readonly toMs: number;
}

/** A partition or chunk. */
interface Part {
  readonly table: ExpiredTable['table'];
  /** Quoted where needed. */
  readonly relation: string;
  readonly name: string;
  readonly chunk: boolean;
  readonly fromMs: number;
  readonly toMs: number;
}

export async function agreedRetention(connection: Queryable): Promise<AgreedRetention | null> {
  const { rows } = await connection.query<{ value: Retention; agreedMs: number }>(
    `select value, updated_at as "agreedMs" from field.settings where key = $1`,
    [settingsKey],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { sensorDataDays, heartbeatDays } = row.value;
  return { sensorDataDays, heartbeatDays, agreedMs: row.agreedMs };
}

/** From here on days past it go by themselves. */
export async function agreeRetention(owner: Database, retention: Retention): Promise<void> {
  const { sensorDataDays, heartbeatDays } = retention;
  const value = JSON.stringify({ sensorDataDays, heartbeatDays });
  await owner.transaction(async (connection) => {
    await connection.query(
      `insert into field.settings (key, value) values ($1, $2)
       on conflict (key) do update set value = excluded.value, updated_at = now()`,
      [settingsKey, value],
    );
    await connection.query(
      `insert into field.audit_log (actor, action, subject, details) values ('application', 'retention.allow', '', $1)`,
      [value],
    );
  });
}

/**
 * What the retention would drop that nobody agreed to yet, counted; empty where there is nothing to ask. A retention
 * that is longer than what was agreed asks nothing.
 */
export async function expiredBeyond(
  owner: Database,
  nowMs: number,
  wanted: Retention,
): Promise<readonly ExpiredTable[]> {
  const agreed = await agreedRetention(owner);
  const tables: ExpiredTable[] = [];
  for (const { table, days, agreedDays } of tablesOf(wanted, agreed)) {
    if (agreedDays !== null && agreedDays <= days) continue;
    const summed = await sumOf(owner, table, await expiredParts(owner, table, nowMs, days));
    if (summed !== undefined) tables.push(summed);
  }
  return tables;
}

/**
 * What is past the agreed retention and stays all the same, because a central database does not have it yet and nobody
 * agreed that it goes without; empty where there is nothing to ask.
 */
export async function heldUnsynced(
  owner: Database,
  nowMs: number,
  wanted: Retention,
): Promise<readonly ExpiredTable[]> {
  const agreed = await agreedRetention(owner);
  if (agreed === null) return [];
  const beforeMs = await unsyncedAgreedMs(owner);
  const tables: ExpiredTable[] = [];
  for (const { table, days } of tablesOf(longerOf(wanted, agreed), null)) {
    const held: Part[] = [];
    for (const part of await expiredParts(owner, table, nowMs, days))
      if (part.toMs > beforeMs && (await isUnsynced(owner, part))) held.push(part);
    const summed = await sumOf(owner, table, held);
    if (summed !== undefined) tables.push(summed);
  }
  return tables;
}

/** What was shown by `heldUnsynced` may go, and nothing later. */
export async function agreeToLoseUnsynced(owner: Database, beforeMs: number): Promise<void> {
  await owner.transaction((connection) => agreeUnsynced(connection, beforeMs));
}

async function sumOf(
  owner: Database,
  table: ExpiredTable['table'],
  parts: readonly Part[],
): Promise<ExpiredTable | undefined> {
  if (parts.length === 0) return undefined;
  let [rows, bytes] = [0, 0];
  const chunkBytes = parts.some((part) => part.chunk) ? await bytesOfChunks(owner, table) : undefined;
  for (const part of parts) {
    const size = await sizeOf(owner, part.relation);
    rows += size.rows;
    bytes += chunkBytes?.get(part.relation) ?? size.bytes;
  }
  // Empty days are no loss to ask about.
  if (rows === 0) return undefined;
  const fromMs = Math.min(...parts.map((part) => part.fromMs));
  const toMs = Math.max(...parts.map((part) => part.toMs));
  return { table, days: parts.length, rows, bytes, fromMs, toMs };
}

/**
 * Drops what is past the retention as far as somebody agreed: of the two the longer one holds, and without an
 * agreement nothing goes. Returns the names of the partitions or chunks that went.
 */
export async function dropAgreed(
  owner: Database,
  nowMs: number,
  wanted: Retention,
): Promise<readonly string[]> {
  const agreed = await agreedRetention(owner);
  if (agreed === null) return [];
  return dropExpired(owner, nowMs, longerOf(wanted, agreed));
}

function longerOf(one: Retention, other: Retention): Retention {
  return {
    sensorDataDays: Math.max(one.sensorDataDays, other.sensorDataDays),
    heartbeatDays: Math.max(one.heartbeatDays, other.heartbeatDays),
  };
}

/**
 * Whole days older than the retention go, as long as nothing in them came in more recently: what was sent late,
 * replayed, imported or restored is kept for its time too. Where a central database is set up, days that it does not have
 * stay until somebody agreed that they go without. Returns the names of the partitions or chunks that went.
 */
export async function dropExpired(
  owner: Database,
  nowMs: number,
  retention: Retention,
): Promise<readonly string[]> {
  const gone: string[] = [];
  const beforeMs = await unsyncedAgreedMs(owner);
  for (const { table, days } of tablesOf(retention, null)) {
    for (const part of await expiredParts(owner, table, nowMs, days)) {
      const dropped = await owner.transaction(async (connection) => {
        if (part.toMs > beforeMs && (await isUnsynced(connection, part))) return false;
        if (table === 'sensor_data') await closeDays(connection, part);
        await dropPart(connection, part);
        await forgetPart(connection, part);
        return true;
      });
      if (dropped) gone.push(part.name);
    }
  }
  return gone;
}

/** What is left of days whose readings go, their buckets, does not change any more. */
async function closeDays(connection: Queryable, { fromMs, toMs }: Part): Promise<void> {
  for (let day = fromMs; day < toMs; day += dayMs)
    await connection.query('select field.close_day($1::date)', [utcDay(day)]);
}

async function dropPart(connection: Queryable, part: Part): Promise<void> {
  if (part.chunk)
    // `drop_chunks` belongs to both editions; only its automatic policy does not.
    await connection.query(
      `select drop_chunks(('public.' || $1)::regclass, older_than => $2::timestamptz, newer_than => $3::timestamptz)`,
      [part.table, new Date(part.toMs).toISOString(), new Date(part.fromMs).toISOString()],
    );
  else await connection.query(`drop table ${part.relation}`);
}

function tablesOf(
  wanted: Retention,
  agreed: Retention | null,
): readonly {
  readonly table: ExpiredTable['table'];
  readonly days: number;
  readonly agreedDays: number | null;
}[] {
  return [
    {
      table: 'sensor_data',
      days: wanted.sensorDataDays,
      agreedDays: agreed?.sensorDataDays ?? null,
    },
    {
      table: 'device_heartbeats',
      days: wanted.heartbeatDays,
      agreedDays: agreed?.heartbeatDays ?? null,
    },
  ];
}

async function expiredParts(
  owner: Database,
  table: ExpiredTable['table'],
  nowMs: number,
  days: number,
): Promise<readonly Part[]> {
  const before = utcDay(nowMs - days * dayMs);
  const parts = (await isPartitioned(owner, table))
    ? await partitions(owner, table, before)
    : await chunks(owner, table, before);
  const expired: Part[] = [];
  for (const part of parts) if (!(await cameInSince(owner, part.relation, before))) expired.push(part);
  return expired;
}

/** By the table, not by the server: an extension that was added later did not change the tables. */
async function isPartitioned(owner: Database, table: string): Promise<boolean> {
  const { rows } = await owner.query<{ kind: string }>(
    `select relkind as kind from pg_class where oid = ('public.' || $1)::regclass`,
    [table],
  );
  return rows[0]?.kind === 'p';
}

async function partitions(
  owner: Database,
  table: ExpiredTable['table'],
  before: string,
): Promise<readonly Part[]> {
  const { rows } = await owner.query<{ name: string; day: string }>(
    `select c.relname as name, to_date(right(c.relname, 8), 'YYYYMMDD')::text as day
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = ('public.' || $1)::regclass and c.relname ~ ('^' || $1 || '_[0-9]{8}$')
       and to_date(right(c.relname, 8), 'YYYYMMDD') < $2::date order by 1`,
    [table, before],
  );
  return rows.map(({ name, day }) => {
    const fromMs = Date.parse(`${day}T00:00:00Z`);
    return { table, relation: `public.${name}`, name, chunk: false, fromMs, toMs: fromMs + dayMs };
  });
}

async function chunks(
  owner: Database,
  table: ExpiredTable['table'],
  before: string,
): Promise<readonly Part[]> {
  const { rows } = await owner.query<{ chunk: string; fromMs: number; toMs: number }>(
    `select format('%I.%I', chunk_schema, chunk_name) as chunk, range_start as "fromMs", range_end as "toMs"
     from timescaledb_information.chunks
     where hypertable_schema = 'public' and hypertable_name = $1 and range_end <= $2::timestamptz order by range_start`,
    [table, `${before}T00:00:00Z`],
  );
  return rows.map(({ chunk, fromMs, toMs }) => ({
    table,
    relation: chunk,
    name: chunk,
    chunk: true,
    fromMs,
    toMs,
  }));
}

/** @param relation a partition or chunk, quoted where needed */
async function cameInSince(owner: Database, relation: string, day: string): Promise<boolean> {
  const { rows } = await owner.query(
    `select from ${relation} where reception_time >= $1::timestamptz limit 1`,
    [`${day}T00:00:00Z`],
  );
  return rows.length > 0;
}

/** Counting a year of rows would take minutes: the server's own estimate is taken where it has one. */
async function sizeOf(
  owner: Database,
  relation: string,
): Promise<{ readonly rows: number; readonly bytes: number }> {
  const { rows } = await owner.query<{ rows: number; bytes: number }>(
    `select case when reltuples > 0 then reltuples::bigint else (select count(*) from ${relation}) end as rows,
       pg_total_relation_size(oid) as bytes
     from pg_class where oid = $1::regclass`,
    [relation],
  );
  return rows[0] ?? { rows: 0, bytes: 0 };
}

/** With what is compressed, which lies in relations of its own. */
async function bytesOfChunks(
  owner: Database,
  table: ExpiredTable['table'],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await owner.query<{ chunk: string; bytes: number }>(
    `select format('%I.%I', chunk_schema, chunk_name) as chunk, total_bytes as bytes
     from chunks_detailed_size(('public.' || $1)::regclass)`,
    [table],
  );
  return new Map(rows.map(({ chunk, bytes }) => [chunk, bytes]));
}
