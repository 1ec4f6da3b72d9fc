import type { CheckedDevice, SiteCheck, SiteCheckSummary } from '../../../shared/contract/site-check.ts';
import type { Queryable } from '../database.ts';

const columns = `id, site_ref as "siteRef", site_name as "siteName", started_at as "startedMs", finished_at as "finishedMs",
  technician, readings, mode, rssi_least as "rssiLeastDbm", firmware, device_count as devices,
  passed_devices as "passedDevices", passed`;

type Row = { [K in keyof SiteCheckSummary]: SiteCheckSummary[K] };

export async function insertCheck(connection: Queryable, check: Omit<SiteCheck, 'id'>): Promise<number> {
  const { rows } = await connection.query<{ id: number }>(
    `insert into field.site_checks (site_ref, site_name, started_at, finished_at, technician, readings, mode, rssi_least,
       firmware, device_count, passed_devices, passed, items)
     values ($1, $2, to_timestamp($3::float8 / 1000), to_timestamp($4::float8 / 1000), $5, $6, $7, $8, $9, $10, $11, $12, $13)
     returning id`,
    [
      check.siteRef,
      check.siteName,
      check.startedMs,
      check.finishedMs,
      check.technician,
      check.readings,
      check.mode,
      check.rssiLeastDbm,
      check.firmware,
      check.devices,
      check.passedDevices,
      check.passed,
      JSON.stringify(check.items),
    ],
  );
  return rows[0]?.id ?? 0;
}

/** Newest first. */
export async function listChecks(
  connection: Queryable,
  siteRef: string | null,
  beforeId: number | null,
  limit: number,
): Promise<readonly SiteCheckSummary[]> {
  const { rows } = await connection.query<Row>(
    `select ${columns} from field.site_checks
     where ($1::text is null or site_ref = $1) and ($2::bigint is null or id < $2) order by id desc limit $3`,
    [siteRef, beforeId, limit],
  );
  return rows;
}

export async function getCheck(connection: Queryable, id: number): Promise<SiteCheck | undefined> {
  const { rows } = await connection.query<Row & { items: readonly CheckedDevice[] }>(
    `select ${columns}, items from field.site_checks where id = $1`,
    [id],
  );
  return rows[0];
}

/** @returns the site that it was of, `undefined` where there is no such check */
export async function removeCheck(connection: Queryable, id: number): Promise<string | undefined> {
  const { rows } = await connection.query<{ siteRef: string }>(
    'delete from field.site_checks where id = $1 returning site_ref as "siteRef"',
    [id],
  );
  return rows[0]?.siteRef;
}

/** What the embedded broker keeps under the `status` of these devices. */
export async function keptStatus(
  connection: Queryable,
  topics: readonly string[],
): Promise<readonly { readonly topic: string; readonly payload: Buffer }[]> {
  const { rows } = await connection.query<{ topic: string; payload: Buffer }>(
    'select topic, payload from field.retained_messages where topic = any($1)',
    [topics],
  );
  return rows;
}
