import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  conformityBench,
  dayMs,
  firstDayMs,
  hourMs,
  macs,
  minuteMs,
  never,
  rule,
} from '../support/conformity-bench.ts';
import { databaseServers } from '../support/database-servers.ts';
import { excursionsOf, type OracleDevice, type OracleReading } from '../support/excursion-oracle.ts';

describe.each(databaseServers)('excursions on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  const bench = conformityBench(kind);
  const { handlers, clock, store, refresh, forgetRules } = bench;

  test('ranges that cannot be answered are refused, those of the future are empty', async () => {
    const search = (fromMs: number, toMs: number) =>
      handlers.excursions({ fromMs, toMs, toleranceMs: 0, limit: 10 }, never);
    for (const [from, to] of [
      [5, 5],
      [clock.nowMs, clock.nowMs - 1],
      [-1e300, 1e300],
      [Number.NaN, clock.nowMs],
    ] as const)
      await expect(search(from, to)).rejects.toMatchObject({ code: 'conformity.bad-range' });
    expect(await search(clock.nowMs + dayMs, clock.nowMs + 2 * dayMs)).toEqual({ items: [], more: 0 });
  });

  const reading = fc.record({
    mac: fc.constantFrom(...macs.slice(0, 2)),
    t: fc.oneof(
      { weight: 30, arbitrary: fc.integer({ min: 4, max: 36 }).map((q) => q / 4) },
      fc.constantFrom(null, 'NaN'),
    ),
    h: fc.oneof({ weight: 30, arbitrary: fc.integer({ min: 35, max: 65 }) }, fc.constantFrom(null, 'NaN')),
    // The distance to the one before: of its pace, just at the limit of silence, beyond it, and over hours.
    stepMs: fc.constantFrom(
      minuteMs,
      minuteMs,
      minuteMs,
      5 * minuteMs,
      5 * minuteMs + 1,
      7 * minuteMs,
      20 * minuteMs,
      hourMs,
      150 * minuteMs,
      7 * hourMs,
    ),
    times: fc.constantFrom(1, 1, 2, 5, 90),
  });

  test('excursions are those that a walk over all readings finds', async () => {
    await forgetRules();
    await handlers.saveRule({ id: null, ...rule }, never);
    await bench.owner().query(`delete from field.zones`);
    await bench.owner().query(
      `with z as (insert into field.zones (site_ref, name, humidity_min, humidity_max) values ('HCS', 'z', 40, 60) returning id)
       insert into field.device_profiles (device_mac_addr, zone_id) select $1, id from z
       on conflict (device_mac_addr) do update set zone_id = excluded.zone_id`,
      [macs[0]],
    );
    const devices: readonly OracleDevice[] = [
      { mac: macs[0] ?? '', temperature: { min: 2, max: 8 }, humidity: { min: 40, max: 60 } },
      { mac: macs[1] ?? '', temperature: { min: 2, max: 8 }, humidity: { min: null, max: null } },
    ];
    let found = 0;
    let lasting = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(reading, { maxLength: 40 }),
        fc.record({
          fromMs: fc.integer({ min: -5, max: 30 }).map((steps) => firstDayMs + steps * 17 * minuteMs),
          lengthMs: fc.constantFrom(30 * minuteMs, 3 * hourMs, dayMs, 5 * dayMs),
          sinceLastMs: fc.constantFrom(0, 4 * minuteMs, 5 * minuteMs + 1, 13 * minuteMs, 3 * hourMs, dayMs),
          toleranceMs: fc.constantFrom(0, 0, minuteMs, hourMs),
          limit: fc.constantFrom(1, 3, 1000),
          refreshed: fc.boolean(),
          // So much earlier that the range is asked for in two parts, with readings on both sides.
          earlierMs: fc.constantFrom(0, 6 * dayMs, 7 * dayMs),
        }),
        async (steps, { fromMs, lengthMs, sinceLastMs, toleranceMs, limit, refreshed, earlierMs }) => {
          const at = new Map<string, number>();
          const readings: OracleReading[] = steps
            .flatMap(({ mac, t, h, stepMs, times }) =>
              Array.from({ length: times }, () => {
                const ms = (at.get(mac) ?? firstDayMs) + stepMs;
                at.set(mac, ms);
                return { mac, ms, t, h };
              }),
            )
            .filter(({ ms }) => ms < firstDayMs + 6 * dayMs);
          await store(readings);
          if (refreshed) await refresh();
          const nowMs = Math.max(firstDayMs, ...readings.map(({ ms }) => ms)) + sinceLastMs;
          clock.nowMs = nowMs;
          const question = { fromMs: fromMs - earlierMs, toMs: fromMs + lengthMs, nowMs, toleranceMs };
          const all = excursionsOf(devices, readings, question);
          const answer = await handlers.excursions(
            { siteRef: 'HCS', fromMs: question.fromMs, toMs: question.toMs, toleranceMs, limit },
            never,
          );
          expect(answer.items).toEqual(all.slice(0, limit));
          expect(answer.more).toBe(Math.max(0, all.length - limit));
          found += all.length;
          lasting += all.filter(({ endMs }) => endMs === null).length;
        },
      ),
      { numRuns: 80 },
    );
    expect(found).toBeGreaterThan(20);
    expect(lasting).toBeGreaterThan(0);
    clock.nowMs = firstDayMs + 10 * dayMs;
  }, 240_000);

  test('excursions of one device, of a site, and of none', async () => {
    await forgetRules();
    await handlers.saveRule({ id: null, ...rule }, never);
    await handlers.saveRule({ id: null, ...rule, siteRef: 'ELSE', maxAllowed: 6 }, never);
    await store(
      macs.flatMap((mac) =>
        Array.from({ length: 120 }, (_, minute) => ({
          mac,
          ms: firstDayMs + minute * minuteMs,
          t: minute >= 50 && minute < 70 ? 7 + (minute % 4) : 5,
          h: 50,
        })),
      ),
    );
    const ask = (which: object) =>
      handlers.excursions(
        { fromMs: firstDayMs, toMs: firstDayMs + dayMs, toleranceMs: 0, limit: 100, ...which },
        never,
      );
    const everywhere = await ask({});
    expect(new Set(everywhere.items.map(({ mac }) => mac)).size).toBe(3);
    const there = await ask({ siteRef: 'ELSE' });
    expect(there.items).toEqual([
      {
        mac: macs[2],
        metric: 'temperature',
        side: 'above',
        limit: 6,
        startMs: firstDayMs + 50 * minuteMs,
        endMs: firstDayMs + 70 * minuteMs,
        durationMs: 20 * minuteMs,
        peak: 10,
        peakMs: firstDayMs + 51 * minuteMs,
        readings: 20,
      },
    ]);
    expect((await ask({ macs: [macs[2]] })).items).toEqual(there.items);
    expect(await ask({ macs: [] })).toEqual({ items: [], more: 0 });
  });
});
