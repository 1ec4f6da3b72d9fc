import type { Queryable } from '../database.ts';

/** A message that could not become a row, as received. */
export interface QuarantineRow {
  readonly receivedMs: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Size as received; the payload may be cut. */
  readonly payloadBytes: number;
  readonly qos: number;
  readonly retain: boolean;
  /** A broker sends it again at every reconnect; of the same one a single row is kept. */
  readonly keptCopy?: boolean;
  readonly mac: string | null;
  readonly reason: string;
  readonly detail: string;
}

export interface QuarantineBounds {
  readonly perDevice: number;
  readonly total: number;
  readonly totalBytes: number;
}

export async function insertQuarantine(connection: Queryable, rows: readonly QuarantineRow[]): Promise<void> {
  if (rows.length === 0) return;
  await connection.query(
    `insert into field.quarantine (received_at, topic, payload, payload_bytes, qos, retained, device_mac_addr, reason, detail)
     select to_timestamp(r / 1000.0), t, decode(p, 'base64'), b, q, k, m, s, d
     from unnest($1::float8[], $2::text[], $3::text[], $4::int[], $5::smallint[], $6::bool[], $7::text[], $8::text[], $9::text[], $10::bool[])
       as i (r, t, p, b, q, k, m, s, d, again)
     where not (again and exists (
       select from field.quarantine o
       where o.device_mac_addr = m and o.reason = s and o.topic = t and o.payload = decode(p, 'base64')))`,
    [
      rows.map((row) => row.receivedMs),
      rows.map((row) => storable(row.topic)),
      rows.map((row) => Buffer.from(row.payload).toString('base64')),
      rows.map((row) => row.payloadBytes),
      rows.map((row) => row.qos),
      rows.map((row) => row.retain),
      rows.map((row) => row.mac),
      rows.map((row) => row.reason),
      rows.map((row) => storable(row.detail)),
      rows.map((row) => row.keptCopy === true),
    ],
  );
}

/** Throws out the oldest beyond the bounds; answers how many went. */
export async function trimQuarantine(connection: Queryable, bounds: QuarantineBounds): Promise<number> {
  const { rows } = await connection.query<{ gone: number }>(
    'select field.trim_quarantine($1, $2, $3) as gone',
    [bounds.perDevice, bounds.total, bounds.totalBytes],
  );
  return rows[0]?.gone ?? 0;
}

/** Counts messages that a flood limit kept out before they were written. */
export async function addEvictions(
  connection: Queryable,
  evicted: ReadonlyMap<string, number>,
): Promise<void> {
  if (evicted.size === 0) return;
  await connection.query(
    `insert into field.quarantine_evictions as e (device_mac_addr, evicted)
     select m, n from unnest($1::text[], $2::bigint[]) as i (m, n)
     on conflict (device_mac_addr) do update set evicted = e.evicted + excluded.evicted`,
    [[...evicted.keys()], [...evicted.values()]],
  );
}

export async function quarantineSize(connection: Queryable): Promise<{ messages: number; bytes: number }> {
  const { rows } = await connection.query<{ messages: number; bytes: number }>(
    'select count(*) as messages, coalesce(sum(payload_bytes), 0) as bytes from field.quarantine',
  );
  return rows[0] ?? { messages: 0, bytes: 0 };
}

/** PostgreSQL's text cannot hold U+0000, nor half of a surrogate pair. */
function storable(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\u{FFFD}')).toString('utf8');
}
