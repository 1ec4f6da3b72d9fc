import type { Database } from '../../../src/main/storage/index.ts';
import { ensurePartitions, utcDay } from '../../../src/main/storage/index.ts';
import { upsertHeartbeats } from '../../../src/main/storage/queries/upsert-heartbeats.ts';
import { upsertReadings } from '../../../src/main/storage/queries/upsert-readings.ts';

const minute = 60_000;
const day = 1440 * minute;
export const daysOfHistory = 12;

export const sites = { cold: 'COLD_1', office: "OFFICE_'2" } as const;

/** One device of each kind that the dashboards and rules have to tell apart. */
export const fleet = {
  good: { mac: 'AA:00:00:00:00:01', site: sites.cold, name: 'Fridge left' },
  outOfLimits: { mac: 'AA:00:00:00:00:02', site: sites.cold, name: 'Fridge right' },
  lowHeap: { mac: 'AA:00:00:00:00:03', site: sites.office, name: '' },
  clockFaulty: { mac: 'AA:00:00:00:00:04', site: sites.office, name: "Reception's" },
  offline: { mac: 'AA:00:00:00:00:05', site: sites.office, name: 'Archive' },
  /** Its place was taken by `good`: silent for ever, and nobody's concern. */
  replaced: { mac: 'AA:00:00:00:00:06', site: sites.cold, name: 'Old one' },
  /** Adopted a moment ago, never heard from. */
  fresh: { mac: 'AA:00:00:00:00:07', site: sites.office, name: 'New one' },
} as const;
export type Role = keyof typeof fleet;

/** The gap in the readings of `good`, in minutes before now. */
export const gap = { from: 90, to: 70 } as const;

/**
 * Two sites: one whose zone has limits (2..8 °C), one with conformity rules (18..26 °C, at most 60 %). Three hours of
 * readings, one a minute, up to `nowMs`, and one reading a day for the days before.
 */
export async function seedFleet(owner: Database, nowMs: number): Promise<void> {
  const days = Array.from({ length: daysOfHistory }, (_, i) => utcDay(nowMs - i * day));
  await ensurePartitions(owner, days);
  await owner.query(`insert into sites (site_ref, site_name) values ($1, 'Cold store'), ($2, null)`, [
    sites.cold,
    sites.office,
  ]);
  const zone = await owner.query<{ id: number }>(
    `insert into field.zones (site_ref, name, temperature_min, temperature_max) values ($1, 'Fridge', 2, 8) returning id`,
    [sites.cold],
  );
  await owner.query(
    `insert into field.conformity_rules (site_ref, metric_type, min_allowed, max_allowed, criticality) values
       ($1, 'temperature_range', 15, 26, 'HIGH'), ($1, 'temperature_range', 18, 30, 'LOW'),
       ($1, 'humidity_ceiling', null, 60, 'MEDIUM'), ($2, 'temperature_range', -30, -18, 'HIGH')`,
    [sites.office, sites.cold],
  );
  for (const [role, { mac, site, name }] of Object.entries(fleet)) {
    const createdMs = role === 'fresh' ? nowMs : nowMs - 30 * day;
    await owner.query(
      `insert into devices (device_mac_addr, site_ref, created_at) values ($1, $2, to_timestamp($3::float8 / 1000))`,
      [mac, site, createdMs],
    );
    await owner.query(
      'insert into field.device_profiles (device_mac_addr, name, zone_id) values ($1, $2, $3)',
      [mac, name, site === sites.cold ? zone.rows[0]?.id : null],
    );
    await owner.query(
      `insert into field.device_facts (device_mac_addr, last_seen, clock_faulty, firmware) values ($1, to_timestamp($2::float8 / 1000), $3, '1.2.3')`,
      [mac, role === 'offline' ? nowMs - 120 * minute : nowMs, role === 'clockFaulty'],
    );
  }
  await owner.query(`insert into field.device_replacements (old_mac_addr, new_mac_addr) values ($1, $2)`, [
    fleet.replaced.mac,
    fleet.good.mac,
  ]);
  for (const role of ['good', 'outOfLimits', 'lowHeap', 'clockFaulty', 'offline', 'replaced'] as const)
    await seedDevice(owner, role, nowMs);
}

async function seedDevice(owner: Database, role: Role, nowMs: number): Promise<void> {
  const { mac, site } = fleet[role];
  const silentMinutes = role === 'offline' ? 120 : role === 'replaced' ? 1440 : 0;
  const recent = Array.from({ length: 180 }, (_, i) => silentMinutes + i).filter(
    (age) => role !== 'good' || age < gap.to || age > gap.from,
  );
  const daily = Array.from({ length: daysOfHistory - 2 }, (_, i) => (i + 2) * 1440);
  const ages = [...recent, ...daily.filter((age) => age > silentMinutes + 180)];
  // The last reading of the silent device is out of its limits: it is too old to say so.
  const base = { outOfLimits: 12, offline: 40 }[role as string] ?? (site === sites.cold ? 5 : 21);
  const at = (age: number): number => nowMs - age * minute;
  await upsertReadings(
    owner,
    ages.map((age) => ({
      mac,
      timeMs: at(age),
      temperature: base + (age % 5) / 10,
      humidity: 45 + (age % 7),
      receptionMs: at(age),
    })),
  );
  await upsertHeartbeats(
    owner,
    ages.map((age) => ({
      mac,
      timeMs: at(age),
      rssi: -60,
      freeHeap: role === 'lowHeap' ? 41_000 : 200_000,
      uptime: 600_000 - age * 60,
      minHeap: 39_000,
      ntpSync: role !== 'clockFaulty',
      receptionMs: at(age),
    })),
  );
}
