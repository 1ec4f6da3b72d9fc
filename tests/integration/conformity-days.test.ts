import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { criticality, metricType } from '../../src/shared/contract/conformity.ts';
import { ruleFault } from '../../src/shared/domain/conformity-rules.ts';
import {
  conformityBench,
  dayMs,
  days,
  firstDayMs,
  macs,
  minuteMs,
  never,
  rule,
} from '../support/conformity-bench.ts';
import { databaseServers } from '../support/database-servers.ts';
import type { OracleReading } from '../support/excursion-oracle.ts';
import { warehouseDays } from '../support/warehouse-days.ts';

describe.each(databaseServers)('the days of conformity on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  const bench = conformityBench(kind);
  const { handlers, store, refresh, forgetRules } = bench;

  test('ranges that cannot be answered are refused, those of the future are empty', async () => {
    const ask = (fromDay: string, toDay: string) => handlers.days({ siteRef: 'HCS', fromDay, toDay }, never);
    for (const [from, to] of [
      ['2025-03-02', '2025-03-01'],
      ['1025-01-01', '2025-01-01'],
      ['2024-01-01', '2025-03-01'],
      ['0001-01-01', '0001-01-02'],
      ['9999-12-30', '9999-12-31'],
    ] as const)
      await expect(ask(from, to)).rejects.toMatchObject({ code: 'conformity.bad-range' });
    const { days: future } = await ask('2150-01-01', '2150-12-31');
    expect(future).toHaveLength(365);
    expect(future.every(({ complianceRate, readings }) => complianceRate === null && readings === 0)).toBe(
      true,
    );
    await expect(
      handlers.days({ siteRef: 'NONE', fromDay: '2025-01-01', toDay: '2025-01-02' }, never),
    ).rejects.toMatchObject({ code: 'site.unknown' });
  });

  // An eighth of a degree has an exact form: sums do not depend on the order in which they are made.
  const value = (low: number, high: number) =>
    fc.oneof(
      { weight: 60, arbitrary: fc.integer({ min: low * 8, max: high * 8 }).map((eighths) => eighths / 8) },
      { weight: 1, arbitrary: fc.constantFrom(null, 'NaN', 'Infinity') },
    );
  const history = fc
    .array(
      fc.record({
        mac: fc.constantFrom(...macs),
        day: fc.constantFrom(0, 1, 1, 2, 4, 5),
        count: fc.constantFrom(1, 2, 30, 60, 800),
        values: fc.array(fc.record({ t: value(0, 12), h: value(5, 90) }), { minLength: 1, maxLength: 12 }),
      }),
      { maxLength: 8 },
    )
    .map((blocks) => {
      const rows = new Map<string, OracleReading>();
      for (const { mac, day, count, values } of blocks)
        for (let index = 0; index < count; index++) {
          // From the first moment of the UTC day to its last minute.
          const ms = firstDayMs + day * dayMs + Math.floor((index * (dayMs - 1)) / count);
          const { t, h } = values[index % values.length] ?? { t: null, h: null };
          rows.set(`${mac} ${ms}`, { mac, ms, t, h });
        }
      return [...rows.values()];
    });
  const anyRule = fc
    .record({
      metricType: fc.constantFrom(...metricType.options),
      minAllowed: fc.option(fc.constantFrom(0, 0.5, 0.95, 1, 2, 3.125, 10, 40)),
      maxAllowed: fc.option(fc.constantFrom(0.5, 1, 4, 8, 8.1, 11.875, 60, 95)),
      criticality: fc.constantFrom(...criticality.options),
    })
    .filter(
      ({ minAllowed, maxAllowed }) => minAllowed === null || maxAllowed === null || minAllowed <= maxAllowed,
    );

  test('each day and rule is what plain SQL of the warehouse’s arithmetic says of the raw rows', async () => {
    let kept = 0;
    let broken = 0;
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.array(anyRule, { maxLength: 6 }),
        fc.boolean(),
        async (rows, rules, refreshed) => {
          await store(rows);
          if (refreshed) await refresh();
          await forgetRules();
          // As another program may have written them: bounds that a rule needs may be missing.
          await bench.owner().query(
            `insert into field.conformity_rules (site_ref, metric_type, min_allowed, max_allowed, criticality)
           select 'HCS', x."metricType", x."minAllowed", x."maxAllowed", x.criticality
           from jsonb_to_recordset($1::jsonb) as x("metricType" text, "minAllowed" numeric, "maxAllowed" numeric, criticality text)`,
            [JSON.stringify(rules)],
          );
          const [fromDay = '', toDay = ''] = [days[0], days.at(-1)];
          const answer = await handlers.days({ siteRef: 'HCS', fromDay, toDay }, never);
          const expected = await warehouseDays(bench.owner(), 'HCS');
          expect(answer.days.map(({ day }) => day)).toEqual(days);
          expect(
            answer.days.filter(({ readings }) => readings > 0).map(({ readings: _readings, ...day }) => day),
          ).toEqual(expected.sites);
          const told = answer.rules.flatMap(({ rule: { id }, days: of }) =>
            of.flatMap(({ day, compliant }) => (compliant === null ? [] : [{ day, id, compliant }])),
          );
          expect(told.toSorted((a, b) => a.day.localeCompare(b.day) || a.id - b.id)).toEqual(expected.rules);
          kept += told.filter(({ compliant }) => compliant).length;
          broken += told.filter(({ compliant }) => !compliant).length;
        },
      ),
      { numRuns: 40 },
    );
    // The histories are such that both happen.
    expect(kept).toBeGreaterThan(10);
    expect(broken).toBeGreaterThan(10);
  }, 240_000);

  test('what was compared is shown, and a bound of 8.1 is 8.1', async () => {
    await forgetRules();
    await store(
      Array.from({ length: 60 }, (_, minute) => ({
        mac: macs[0] ?? '',
        ms: firstDayMs + minute * minuteMs,
        t: minute === 0 ? 2.5 : 8,
        h: 50,
      })),
    );
    await handlers.saveRule({ id: null, ...rule, maxAllowed: 8 }, never);
    await handlers.saveRule(
      { id: null, ...rule, metricType: 'uptime_ratio', minAllowed: 0.95, maxAllowed: null },
      never,
    );
    const answer = await handlers.days(
      { siteRef: 'HCS', fromDay: days[0] ?? '', toDay: days[1] ?? '' },
      never,
    );
    expect(answer.days).toEqual([
      { day: '2025-03-28', complianceRate: 0.5, criticalViolations: 1, rules: 2, readings: 60 },
      { day: '2025-03-29', complianceRate: null, criticalViolations: 0, rules: 0, readings: 0 },
    ]);
    expect(answer.rules.map(({ days: of }) => of[0])).toEqual([
      { day: '2025-03-28', compliant: true, low: 2.5, high: 8, readings: 60 },
      { day: '2025-03-28', compliant: false, low: 60 / 1440, high: null, readings: 60 },
    ]);
    const { rows } = await bench
      .owner()
      .query('select max_allowed::text as bound from field.conformity_rules order by id');
    expect(rows[0]).toEqual({ bound: '8' });
    await handlers.saveRule({ id: 1, ...rule, maxAllowed: 8.1 }, never);
    expect(
      (
        await bench
          .owner()
          .query('select max_allowed = 8.1 as exact from field.conformity_rules where id = 1')
      ).rows,
    ).toEqual([{ exact: true }]);
  });

  test('a rule of the property test can be one that a person may store', () => {
    expect(fc.sample(anyRule, 200).some((one) => ruleFault(one) === null)).toBe(true);
  });
});
