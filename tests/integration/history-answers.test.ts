import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { History } from '../../src/main/history/index.ts';
import type { Database } from '../../src/main/storage/index.ts';
import { ensurePartitions, refreshRollups, utcDay } from '../../src/main/storage/index.ts';
import { databaseServers } from '../support/database-servers.ts';
import { addReadings, historyOn, macAt, never } from '../support/history-bench.ts';
import { storageBench } from '../support/storage-bench.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Two days before clocks in Europe/Paris go back: the 26th has 25 hours there. */
const startMs = Date.UTC(2025, 9, 24);
const nowMs = startMs + 5 * day;
const old = macAt(1);
const newer = macAt(2);
const still = macAt(3);
const silent = macAt(4);

describe.each(databaseServers.filter(({ available }) => available))('answers on $name', (kind) => {
  const bench = storageBench(kind);
  let owner: Database;
  let history: History;
  const ask = <R>(query: string, values: readonly unknown[]): Promise<readonly R[]> =>
    owner.query(query, values).then(({ rows }) => rows as unknown as readonly R[]);

  beforeAll(async () => {
    owner = await bench.migrated();
    await owner.query(`insert into sites (site_ref) values ('HCS'), ('B')`);
    await owner.query(
      `insert into devices (device_mac_addr, site_ref) select m, 'HCS' from unnest($1::text[]) m`,
      [[old, newer, still, silent]],
    );
    await owner.query(
      `insert into field.zones (site_ref, name, temperature_min, temperature_max, humidity_max) values ('HCS', 'Cold', 3, 7, 65)`,
    );
    await owner.query(
      `insert into field.device_profiles (device_mac_addr, name, zone_id) select device_mac_addr, '=1+1', (select min(id) from field.zones) from devices`,
    );
    await addReadings(owner, { mac: old, fromMs: startMs, toMs: startMs + 2 * day + 20 * minute });
    await addReadings(owner, {
      mac: newer,
      fromMs: startMs + 2 * day + 50 * minute,
      toMs: startMs + 4 * day,
    });
    // Before it took over the newer board measured on somebody's desk.
    await addReadings(owner, { mac: newer, fromMs: startMs + day, toMs: startMs + day + hour });
    await addReadings(owner, { mac: still, fromMs: startMs, toMs: startMs + 4 * day, loseEach: 50 });
    await owner.query(
      `insert into field.device_replacements (old_mac_addr, new_mac_addr, replaced_at) values ($1, $2, $3)`,
      [old, newer, new Date(startMs + 2 * day + hour)],
    );
    await refreshRollups(owner, never);
    // What a foreign writer may leave behind; the days concerned do not fit their buckets from here on.
    await owner.query(
      `update sensor_data set temperature = 'NaN' where device_mac_addr = $1 and extract(minute from time) = 13`,
      [still],
    );
    await owner.query(
      `update sensor_data set humidity = 'Infinity' where device_mac_addr = $1 and extract(minute from time) = 17`,
      [still],
    );
    history = historyOn(owner, nowMs);
  }, 300_000);
  afterAll(() => history.detach());

  const ofPlace = (alias = 's'): string =>
    `(${alias}.device_mac_addr = '${old}' and ${alias}.time <= to_timestamp(${(startMs + 2 * day + 20 * minute) / 1000})
      or ${alias}.device_mac_addr = '${newer}' and ${alias}.time > to_timestamp(${(startMs + 2 * day + 20 * minute) / 1000}))`;

  test('a board that replaced another one is continued by it into the past', async () => {
    const fromMs = startMs + 2 * day - 2 * hour;
    const toMs = startMs + 2 * day + 3 * hour;
    const { series } = await history.handlers.series(
      { macs: [newer], fromMs, toMs, widthPx: 1_200, gapMs: 300_000 },
      never,
    );
    const times = await ask<{ ms: number }>(
      `select time as ms from sensor_data s where ${ofPlace()} and time >= $1 and time < $2 order by time`,
      [new Date(fromMs), new Date(toMs)],
    );
    expect(series[0]?.timesMs).toEqual(times.map(({ ms }) => ms));
    expect(series[0]?.gaps).toEqual([
      { fromMs: startMs + 2 * day + 19 * minute, toMs: startMs + 2 * day + 50 * minute },
    ]);
  });

  test.each([
    ['the night of 25 hours in Paris', Date.UTC(2025, 9, 25, 22), Date.UTC(2025, 9, 26, 23)],
    ['odd bounds', startMs + 7 * hour + 123, startMs + 3 * day + 41 * minute + 7],
    ['less than an hour', startMs + day + 5 * minute, startMs + day + 25 * minute],
    ['all of it', startMs - 30 * day, startMs + 30 * day],
  ])('the summary of %s equals plain SQL', async (_name, fromMs, toMs) => {
    const { items } = await history.handlers.summary(
      { macs: [newer, still, silent], fromMs, toMs, gapMs: 300_000 },
      never,
    );
    for (const [mac, where] of [
      [newer, ofPlace()],
      [still, `s.device_mac_addr = '${still}'`],
    ] as const) {
      const [plain] = await ask<Record<string, number>>(
        `with r as (select time, nullif(temperature, 'NaN')::float8 as t, nullif(nullif(humidity, 'NaN'), 'Infinity')::float8 as h,
             extract(epoch from least(lead(time) over (order by time) - time, interval '150 seconds', $3::timestamptz - time)) * 1000 as stood,
             extract(epoch from lead(time) over (order by time) - time) * 1000 as pause
           from sensor_data s where ${where} and time >= $1 and time < $2)
         select count(*) as received, avg(t) as mean, min(t) as min, max(t) as max, min(time) as first, max(time) as last,
           coalesce(sum(stood) filter (where t < 3 or t > 7), 0)::float8 as t_out,
           coalesce(sum(stood) filter (where h > 65), 0)::float8 as h_out
         from r`,
        [new Date(fromMs), new Date(toMs), new Date(Math.min(toMs, nowMs))],
      );
      const own = items.find((item) => item.mac === mac);
      if (plain === undefined || own === undefined) throw new Error('no answer');
      expect(own.received).toBe(plain['received']);
      expect(own.temperature.mean).toBeCloseTo(plain['mean'] ?? 0, 1);
      expect(own.temperature.min).toBeCloseTo(plain['min'] ?? 0, 4);
      expect(own.temperature.max).toBeCloseTo(plain['max'] ?? 0, 4);
      expect([own.firstMs, own.lastMs]).toEqual([plain['first'], plain['last']]);
      // A bucket wholly outside counts whole: what its first and last reading are off, at most, per change.
      expect(Math.abs(own.outsideMs.temperature - (plain['t_out'] ?? 0))).toBeLessThanOrEqual(
        Math.max(5 * minute, 0.01 * (plain['t_out'] ?? 0)),
      );
    }
    expect(items[2]).toMatchObject({
      received: 0,
      expected: null,
      longestGap: null,
      firstMs: null,
      lastMs: null,
    });
  });

  test('expected readings and the longest gap', async () => {
    const { items } = await history.handlers.summary(
      { macs: [newer, still], fromMs: startMs - day, toMs: startMs + 4 * day, gapMs: 300_000 },
      never,
    );
    expect(items[0]).toMatchObject({
      expected: 4 * 1440,
      received: 4 * 1440 - 30,
      longestGap: { fromMs: startMs + 2 * day + 19 * minute, toMs: startMs + 2 * day + 50 * minute },
      limits: { temperatureMin: 3, temperatureMax: 7, humidityMin: null, humidityMax: 65 },
    });
    expect(items[1]?.longestGap).toBeNull();
  });

  test('statistics of every reading', async () => {
    const { items } = await history.handlers.statistics(
      { macs: [still, silent], fromMs: startMs, toMs: startMs + 3 * day },
      never,
    );
    const [plain] = await ask<{ mean: number; deviation: number; middle: number; h: number }>(
      `select avg(t) as mean, stddev_samp(t) as deviation, percentile_cont(0.5) within group (order by t) as middle,
         percentile_cont(0.95) within group (order by h) as h
       from (select nullif(temperature, 'NaN')::float8 as t, nullif(humidity, 'Infinity')::float8 as h
         from sensor_data where device_mac_addr = $1 and time >= $2 and time < $3) r`,
      [still, new Date(startMs), new Date(startMs + 3 * day)],
    );
    expect(items[0]?.temperature?.mean).toBeCloseTo(plain?.mean ?? 0, 9);
    expect(items[0]?.temperature?.standardDeviation).toBeCloseTo(plain?.deviation ?? 0, 9);
    expect(items[0]?.temperature?.p50).toBeCloseTo(plain?.middle ?? 0, 9);
    expect(items[0]?.humidity?.p95).toBeCloseTo(plain?.h ?? 0, 9);
    expect(items[1]).toEqual({
      mac: silent,
      rows: 0,
      temperature: null,
      humidity: null,
      meanKineticTemperature: null,
    });
  });

  test('the mean kinetic temperature of equal and of spread readings', async () => {
    const mac = macAt(7);
    await ensurePartitions(owner, [utcDay(startMs)]);
    // 20, 25 and 30 °C for equal times: by hand 10000 / -ln((e^-34.1122 + e^-33.5402 + e^-32.9870) / 3) K.
    const kelvin = [20, 25, 30].map((celsius) => celsius + 273.15);
    const sum = kelvin.reduce((all, k) => all + Math.exp(-10_000 / k), 0);
    const byHand = 10_000 / -Math.log(sum / 3) - 273.15;
    for (const [i, celsius] of [20, 25, 30].entries())
      await owner.query(`insert into sensor_data (device_mac_addr, time, temperature) values ($1, $2, $3)`, [
        mac,
        new Date(startMs + i * minute),
        celsius,
      ]);
    const { items } = await history.handlers.statistics(
      { macs: [mac], fromMs: startMs, toMs: startMs + hour },
      never,
    );
    expect(byHand).toBeGreaterThan(25.7);
    expect(byHand).toBeLessThan(26);
    expect(items[0]?.meanKineticTemperature).toBeCloseTo(byHand, 9);
  });

  test('heartbeats: a restart is told from a wrapped counter and from a late message', async () => {
    const mac = macAt(8);
    await ensurePartitions(owner, [utcDay(startMs), utcDay(startMs + day)]);
    const beats: readonly (readonly [number, number])[] = [
      [0, 4_294_900],
      [60, 4_294_960],
      // 2^32 ms are over: the count begins anew without a restart.
      [120, 53],
      [180, 113],
      // A restart, half an hour of silence before.
      [2_000, 40],
      [2_060, 100],
      [2_120, 160],
    ];
    for (const [second, uptime] of beats)
      await owner.query(
        `insert into device_heartbeats (device_mac_addr, time, rssi, free_heap, min_heap, uptime) values ($1, $2, -60, 200000, null, $3)`,
        [mac, new Date(startMs + second * 1000), uptime],
      );
    const answer = await history.handlers.heartbeats(
      { mac, fromMs: startMs, toMs: startMs + 2_180_000, widthPx: 800 },
      never,
    );
    expect(answer.resolution).toEqual({ kind: 'raw' });
    expect(answer.uptime).toEqual(beats.map(([, uptime]) => uptime));
    expect(answer.minHeap).toEqual(beats.map(() => null));
    expect(answer.restarts).toEqual([{ seenMs: startMs + 2_000_000, startedMs: startMs + 1_960_000 }]);
    expect(answer.gaps).toEqual([{ fromMs: startMs + 180_000, toMs: startMs + 2_000_000 }]);
  });

  test('names that a spreadsheet would run are text in the file', async () => {
    const parts: string[] = [];
    for await (const part of history.handlers.exportCsv(
      { macs: [newer], fromMs: startMs + 2 * day, toMs: startMs + 2 * day + hour, resolution: 'raw' },
      never,
    ))
      if (part.type === 'part') parts.push(part.text);
    const lines = parts.join('').split('\r\n');
    expect(lines[1]).toMatch(new RegExp(`^${old},'=1\\+1,HCS,2025-10-26T00:00:00.000Z,`));
    expect(lines.at(-2)).toMatch(new RegExp(`^${newer},'=1\\+1,HCS,2025-10-26T00:59:00.000Z,`));
    expect(lines).toHaveLength(1 + 20 + 10 + 1);
  });

  test.each([
    [startMs, startMs - 1, 'reversed'],
    [startMs, startMs, 'empty'],
    [-1, startMs, 'outside'],
    [startMs, Date.UTC(9999, 11, 31) + 2 * day, 'outside'],
    [0, Date.UTC(2970, 0, 1), 'too-long'],
  ])('a range from %d to %d is refused as %s', async (fromMs, toMs, context) => {
    for (const asked of [
      history.handlers.series({ macs: [still], fromMs, toMs, widthPx: 800, gapMs: 300_000 }, never),
      history.handlers.summary({ macs: [still], fromMs, toMs, gapMs: 300_000 }, never),
      history.handlers.statistics({ macs: [still], fromMs, toMs }, never),
      history.handlers.heartbeats({ mac: still, fromMs, toMs, widthPx: 800 }, never),
      history.handlers.annotations({ macs: [still], fromMs, toMs }, never),
    ])
      await expect(asked).rejects.toMatchObject({ code: 'history.bad-range', data: { context } });
  });

  test('a future range and one of a hundred years are answered', async () => {
    const future = await history.handlers.series(
      { macs: [still, macAt(99)], fromMs: nowMs + day, toMs: nowMs + 2 * day, widthPx: 800, gapMs: 300_000 },
      never,
    );
    expect(future.series.map(({ timesMs, gaps }) => [timesMs.length, gaps.length])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const century = await history.handlers.series(
      { macs: [still], fromMs: 0, toMs: Date.UTC(2069, 11, 1), widthPx: 800, gapMs: 300_000 },
      never,
    );
    expect(century.series[0]?.timesMs.length).toBeGreaterThan(0);
    expect(century.series[0]?.counts.reduce((sum, count) => sum + count, 0)).toBe(4 * 1440 - 115);
  });
});
