import type { Queryable } from '../database.ts';

/** What one batch says of a device that nobody adopted yet. */
export interface CandidateRow {
  readonly mac: string;
  readonly seenMs: number;
  readonly messages: number;
  readonly siteRef: string | null;
  readonly temperature: number | null;
  readonly humidity: number | null;
  readonly rssi: number | null;
}

export async function upsertCandidates(
  connection: Queryable,
  rows: readonly CandidateRow[],
  atMost: number,
): Promise<void> {
  if (rows.length === 0) return;
  await connection.query(
    `insert into field.candidates as c (device_mac_addr, first_seen, last_seen, messages, claimed_site_ref, temperature, humidity, rssi)
     select m, to_timestamp(s / 1000.0), to_timestamp(s / 1000.0), n, r, t, h, d
     from unnest($1::text[], $2::float8[], $3::bigint[], $4::text[], $5::real[], $6::real[], $7::int[]) as i (m, s, n, r, t, h, d)
     on conflict (device_mac_addr) do update set
       last_seen = greatest(c.last_seen, excluded.last_seen), messages = c.messages + excluded.messages,
       claimed_site_ref = coalesce(excluded.claimed_site_ref, c.claimed_site_ref),
       temperature = coalesce(excluded.temperature, c.temperature),
       humidity = coalesce(excluded.humidity, c.humidity), rssi = coalesce(excluded.rssi, c.rssi)`,
    [
      rows.map((row) => row.mac),
      rows.map((row) => row.seenMs),
      rows.map((row) => row.messages),
      rows.map((row) => row.siteRef?.slice(0, 50) ?? null),
      rows.map((row) => row.temperature),
      rows.map((row) => row.humidity),
      rows.map((row) => row.rssi),
    ],
  );
  await connection.query('select field.trim_candidates($1)', [atMost]);
}
