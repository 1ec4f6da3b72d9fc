import type { Queryable } from '../database.ts';

/** The newest that is known of a device from its own messages; `null` keeps what is stored. */
export interface DeviceFactsRow {
  readonly mac: string;
  readonly seenMs: number;
  readonly clockFaulty: boolean | null;
  readonly status: 'online' | 'offline' | null;
  readonly statusMs: number | null;
  readonly firmware: string | null;
  readonly chip: string | null;
  readonly ip: string | null;
  readonly resetReason: string | null;
  readonly queued: number | null;
  readonly siteRef: string | null;
}

export async function upsertDeviceFacts(
  connection: Queryable,
  rows: readonly DeviceFactsRow[],
  strangersAtMost: number,
): Promise<void> {
  if (rows.length === 0) return;
  await connection.query(
    `insert into field.device_facts as f
       (device_mac_addr, last_seen, clock_faulty, status, status_time, firmware, chip, ip, reset_reason, queued, claimed_site_ref)
     select m, to_timestamp(s / 1000.0),
       coalesce(c, (select o.clock_faulty from field.device_facts o where o.device_mac_addr = m), false), st, to_timestamp(stm / 1000.0), fw, ch, ip, rr, q, sr
     from unnest($1::text[], $2::float8[], $3::bool[], $4::text[], $5::float8[], $6::text[], $7::text[], $8::text[], $9::text[], $10::int[], $11::text[])
       as i (m, s, c, st, stm, fw, ch, ip, rr, q, sr)
     on conflict (device_mac_addr) do update set
       last_seen = greatest(f.last_seen, excluded.last_seen), clock_faulty = excluded.clock_faulty,
       status = coalesce(excluded.status, f.status), status_time = coalesce(excluded.status_time, f.status_time),
       firmware = coalesce(excluded.firmware, f.firmware), chip = coalesce(excluded.chip, f.chip),
       ip = coalesce(excluded.ip, f.ip), reset_reason = coalesce(excluded.reset_reason, f.reset_reason),
       queued = coalesce(excluded.queued, f.queued), claimed_site_ref = coalesce(excluded.claimed_site_ref, f.claimed_site_ref)`,
    [
      rows.map((row) => row.mac),
      rows.map((row) => row.seenMs),
      rows.map((row) => row.clockFaulty),
      rows.map((row) => row.status),
      rows.map((row) => row.statusMs),
      rows.map((row) => row.firmware),
      rows.map((row) => row.chip),
      rows.map((row) => row.ip),
      rows.map((row) => row.resetReason),
      rows.map((row) => row.queued),
      rows.map((row) => row.siteRef),
    ],
  );
  await connection.query('select field.trim_device_facts($1)', [strangersAtMost]);
}
