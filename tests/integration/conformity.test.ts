import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Conformity } from '../../src/main/conformity/index.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database, ensurePartitions, migrate, refreshRollups, utcDay } from '../../src/main/storage/index.ts';
import { criticality, metricType } from '../../src/shared/contract/conformity.ts';
import { parseMacAddress } from '../../src/shared/domain/mac-address.ts';
import { ruleFault } from '../../src/shared/domain/conformity-rules.ts';
import { databaseServers, type DatabaseServer } from '../support/database-servers.ts';
import { excursionsOf, type OracleDevice, type OracleReading } from '../support/excursion-oracle.ts';
import { until } from '../support/until.ts';
import { warehouseDays } from '../support/warehouse-days.ts';

const folder = fileURLToPath(new URL('../../sql/', import.meta.url));
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** In Europe/Paris the night to 30 March 2025 lacks an hour; the UTC day has all of its 24. */
const firstDayMs = Date.UTC(2025, 2, 28);
const days = Array.from({ length: 6 }, (_, day) => utcDay(firstDayMs + day * dayMs));
const never = new AbortController().signal;
const macs = ['1C:69:20:00:00:01', '1C:69:20:00:00:02', '1C:69:20:00:00:03'].map((text) => {
  const mac = parseMacAddress(text);
  if (mac === undefined) throw new Error(text);
  return mac;
});

interface Row {
  readonly mac: string;
  readonly ms: number;
  readonly t: number | string | null;
  readonly h: number | string | null;
}

