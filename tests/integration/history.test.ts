import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { History } from '../../src/main/history/index.ts';
import { refreshRollups, type Database } from '../../src/main/storage/index.ts';
import { databaseServers } from '../support/database-servers.ts';
import { addReadings, historyOn, macAt, never } from '../support/history-bench.ts';
import { storageBench } from '../support/storage-bench.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const startMs = Date.UTC(2025, 9, 20);
const nowMs = startMs + 12 * day;
const one = macAt(1);
const two = macAt(2);

describe.each(databaseServers.filter(({ available }) => available))('history on $name', (kind) => {
  const bench = storageBench(kind);
  let owner: Database;
  let history: History;

  beforeAll(async () => {
    owner = await bench.migrated();
    await owner.query(`insert into sites (site_ref) values ('HCS')`);
    await owner.query(`insert into devices (device_mac_addr, site_ref) values ($1, 'HCS'), ($2, 'HCS')`, [
      one,
      two,
    ]);
    await addReadings(owner, { mac: one, fromMs: startMs, toMs: startMs + 10 * day });
    await addReadings(owner, {
      mac: two,
      fromMs: startMs + day,
      toMs: startMs + 10 * day,
      everySeconds: 600,
    });
    await refreshRollups(owner, never);
    await owner.query('delete from sensor_data where device_mac_addr = $1 and time >= $2 and time < $3', [
      one,
      new Date(startMs + 3 * day + 90 * minute),
      new Date(startMs + 3 * day + 4 * hour),
    ]);
    history = historyOn(owner, nowMs);
  }, 300_000);
  afterAll(() => history.detach());

  const series = (fromMs: number, toMs: number, macs = [one, two], gapMs = 300_000) =>
    history.handlers.series({ macs, fromMs, toMs, widthPx: 1_200, gapMs }, never);

  test('six hours are readings as they came, with their gaps', async () => {
    const answer = await series(startMs + 3 * day, startMs + 3 * day + 6 * hour);
    expect(answer.resolution).toEqual({ kind: 'raw' });
    expect(answer.series.map(({ timesMs }) => timesMs.length)).toEqual([210, 36]);
    expect(answer.series[0]).toMatchObject({
      intervalMs: minute,
      gaps: [{ fromMs: startMs + 3 * day + 89 * minute, toMs: startMs + 3 * day + 4 * hour }],
      moreGaps: 0,
    });
    expect(answer.series[1]).toMatchObject({ intervalMs: 10 * minute, gaps: [] });
  });

  test.each([
    [24 * hour, minute],
    [7 * day, 30 * minute],
  ])('a range of %d ms is shown by buckets of %d ms that equal plain SQL', async (rangeMs, stepMs) => {
    const fromMs = startMs + day + 17 * minute;
    const answer = await series(fromMs, fromMs + rangeMs);
    expect(answer.resolution).toMatchObject({ kind: 'bucket', stepMs });
    for (const { mac, timesMs, counts, temperature, humidity } of answer.series) {
      const { rows } = await owner.query(
        `select date_bin($4 * interval '1 millisecond', time, '1970-01-01Z') as t, count(*) as n,
           avg(temperature) as ta, min(temperature) as tl, max(temperature) as th,
           avg(humidity) as ha, min(humidity) as hl, max(humidity) as hh
         from sensor_data where device_mac_addr = $1
           and time >= to_timestamp(floor($2::float8 / $4) * $4 / 1000) and time < to_timestamp(ceil($3::float8 / $4) * $4 / 1000)
         group by 1 order by 1`,
        [mac, fromMs, fromMs + rangeMs, stepMs],
      );
      expect(rows.length).toBeGreaterThan(10);
      expect(
        timesMs.map((t, i) => ({
          t,
          n: counts[i],
          ta: temperature.avg[i],
          tl: temperature.min[i],
          th: temperature.max[i],
          ha: humidity.avg[i],
          hl: humidity.min[i],
          hh: humidity.max[i],
        })),
      ).toEqual(rows);
    }
  });

  test('extent, also of a device without readings', async () => {
    const { items } = await history.handlers.extent({ macs: [one, two, macAt(9)] }, never);
    expect(items).toEqual([
      { mac: one, firstMs: startMs, lastMs: startMs + 10 * day - minute },
      { mac: two, firstMs: startMs + day, lastMs: startMs + 10 * day - 10 * minute },
      { mac: macAt(9), firstMs: null, lastMs: null },
    ]);
  });

  test('a file holds every reading of the range, whole lines in each part', async () => {
    let text = '';
    let rows = 0;
    for await (const part of history.handlers.exportCsv(
      { macs: [one, two], fromMs: startMs, toMs: startMs + 2 * day, resolution: 'raw' },
      never,
    )) {
      if (part.type === 'done') {
        expect(part.rows).toBe(rows);
        continue;
      }
      expect(part.text.endsWith('\r\n')).toBe(true);
      rows += part.rows;
      text += part.text;
    }
    const lines = text.split('\r\n');
    expect(rows).toBe(2 * 1440 + 144);
    expect(lines).toHaveLength(rows + 2);
    expect(lines[0]).toBe('device_mac_addr,device_name,site_ref,time,temperature,humidity,reception_time');
    expect(lines[1]).toMatch(
      /^24:6F:28:00:00:01,.*,HCS,2025-10-20T00:00:00\.000Z,[\d.]+,[\d.]+,2025-10-20T00:00:00\.000Z$/,
    );
  });
});
