import { silentLog } from '../../src/main/foundation/log.ts';
import { Database, ensurePartitions, utcDay } from '../../src/main/storage/index.ts';
import type { TestApplication } from './application.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A device of the furnished site; times in milliseconds before now. */
interface Story {
  readonly mac: string;
  readonly name: string;
  readonly position: string;
  readonly zone: string;
  readonly base: number;
  readonly humidity: number;
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  /** Warm for a while, at its height so many degrees above the rest. */
  readonly warm: readonly { readonly from: number; readonly to: number; readonly by: number }[];
}

/** One that conforms, one whose door stood open, one that was silent for 8 h 50 min; and three without readings. */
export const stories: readonly Story[] = [
  {
    mac: '24:6F:28:7D:00:04',
    name: 'CR1-04',
    position: 'rack B',
    zone: 'Cold room 1',
    base: 4.7,
    humidity: 71,
    gaps: [],
    warm: [],
  },
  {
    mac: '24:6F:28:7D:1F:B4',
    name: 'CR2-02',
    position: 'rack A',
    zone: 'Cold room 2',
    base: 6.2,
    humidity: 66,
    gaps: [{ from: 15 * hourMs, to: 15 * hourMs - 48 * minuteMs }],
    warm: [
      { from: 4.8 * dayMs, to: 4.8 * dayMs - 4 * hourMs, by: 3.1 },
      { from: 40 * minuteMs, to: -40 * minuteMs, by: 2.6 },
    ],
  },
  {
    mac: '24:6F:28:7D:00:05',
    name: 'CR2-05',
    position: 'evaporator',
    zone: 'Cold room 2',
    base: 5.1,
    humidity: 72,
    gaps: [{ from: 2.9 * dayMs, to: 2.9 * dayMs - 530 * minuteMs }],
    warm: [],
  },
];

const silent = [
  ['24:6F:28:7D:00:01', 'CR1-01', 'Cold room 1', 'door'],
  ['24:6F:28:7D:00:02', 'CR2-01', 'Cold room 2', 'door'],
  ['24:6F:28:7D:00:03', 'CR2-03', 'Cold room 2', 'rack C'],
] as const;

/**
 * Writes a site with a year of readings straight into the database of a running stack: one a minute in the last
 * eight days, one in ten minutes before. The screens show its devices after the stack was started again.
 */
export async function furnishHistory(application: TestApplication, nowMs: number): Promise<void> {
  const database = new Database({
    address: await application.database(),
    applicationName: 'furnish',
    poolSize: 1,
    log: silentLog,
  });
  try {
    await database.query(`insert into sites (site_ref, site_name) values ('HCS', 'Harbour Cold Store')`);
    await database.query(
      `insert into field.zones (site_ref, name, temperature_min, temperature_max, humidity_min, humidity_max)
       values ('HCS', 'Cold room 1', 2, 8, 40, 85), ('HCS', 'Cold room 2', 2, 8, 40, 85)`,
    );
    const devices = [
      ...silent,
      ...stories.map(({ mac, name, zone, position }) => [mac, name, zone, position] as const),
    ];
    for (const [mac, name, zone, position] of devices) {
      await database.query(`insert into devices (device_mac_addr, site_ref) values ($1, 'HCS')`, [mac]);
      await database.query(
        `insert into field.device_profiles (device_mac_addr, name, position, zone_id)
         select $1, $2, $3, id from field.zones where name = $4`,
        [mac, name, position, zone],
      );
    }
    const days: string[] = [];
    for (let at = nowMs - 366 * dayMs; at <= nowMs + dayMs; at += dayMs) days.push(utcDay(at));
    await ensurePartitions(database, days);
    for (const story of stories) {
      await addReadings(database, story, nowMs - 365 * dayMs, nowMs - 8 * dayMs, nowMs, 10);
      await addReadings(database, story, nowMs - 8 * dayMs, nowMs, nowMs, 1);
      await database.query(
        `insert into device_heartbeats (time, device_mac_addr, rssi, free_heap, uptime, min_heap, ntp_sync, reception_time)
         select t, device_mac_addr, (-63 + 2.4 * sin(extract(epoch from t) / 2000) + (hashfloat8(extract(epoch from t)) % 2))::int, 178000,
           100000 + extract(epoch from t - to_timestamp($2::float8 / 1000))::bigint, 161000, true, t
         from (select time as t, device_mac_addr from sensor_data
           where device_mac_addr = $1 and time > to_timestamp($2::float8 / 1000)) s`,
        [story.mac, nowMs - 2 * dayMs],
      );
    }
    await database.query('analyze sensor_data');
  } finally {
    await database.close();
  }
}

async function addReadings(
  database: Database,
  story: Story,
  fromMs: number,
  toMs: number,
  nowMs: number,
  everyMinutes: number,
): Promise<void> {
  const pieces = (parts: readonly { from: number; to: number; by?: number }[]): string =>
    JSON.stringify(
      parts.map(({ from, to, by }) => ({ from: (nowMs - from) / 1_000, to: (nowMs - to) / 1_000, by })),
    );
  await database.query(
    `with w as materialized (select * from jsonb_to_recordset($7) as x("from" float8, "to" float8, "by" float8)),
       g as materialized (select * from jsonb_to_recordset($8) as x("from" float8, "to" float8)),
       wave as materialized (select t, extract(epoch from t)::float8 as s
         from generate_series(to_timestamp($4::float8 / 1000), to_timestamp($5::float8 / 1000) - interval '1 second', make_interval(mins => $6)) t)
     insert into sensor_data (time, device_mac_addr, temperature, humidity, reception_time)
     select t, $1,
       ($2 + 0.35 * sin(s / 13750) + 0.3 * sin(s / 700) + 0.25 * (hashfloat8(s) % 1000) / 1000.0 + 0.6 * exp(-(s::bigint % 28800) / 1500.0)
         + coalesce((select max(w.by * sin(pi() * (s - w.from) / (w.to - w.from))) from w where s between w.from and w.to), 0))::real,
       ($3 + 1.5 * sin(s / 13750 + 1) + 0.3 * (hashfloat8(s + 1) % 1000) / 1000.0)::real, t
     from wave where not exists (select from g where s > g.from and s < g.to)`,
    [
      story.mac,
      story.base,
      story.humidity,
      fromMs,
      toMs,
      everyMinutes,
      pieces(story.warm),
      pieces(story.gaps),
    ],
  );
}