describe.each(databaseServers)('conformity on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  let server: DatabaseServer;
  let owner: Database;
  let now = firstDayMs + 10 * dayMs;
  const conformity = new Conformity({ clock: { now: () => now }, log: silentLog });
  const { handlers } = conformity;

  beforeAll(async () => {
    server = await kind.start();
    owner = new Database({
      address: await server.createDatabase(),
      applicationName: 'test',
      poolSize: 2,
      log: silentLog,
    });
    await migrate(owner, { folder, appVersion: '0.1.0', log: silentLog });
    conformity.open(owner);
    await ensurePartitions(owner, days);
    await owner.query(
      `insert into sites (site_ref, site_name) values ('HCS', 'Harbour'), ('ELSE', 'Elsewhere')`,
    );
    await owner.query(
      `insert into devices (device_mac_addr, site_ref) select m, case i when 3 then 'ELSE' else 'HCS' end
       from unnest($1::text[]) with ordinality as x(m, i)`,
      [macs],
    );
  }, 600_000);
  afterAll(async () => {
    await conformity.detach();
    await owner.close();
    await server.stop();
  });

  const store = async (rows: readonly Row[]): Promise<void> => {
    // Chunks and partitions stay: making them anew for each history would take most of the time.
    await owner.query('delete from sensor_data');
    await owner.query(
      `insert into sensor_data (time, device_mac_addr, temperature, humidity)
       select to_timestamp(ms / 1000), mac, t::real, h::real
       from jsonb_to_recordset($1::jsonb) as r(mac text, ms float8, t text, h text)`,
      [JSON.stringify(rows)],
    );
  };
  /** What is written next is late for the rollups, and read from the rows until they are refreshed. */
  const refresh = async (): Promise<void> => {
    await until(async () => (await refreshRollups(owner, never)) === 'current', {
      timeoutMs: 60_000,
      what: 'the rollups are current',
    });
  };
  const rule = {
    siteRef: 'HCS',
    metricType: 'temperature_range',
    minAllowed: 2,
    maxAllowed: 8,
    criticality: 'HIGH',
    description: '',
  } as const;
  const forgetRules = () => owner.query('truncate field.conformity_rules restart identity');
  const lastAudit = async () =>
    (await owner.query('select action, subject, details from field.audit_log order by id desc limit 1'))
      .rows[0];

  test('a rule is added, changed, listed and removed, each with a note in the log', async () => {
    await forgetRules();
    const added = await handlers.saveRule({ id: null, ...rule }, never);
    expect(added).toMatchObject({ id: 1, ...rule });
    expect(await lastAudit()).toMatchObject({
      action: 'conformity.add',
      subject: 'HCS',
      details: { rule: { id: 1, minAllowed: 2, maxAllowed: 8 } },
    });
    const changed = await handlers.saveRule({ id: 1, ...rule, maxAllowed: 8.1 }, never);
    expect(changed).toMatchObject({ maxAllowed: 8.1, createdMs: added.createdMs });
    expect(changed.updatedMs).toBeGreaterThanOrEqual(added.updatedMs);
    expect(await lastAudit()).toMatchObject({
      action: 'conformity.change',
      details: { before: { maxAllowed: 8 }, rule: { maxAllowed: 8.1 } },
    });
    expect((await handlers.rules({ siteRef: 'HCS' }, never)).items).toEqual([changed]);
    expect((await handlers.rules({ siteRef: 'ELSE' }, never)).items).toEqual([]);
    expect((await handlers.rules({}, never)).items).toHaveLength(1);
    await handlers.removeRule({ id: 1 }, never);
    expect(await lastAudit()).toMatchObject({ action: 'conformity.remove', details: { rule: { id: 1 } } });
    expect((await handlers.rules({}, never)).items).toEqual([]);
  });

  test('what cannot be stored says why and changes nothing', async () => {
    await forgetRules();
    const save = (change: object) => handlers.saveRule({ id: null, ...rule, ...change }, never);
    await expect(save({ minAllowed: null })).rejects.toMatchObject({
      code: 'conformity.bad-rule',
      data: { context: 'min-missing' },
    });
    await expect(save({ minAllowed: 9 })).rejects.toMatchObject({ data: { context: 'crossed' } });
    await expect(save({ siteRef: 'NONE' })).rejects.toMatchObject({ code: 'site.unknown' });
    await expect(save({ id: 99 })).rejects.toMatchObject({ code: 'conformity.rule-unknown' });
    await expect(handlers.removeRule({ id: 99 }, never)).rejects.toMatchObject({
      code: 'conformity.rule-unknown',
    });
    for (let count = 0; count < 100; count++) await save({});
    await expect(save({})).rejects.toMatchObject({ code: 'conformity.too-many-rules' });
    expect((await handlers.rules({}, never)).items).toHaveLength(100);
  });

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
    const search = (fromMs: number, toMs: number) =>
      handlers.excursions({ fromMs, toMs, toleranceMs: 0, limit: 10 }, never);
    for (const [from, to] of [
      [5, 5],
      [now, now - 1],
      [-1e300, 1e300],
      [Number.NaN, now],
    ] as const)
      await expect(search(from, to)).rejects.toMatchObject({ code: 'conformity.bad-range' });
    expect(await search(now + dayMs, now + 2 * dayMs)).toEqual({ items: [], more: 0 });
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
      const rows = new Map<string, Row>();
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
          await owner.query(
            `insert into field.conformity_rules (site_ref, metric_type, min_allowed, max_allowed, criticality)
           select 'HCS', x."metricType", x."minAllowed", x."maxAllowed", x.criticality
           from jsonb_to_recordset($1::jsonb) as x("metricType" text, "minAllowed" numeric, "maxAllowed" numeric, criticality text)`,
            [JSON.stringify(rules)],
          );
          const [fromDay = '', toDay = ''] = [days[0], days.at(-1)];
          const answer = await handlers.days({ siteRef: 'HCS', fromDay, toDay }, never);
          const expected = await warehouseDays(owner, 'HCS');
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
    const { rows } = await owner.query(
      'select max_allowed::text as bound from field.conformity_rules order by id',
    );
    expect(rows[0]).toEqual({ bound: '8' });
    await handlers.saveRule({ id: 1, ...rule, maxAllowed: 8.1 }, never);
    expect(
      (await owner.query('select max_allowed = 8.1 as exact from field.conformity_rules where id = 1')).rows,
    ).toEqual([{ exact: true }]);
  });

  test('a file is previewed, refused as a whole for one bad line, taken, and changes nothing a second time', async () => {
    await forgetRules();
    await handlers.saveRule({ id: null, ...rule }, never);
    const head = 'id,site_ref,metric_type,min_allowed,max_allowed,criticality,description\n';
    const good = `${head}1,HCS,temperature_range,1,9,LOW,colder\n40,ELSE,uptime_ratio,95,,HIGH,\n,ELSE,humidity_floor,30,,,\n`;
    const takeFile = (text: string, apply: boolean) =>
      handlers.importRules({ file: new Blob([text]), apply }, never);
    const preview = await takeFile(good, false);
    expect(preview).toMatchObject({
      applied: false,
      added: 2,
      replaced: 1,
      unchanged: 0,
      neverKept: 1,
      faults: [],
    });
    expect(preview.changes.map(({ line, kind, never: flagged }) => [line, kind, flagged])).toEqual([
      [2, 'replaced', false],
      [3, 'added', true],
      [4, 'added', false],
    ]);
    expect((await handlers.rules({}, never)).items).toHaveLength(1);
    const refused = await takeFile(`${good},NONE,humidity_floor,30,,,\n,HCS,nothing,1,2,,\n`, true);
    expect(refused).toMatchObject({ applied: false, added: 2, replaced: 1 });
    expect(refused.faults.map(({ line, reason }) => [line, reason])).toEqual([
      [5, 'site-unknown'],
      [6, 'metric'],
    ]);
    expect((await handlers.rules({}, never)).items).toHaveLength(1);
    expect(await takeFile(good, true)).toMatchObject({ applied: true, added: 2, replaced: 1 });
    expect((await handlers.rules({}, never)).items).toMatchObject([
      { id: 40, siteRef: 'ELSE', minAllowed: 95 },
      { id: 41, siteRef: 'ELSE', metricType: 'humidity_floor', criticality: 'MEDIUM' },
      { id: 1, siteRef: 'HCS', minAllowed: 1, maxAllowed: 9, criticality: 'LOW', description: 'colder' },
    ]);
    expect(await lastAudit()).toMatchObject({
      action: 'conformity.import',
      details: { added: 2, replaced: [1] },
    });
    // The own export comes back as it was, and the next number is free.
    const exported = await (await handlers.exportRules({}, never)).file.text();
    expect(await takeFile(exported, true)).toMatchObject({ added: 0, replaced: 0, unchanged: 3 });
    expect((await handlers.saveRule({ id: null, ...rule }, never)).id).toBe(42);
    expect((await handlers.exportRules({ siteRef: 'ELSE' }, never)).fileName).toBe(
      'conformity-rules-ELSE.csv',
    );
  });

  test('a file beyond all rules is refused before it is read, and so are more rules than a site may have', async () => {
    await forgetRules();
    await expect(
      handlers.importRules({ file: new Blob(['x'.repeat(1_000_000)]), apply: true }, never),
    ).rejects.toMatchObject({ code: 'conformity.file-too-large' });
    const lines = Array.from({ length: 103 }, () => 'HCS,humidity_floor,30,').join('\n');
    const result = await handlers.importRules(
      { file: new Blob([`site_ref,metric_type,min_allowed,max_allowed\n${lines}`]), apply: true },
      never,
    );
    expect(result.faults.map(({ line, reason }) => [line, reason])).toEqual([
      [102, 'too-many'],
      [103, 'too-many'],
      [104, 'too-many'],
    ]);
    expect((await handlers.rules({}, never)).items).toEqual([]);
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
    await owner.query(`delete from field.zones`);
    await owner.query(
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
          now = nowMs;
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
    now = firstDayMs + 10 * dayMs;
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

  test('a rule of the property test can be one that a person may store', () => {
    expect(fc.sample(anyRule, 200).some((one) => ruleFault(one) === null)).toBe(true);
  });
});
