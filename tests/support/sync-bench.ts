import { systemClock, type Clock } from '../../src/main/foundation/clock.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import {
  ensurePartitions,
  utcDay,
  type Database,
  type DatabaseAddress,
} from '../../src/main/storage/index.ts';
import { loadTarget, type StoredTarget } from '../../src/main/storage/queries/sync-targets.ts';
import { addTarget, runSync, syncRelations, type SyncSite } from '../../src/main/sync/index.ts';
import type { SyncAddress, SyncResult } from '../../src/shared/contract/sync.ts';

export const firstDayMs = Date.UTC(2025, 10, 1);
const dayMs = 86_400_000;
export const macOf = (index: number): string =>
  `24:6F:28:00:00:${index.toString(16).toUpperCase().padStart(2, '0')}`;

/** A site with devices, and a reading and a heartbeat of each in every step from `firstDayMs` on. */
export async function fillLocal(
  local: Database,
  options: { readonly devices: number; readonly steps: number; readonly stepSeconds: number },
): Promise<void> {
  const { devices, steps, stepSeconds } = options;
  const days = Math.ceil((steps * stepSeconds) / 86_400) + 1;
  await ensurePartitions(
    local,
    Array.from({ length: days }, (_, day) => utcDay(firstDayMs + day * dayMs)),
  );
  await local.query(`insert into sites (site_ref, site_name) values ('HCS', 'Harbour Cold Store')`);
  await local.query(
    `insert into devices (device_mac_addr, site_ref)
     select '24:6F:28:00:00:' || lpad(upper(to_hex(i)), 2, '0'), 'HCS' from generate_series(0, $1 - 1) i`,
    [devices],
  );
  const values = `$1::timestamptz + s * $4 * interval '1 second' as time, d.device_mac_addr`;
  const from = `from generate_series(0, $2 - 1) s, (select device_mac_addr, row_number() over (order by device_mac_addr) as n
    from devices order by 1 limit $3) d`;
  const parameters = [new Date(firstDayMs).toISOString(), steps, devices, stepSeconds];
  await local.query(
    `insert into sensor_data select ${values}, (20 + sin(s) * 5)::real, (50 + d.n % 10)::real,
       $1::timestamptz + s * $4 * interval '1 second' + interval '1 second' ${from}`,
    parameters,
  );
  await local.query(
    `insert into device_heartbeats select ${values}, (-60 - d.n)::integer, 200000, null, 190000, true,
       $1::timestamptz + s * $4 * interval '1 second' + interval '1 second' ${from}`,
    parameters,
  );
}

/** The same address as the settings hold it. */
export function syncAddressOf({ host, port, database, user }: DatabaseAddress): SyncAddress {
  return { host, port, database, user, tls: 'off', ca: null };
}

export function siteOf(database: Database, clock: Clock = systemClock): SyncSite {
  return { database, relations: syncRelations, clock, log: silentLog };
}

export async function newTarget(
  local: Database,
  central: DatabaseAddress,
  options: { readonly name?: string; readonly ownTables?: boolean; readonly port?: number } = {},
): Promise<StoredTarget> {
  const address = {
    ...syncAddressOf(central),
    ...(options.port === undefined ? {} : { port: options.port }),
  };
  const id = await addTarget(local, {
    name: options.name ?? 'office',
    address,
    ownTables: options.ownTables ?? false,
  });
  const target = await loadTarget(local, id);
  if (target === undefined) throw new Error('the target was not stored');
  return target;
}

export function syncOnce(
  local: Database,
  target: StoredTarget,
  password: string,
  options: { readonly dryRun?: boolean; readonly clock?: Clock; readonly conflictsAtMost?: number } = {},
): Promise<SyncResult> {
  const { dryRun = false, clock, conflictsAtMost } = options;
  return runSync(
    siteOf(local, clock),
    { target, password, dryRun, ...(conflictsAtMost === undefined ? {} : { conflictsAtMost }) },
    () => undefined,
    new AbortController().signal,
  );
}

/** All that the published relations hold, without the numbers that each database gives itself. */
export async function publishedContent(database: Database): Promise<Readonly<Record<string, string>>> {
  const content: Record<string, string> = {};
  for (const [name, columns] of [
    ['sites', 'site_ref, site_name, description'],
    ['devices', 'device_mac_addr, site_ref'],
    ['sensor_data', '*'],
    ['device_heartbeats', '*'],
  ] as const) {
    const { rows } = await database.query<{ content: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text collate "C")), '') as content
       from (select ${columns} from ${name}) t`,
    );
    content[name] = rows[0]?.content ?? '';
  }
  return content;
}
