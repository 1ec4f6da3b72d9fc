import type { Queryable } from '../database.ts';

export interface QuarantineFilter {
  readonly mac?: string | undefined;
  readonly reason?: string | undefined;
}

export interface KeptMessage {
  readonly id: number;
  readonly receivedMs: number;
  readonly topic: string;
  readonly mac: string | null;
  readonly reason: string;
  readonly detail: string;
  readonly bytes: number;
  readonly payload: Buffer;
}

const columns = `id, received_at as "receivedMs", topic, device_mac_addr as mac, reason, detail, payload_bytes as bytes, payload`;
const matching = '($1::text is null or device_mac_addr = $1) and ($2::text is null or reason = $2)';

/** Newest first; `beforeId` pages on. */
export async function listQuarantine(
  connection: Queryable,
  filter: QuarantineFilter,
  beforeId: number | null,
  limit: number,
): Promise<readonly KeptMessage[]> {
  const { rows } = await connection.query<{ [K in keyof KeptMessage]: KeptMessage[K] }>(
    `select ${columns} from field.quarantine where ${matching} and ($3::bigint is null or id < $3) order by id desc limit $4`,
    [filter.mac ?? null, filter.reason ?? null, beforeId, limit],
  );
  return rows;
}

export interface QuarantineTotals {
  readonly total: number;
  readonly totalBytes: number;
  readonly evicted: number;
  readonly byReason: Readonly<Record<string, number>>;
}

export async function quarantineTotals(connection: Queryable, mac: string | null): Promise<QuarantineTotals> {
  const { rows } = await connection.query<{ reason: string; messages: number; bytes: number }>(
    `select reason, count(*) as messages, sum(payload_bytes) as bytes from field.quarantine
     where $1::text is null or device_mac_addr = $1 group by reason order by 2 desc`,
    [mac],
  );
  const evicted = await connection.query<{ evicted: number }>(
    'select coalesce(sum(evicted), 0)::bigint as evicted from field.quarantine_evictions where $1::text is null or device_mac_addr = $1',
    [mac],
  );
  return {
    total: rows.reduce((sum, row) => sum + row.messages, 0),
    totalBytes: rows.reduce((sum, row) => sum + row.bytes, 0),
    evicted: evicted.rows[0]?.evicted ?? 0,
    byReason: Object.fromEntries(rows.map((row) => [row.reason, row.messages])),
  };
}

/** Oldest first, for a replay. */
export async function readForReplay(
  connection: Queryable,
  filter: QuarantineFilter,
  afterId: number,
  limit: number,
): Promise<readonly KeptMessage[]> {
  const { rows } = await connection.query<{ [K in keyof KeptMessage]: KeptMessage[K] }>(
    `select ${columns} from field.quarantine where ${matching} and id > $3 order by id limit $4`,
    [filter.mac ?? null, filter.reason ?? null, afterId, limit],
  );
  return rows;
}

/** Locks those of these messages that are still there and that no other replay has, and answers their ids. */
export async function lockForReplay(
  connection: Queryable,
  ids: readonly number[],
): Promise<ReadonlySet<number>> {
  const { rows } = await connection.query<{ id: number }>(
    'select id from field.quarantine where id = any($1) order by id for update skip locked',
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Devices of which messages still wait because they came before the adoption. */
export async function adoptedInQuarantine(connection: Queryable): Promise<readonly string[]> {
  const { rows } = await connection.query<{ mac: string }>(
    `select device_mac_addr as mac from devices d where exists (
       select from field.quarantine q where q.device_mac_addr = d.device_mac_addr and q.reason = 'unknown-device')
     order by d.id`,
  );
  return rows.map((row) => row.mac);
}

export async function deleteQuarantined(connection: Queryable, ids: readonly number[]): Promise<void> {
  await connection.query('delete from field.quarantine where id = any($1)', [ids]);
}

export async function renameReasons(
  connection: Queryable,
  changed: readonly { id: number; reason: string; detail: string }[],
): Promise<void> {
  if (changed.length === 0) return;
  await connection.query(
    `update field.quarantine q set reason = i.reason, detail = i.detail
     from unnest($1::bigint[], $2::text[], $3::text[]) as i (id, reason, detail) where q.id = i.id`,
    [changed.map((row) => row.id), changed.map((row) => row.reason), changed.map((row) => row.detail)],
  );
}

export async function discardQuarantined(connection: Queryable, filter: QuarantineFilter): Promise<number> {
  const { rowCount } = await connection.query(`delete from field.quarantine where ${matching}`, [
    filter.mac ?? null,
    filter.reason ?? null,
  ]);
  return rowCount;
}
