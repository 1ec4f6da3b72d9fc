import type { Queryable } from '../database.ts';

export interface ProfileChange {
  readonly mac: string;
  readonly name: string;
  readonly position: string;
  readonly zoneId: number | null;
}

/** @returns `false` where the device is one already */
export async function insertDevice(connection: Queryable, mac: string, siteRef: string): Promise<boolean> {
  const { rowCount } = await connection.query(
    'insert into devices (device_mac_addr, site_ref) values ($1, $2) on conflict (device_mac_addr) do nothing',
    [mac, siteRef],
  );
  return rowCount === 1;
}

/** @returns `false` where there is no such device */
export async function moveDevice(connection: Queryable, mac: string, siteRef: string): Promise<boolean> {
  const { rowCount } = await connection.query(
    'update devices set site_ref = $2, updated_at = now() where device_mac_addr = $1',
    [mac, siteRef],
  );
  return rowCount === 1;
}

export async function saveProfile(
  connection: Queryable,
  { mac, name, position, zoneId }: ProfileChange,
): Promise<void> {
  await connection.query(
    `insert into field.device_profiles (device_mac_addr, name, position, zone_id) values ($1, $2, $3, $4)
     on conflict (device_mac_addr) do update set name = excluded.name, position = excluded.position, zone_id = excluded.zone_id, updated_at = now()`,
    [mac, name, position, zoneId],
  );
}

/** The old one is shown no more; its readings stay under its own address. */
export async function noteReplacement(connection: Queryable, oldMac: string, newMac: string): Promise<void> {
  await connection.query(
    `insert into field.device_replacements (old_mac_addr, new_mac_addr) values ($1, $2)
     on conflict (old_mac_addr) do update set new_mac_addr = excluded.new_mac_addr, replaced_at = now()`,
    [oldMac, newMac],
  );
  await connection.query(
    `insert into field.annotations (time, kind, text, device_mac_addr, automatic)
     values (now(), 'commissioned', $1 || ' → ' || $2, $2, true)`,
    [oldMac, newMac],
  );
}

/** A device that comes back into use is one like any other. */
export async function forgetReplacement(connection: Queryable, mac: string): Promise<void> {
  await connection.query('delete from field.device_replacements where old_mac_addr = $1', [mac]);
}

export async function removeCandidate(connection: Queryable, mac: string): Promise<void> {
  await connection.query('delete from field.candidates where device_mac_addr = $1', [mac]);
}

export async function setIgnored(connection: Queryable, mac: string, ignored: boolean): Promise<boolean> {
  const { rowCount } = await connection.query(
    'update field.candidates set ignored = $2 where device_mac_addr = $1',
    [mac, ignored],
  );
  return rowCount === 1;
}

export async function siteExists(connection: Queryable, ref: string): Promise<boolean> {
  return (await connection.query('select from sites where site_ref = $1', [ref])).rowCount === 1;
}

/** Of these sites, those that are there. */
export async function existingSites(
  connection: Queryable,
  refs: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await connection.query<{ ref: string }>(
    'select site_ref as ref from sites where site_ref = any($1)',
    [refs],
  );
  return new Set(rows.map(({ ref }) => ref));
}

export async function insertSite(
  connection: Queryable,
  site: { ref: string; name: string; description: string; demo: boolean },
): Promise<boolean> {
  const { rowCount } = await connection.query(
    'insert into sites (site_ref, site_name, description) values ($1, $2, $3) on conflict (site_ref) do nothing',
    [site.ref, site.name, site.description],
  );
  if (rowCount !== 1) return false;
  await connection.query(
    'insert into field.site_profiles (site_ref, demo) values ($1, $2) on conflict do nothing',
    [site.ref, site.demo],
  );
  return true;
}

export async function updateSite(
  connection: Queryable,
  site: { ref: string; name: string; description: string },
): Promise<boolean> {
  const { rowCount } = await connection.query(
    'update sites set site_name = $2, description = $3, updated_at = now() where site_ref = $1',
    [site.ref, site.name, site.description],
  );
  return rowCount === 1;
}

export async function zoneIsOf(connection: Queryable, zoneId: number, siteRef: string): Promise<boolean> {
  return (
    (await connection.query('select from field.zones where id = $1 and site_ref = $2', [zoneId, siteRef]))
      .rowCount === 1
  );
}

export interface ZoneChange {
  readonly id: number | null;
  readonly siteRef: string;
  readonly name: string;
  readonly temperatureMin: number | null;
  readonly temperatureMax: number | null;
  readonly humidityMin: number | null;
  readonly humidityMax: number | null;
}

/** @returns the zone's number, or `undefined` where the one to change is gone */
export async function saveZone(connection: Queryable, zone: ZoneChange): Promise<number | undefined> {
  const limits = [zone.temperatureMin, zone.temperatureMax, zone.humidityMin, zone.humidityMax];
  const { rows } =
    zone.id === null
      ? await connection.query<{ id: number }>(
          `insert into field.zones (site_ref, name, temperature_min, temperature_max, humidity_min, humidity_max)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (site_ref, name) do update set temperature_min = excluded.temperature_min,
             temperature_max = excluded.temperature_max, humidity_min = excluded.humidity_min, humidity_max = excluded.humidity_max
           returning id`,
          [zone.siteRef, zone.name, ...limits],
        )
      : await connection.query<{ id: number }>(
          `update field.zones set name = $2, temperature_min = $3, temperature_max = $4, humidity_min = $5, humidity_max = $6
           where id = $1 returning id`,
          [zone.id, zone.name, ...limits],
        );
  return rows[0]?.id;
}

export async function removeZone(connection: Queryable, id: number): Promise<void> {
  await connection.query('delete from field.zones where id = $1', [id]);
}

export async function isDemoSite(connection: Queryable, ref: string): Promise<boolean> {
  return (
    (await connection.query('select from field.site_profiles where site_ref = $1 and demo', [ref]))
      .rowCount === 1
  );
}

/** Readings, heartbeats, devices and everything about them, zones and the site itself. For demo sites only. */
export async function removeSiteCompletely(connection: Queryable, ref: string): Promise<readonly string[]> {
  const { rows } = await connection.query<{ mac: string }>(
    'select device_mac_addr as mac from devices where site_ref = $1',
    [ref],
  );
  const macs = rows.map((row) => row.mac);
  for (const table of [
    'sensor_data',
    'device_heartbeats',
    'field.device_facts',
    'field.candidates',
    'field.quarantine',
    'field.quarantine_evictions',
    'field.commissioning_records',
  ]) {
    await connection.query(`delete from ${table} where device_mac_addr = any($1)`, [macs]);
  }
  await connection.query(`delete from field.retained_messages where split_part(topic, '/', 3) = any($1)`, [
    macs,
  ]);
  await connection.query('delete from devices where site_ref = $1', [ref]);
  await connection.query('delete from sites where site_ref = $1', [ref]);
  return macs;
}

export async function writeAudit(
  connection: Queryable,
  action: string,
  subject: string,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  await connection.query(
    'insert into field.audit_log (actor, action, subject, details) values ($1, $2, $3, $4)',
    ['application', action, subject, JSON.stringify(details)],
  );
}
