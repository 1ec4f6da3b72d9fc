import type { Candidate, Device, Site, Zone } from '../../../shared/contract/devices.ts';
import type { Queryable } from '../database.ts';

/** Everything that the device board starts from. */
export interface BoardSnapshot {
  readonly devices: readonly Device[];
  readonly candidates: readonly Candidate[];
  readonly sites: readonly Site[];
  readonly zones: readonly Zone[];
}

export async function loadBoard(connection: Queryable): Promise<BoardSnapshot> {
  return {
    devices: await loadDevices(connection),
    candidates: await loadCandidates(connection),
    sites: await loadSites(connection),
    zones: await loadZones(connection),
  };
}

export async function loadDevices(
  connection: Queryable,
  mac: string | null = null,
): Promise<readonly Device[]> {
  const { rows } = await connection.query<{ [K in keyof Device]: Device[K] }>(
    `select d.device_mac_addr as mac, d.site_ref as "siteRef", coalesce(p.name, '') as name, coalesce(p.position, '') as position,
       p.zone_id as "zoneId", r.time as "readingMs", r.temperature, r.humidity, h.last_heartbeat as "heartbeatMs",
       nullif(greatest(f.last_seen, r.reception_time, h.last_heartbeat), to_timestamp(0)) as "seenMs", h.rssi, h.free_heap as "freeHeap",
       h.min_heap as "minHeap", h.uptime, h.ntp_sync as "ntpSync", coalesce(f.clock_faulty, false) as "clockFaulty",
       f.status, f.firmware
     from devices d
     left join field.device_profiles p using (device_mac_addr)
     left join field.device_facts f using (device_mac_addr)
     left join latest_sensor_readings r using (device_mac_addr)
     left join device_health h using (device_mac_addr)
     where ($1::text is null or d.device_mac_addr = $1)
       and not exists (select from field.device_replacements where old_mac_addr = d.device_mac_addr)
     order by d.id`,
    [mac],
  );
  return rows;
}

export async function loadCandidates(connection: Queryable): Promise<readonly Candidate[]> {
  const { rows } = await connection.query<{ [K in keyof Candidate]: Candidate[K] }>(
    `select c.device_mac_addr as mac, c.first_seen as "firstSeenMs", c.last_seen as "lastSeenMs", c.messages,
       c.claimed_site_ref as "siteRef", c.temperature, c.humidity, c.rssi, c.ignored,
       (select count(*) from field.quarantine q where q.device_mac_addr = c.device_mac_addr) as kept,
       coalesce((select e.evicted from field.quarantine_evictions e where e.device_mac_addr = c.device_mac_addr), 0) as evicted
     from field.candidates c
     where not exists (select from devices d where d.device_mac_addr = c.device_mac_addr)
     order by c.first_seen`,
  );
  return rows;
}

export async function loadSites(connection: Queryable): Promise<readonly Site[]> {
  const { rows } = await connection.query<{ [K in keyof Site]: Site[K] }>(
    `select s.site_ref as ref, coalesce(s.site_name, s.site_ref) as name, coalesce(s.description, '') as description,
       coalesce(p.demo, false) as demo
     from sites s left join field.site_profiles p using (site_ref) order by s.id`,
  );
  return rows;
}

export async function loadZones(connection: Queryable): Promise<readonly Zone[]> {
  const { rows } = await connection.query<{ [K in keyof Zone]: Zone[K] }>(
    `select id, site_ref as "siteRef", name, temperature_min as "temperatureMin", temperature_max as "temperatureMax",
       humidity_min as "humidityMin", humidity_max as "humidityMax"
     from field.zones order by site_ref, name`,
  );
  return rows;
}
