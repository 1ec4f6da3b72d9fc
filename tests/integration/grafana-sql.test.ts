import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database, migrate, setRolePasswords } from '../../src/main/storage/index.ts';
import { databaseServers, type DatabaseServer } from '../support/database-servers.ts';
import { expandSql } from '../support/grafana/expand-sql.ts';
import { context, numberTypes, textTypes, timestamptz } from '../support/grafana/panel-query.ts';
import {
  alertRules,
  allPanels,
  dashboards,
  type AlertRule,
  type Dashboard,
  type Panel,
} from '../support/grafana/provisioned-files.ts';
import { fleet, gap, seedFleet, sites, type Role } from '../support/grafana/seeded-fleet.ts';

const folder = fileURLToPath(new URL('../../sql/', import.meta.url));
const minute = 60_000;
const passwords = { ingestor: 'ingestor-pass-1', grafana: 'grafana-pass-1' };
const inUse = Object.entries(fleet).filter(([role]) => role !== 'replaced');

const boards = dashboards();
const queries = boards.flatMap((board) =>
  allPanels(board).flatMap((panel) =>
    (panel.targets ?? []).map((target) => ({
      name: `${board.title}: ${panel.title} ${target.refId}`,
      board,
      panel,
      target,
    })),
  ),
);
const rules = alertRules();

function findPanel(board: string, title: string): Panel {
  const found = boards
    .filter((candidate) => candidate.title === board)
    .flatMap((candidate) => allPanels(candidate))
    .find((panel) => panel.title === title);
  if (found === undefined) throw new Error(`no panel ${title} on ${board}`);
  return found;
}

describe.each(databaseServers)('Grafana, as its reader, on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  let server: DatabaseServer;
  let owner: Database;
  let reader: pg.Client;
  let emptyReader: pg.Client;
  let nowMs: number;
  const opened: (() => Promise<void>)[] = [];

  const prepared = async (): Promise<{ owner: Database; reader: pg.Client }> => {
    const address = await server.createDatabase();
    const database = new Database({ address, applicationName: 'test', poolSize: 2, log: silentLog });
    opened.push(() => database.close());
    await migrate(database, { folder, appVersion: '0.1.0', log: silentLog });
    await setRolePasswords(database, passwords);
    const client = new pg.Client({ ...address, user: 'grafana_reader', password: passwords.grafana });
    await client.connect();
    opened.push(() => client.end());
    return { owner: database, reader: client };
  };

  beforeAll(async () => {
    server = await kind.start();
    ({ reader: emptyReader } = await prepared());
    ({ owner, reader } = await prepared());
    // Steps of a minute start at whole minutes; half a minute in, none of them is cut.
    nowMs = Math.floor(Date.now() / minute) * minute - minute / 2;
    await seedFleet(owner, nowMs);
  }, 600_000);
  afterAll(async () => {
    for (const close of opened.reverse()) await close();
    await server.stop();
  });

  const all = inUse.map(([, { mac }]) => mac);
  const run = async (
    panel: Panel,
    refId = 'A',
    rangeMs = 180 * minute,
    devices = all,
  ): Promise<pg.QueryResult> => {
    const target = panel.targets?.find((candidate) => candidate.refId === refId);
    return reader.query(expandSql(target?.rawSql ?? '', context(panel, nowMs, rangeMs, devices)));
  };

  test.each(queries)('$name gives rows of the form that Grafana needs', async ({ panel, target }) => {
    const devices = isRepeated(panel) ? [fleet.lowHeap.mac] : all;
    const result = await run(panel, target.refId, 180 * minute, devices);
    expect(result.rows.length).toBeGreaterThan(0);
    if (target.format === 'table') return;
    const [time, ...others] = result.fields;
    expect(time).toMatchObject({ name: 'time', dataTypeID: timestamptz });
    const texts = others.filter((field) => textTypes.has(field.dataTypeID)).map((field) => field.name);
    const numbers = others.filter((field) => numberTypes.has(field.dataTypeID)).map((field) => field.name);
    expect(texts.length + numbers.length).toBe(others.length);
    // Either series told apart by one text, or one series per column.
    if (texts.length > 0) expect({ texts, numbers }).toEqual({ texts: ['metric'], numbers: ['value'] });
    else expect(numbers.length).toBeGreaterThan(0);
    const times = result.rows.map((row: Record<string, unknown>) => Number(row['time']));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const values = result.rows.flatMap((row: Record<string, unknown>) => numbers.map((name) => row[name]));
    expect(values.some((value) => value !== null)).toBe(true);
  });

  test.each(queries)('$name runs on a database without a single device', async ({ panel, target }) => {
    const nothing = { ...context(panel, nowMs, 180 * minute, []), variables: { site: [], device: [] } };
    await emptyReader.query(expandSql(target.rawSql, nothing));
  });

  test.each(queries.filter(({ target }) => target.rawSql.includes('$__timeFilter')))(
    '$name reads only the days in its range',
    async ({ panel, target }) => {
      const sql = expandSql(target.rawSql, context(panel, nowMs, 60 * minute, all));
      const { rows } = await owner.query<{ 'QUERY PLAN': unknown }>(`explain (format json) ${sql}`);
      const plan = JSON.stringify(rows[0]?.['QUERY PLAN']);
      const parts = new Set(
        plan.match(/"Relation Name":\s*"(sensor_data|device_heartbeats|_hyper)\w+"/g) ?? [],
      );
      // An hour lies on one day, or on two.
      expect(parts.size).toBeGreaterThan(0);
      expect(parts.size).toBeLessThanOrEqual(2);
    },
  );

  test('the variables list sites and the devices of the chosen sites by name', async () => {
    for (const board of boards) {
      const ask = async (name: string, chosen: readonly string[]): Promise<readonly unknown[]> => {
        const variable = board.templating.list.find((candidate) => candidate.name === name);
        const values = { fromMs: 0, toMs: 0, intervalMs: 0, variables: { site: chosen } };
        const { fields, rows } = await reader.query<Record<string, string>>(
          expandSql(variable?.query ?? '', values),
        );
        expect(fields.map((field) => field.name)).toEqual(['__value', '__text']);
        return rows;
      };
      expect(await ask('site', [])).toEqual([
        { __value: sites.cold, __text: 'Cold store' },
        { __value: sites.office, __text: sites.office },
      ]);
      expect(await ask('device', [sites.cold])).toEqual([
        { __value: fleet.good.mac, __text: 'Fridge left' },
        { __value: fleet.outOfLimits.mac, __text: 'Fridge right' },
      ]);
      expect((await ask('device', Object.values(sites))).length).toBe(inUse.length);
    }
  });

  test.each<[string, string, number]>([
    ['Site climate', 'Devices', 6],
    ['Site climate', 'Without a recent reading', 2],
    ['Site climate', 'Out of limits now', 1],
    ['Site climate', 'Without limits', 0],
    ['Fleet health', 'Devices', 6],
    ['Fleet health', 'Online', 4],
    ['Fleet health', 'Late', 0],
    ['Fleet health', 'Offline', 2],
    ['Fleet health', 'Clock faulty', 1],
    ['Fleet health', 'Low heap', 1],
  ])('%s: %s counts right', async (board, title, expected) => {
    const { rows } = await run(findPanel(board, title));
    expect(rows).toEqual([{ value: String(expected) }]);
  });

  test('a gap in the readings is a gap in the line, wide enough that Grafana does not bridge it', async () => {
    const panel = findPanel('Site climate', 'Temperature');
    const { rows } = await run(panel, 'A', 120 * minute);
    const series = (rows as { time: Date; metric: string; value: number | null }[]).filter(
      (row) => row.metric === fleet.good.name,
    );
    const empty = series
      .filter((row) => row.value === null)
      .map((row) => (nowMs - Number(row.time)) / minute);
    expect(empty.length).toBe(gap.from - gap.to + 1);
    expect(Math.max(...empty)).toBeLessThan(gap.from + 1);
    expect(Math.min(...empty)).toBeGreaterThan(gap.to - 1);
    const { spanNulls } = panel.fieldConfig?.defaults.custom ?? {};
    expect(spanNulls).toBeLessThan((gap.from - gap.to) * minute);
    expect(spanNulls).toBeGreaterThanOrEqual(5 * minute);
  });

  test('the band holds the extremes of each step and the average between them', async () => {
    const { rows } = await run(findPanel('Site climate', 'Temperature with spread'), 'A', 1440 * minute, [
      fleet.outOfLimits.mac,
    ]);
    const steps = (rows as Record<'Lowest' | 'Average' | 'Highest', number | null>[]).filter(
      (row) => row.Average !== null,
    );
    expect(steps.length).toBeGreaterThan(80);
    for (const { Lowest, Average, Highest } of steps) {
      expect(Lowest).toBeLessThanOrEqual(Number(Average));
      expect(Average).toBeLessThanOrEqual(Number(Highest));
    }
    expect(steps.some(({ Lowest, Highest }) => Number(Highest) - Number(Lowest) > 0.05)).toBe(true);
  });

  test('limits are those of the zone, else the strictest of the site; none are drawn where none are set', async () => {
    const panel = findPanel('Site climate', 'Temperature');
    const drawn = async (role: Role): Promise<Record<string, number>> =>
      Object.fromEntries(
        (await run(panel, 'B', 180 * minute, [fleet[role].mac])).rows.map(
          (row: { metric: string; value: number }) => [row.metric, row.value],
        ),
      );
    expect(await drawn('good')).toEqual({
      'Lowest allowed, Fridge, Cold store': 2,
      'Highest allowed, Fridge, Cold store': 8,
    });
    expect(await drawn('lowHeap')).toEqual({
      [`Lowest allowed, ${sites.office}`]: 18,
      [`Highest allowed, ${sites.office}`]: 26,
    });
    const humidity = findPanel('Site climate', 'Relative humidity');
    expect((await run(humidity, 'B', 180 * minute, [fleet.good.mac])).rows).toEqual([]);
  });

  test('readings out of limits in the range are counted by kind', async () => {
    const { rows } = await run(findPanel('Site climate', 'Readings out of limits in this time range'));
    const [worst] = rows as Record<string, unknown>[];
    expect(worst).toMatchObject({ Device: fleet.outOfLimits.name, 'Too cold': '0', 'Out of limits': 1 });
    expect(worst?.['Too warm']).toBe(worst?.['Readings']);
    const good = (rows as Record<string, unknown>[]).find((row) => row['Device'] === fleet.good.name);
    expect(good).toMatchObject({ 'Too cold': '0', 'Too warm': '0', 'Out of limits': 0 });
  });

  describe('alert rules', () => {
    const firing = async (rule: AlertRule): Promise<readonly string[]> => {
      const [query, threshold] = rule.data;
      const { fields, rows } = await reader.query(query.model.rawSql);
      // Tabular alerts: one number, everything else a text, and no two rows with the same texts.
      const numbers = fields.filter((field) => numberTypes.has(field.dataTypeID)).map((field) => field.name);
      const texts = fields.filter((field) => textTypes.has(field.dataTypeID)).map((field) => field.name);
      expect(numbers.length).toBe(1);
      expect(texts.length).toBe(fields.length - 1);
      const labels = rows.map((row: Record<string, unknown>) =>
        JSON.stringify(texts.map((name) => row[name])),
      );
      expect(new Set(labels).size).toBe(rows.length);
      expect(texts).toEqual(expect.arrayContaining(usedLabels(rule)));
      const { type, params } = threshold.model.conditions[0].evaluator;
      return rows
        .filter((row: Record<string, unknown>) => {
          const value = Number(row[numbers[0] ?? '']);
          return type === 'gt' ? value > params[0] : value < params[0];
        })
        .map((row: Record<string, unknown>) => String(row['mac']));
    };
    const ruleFor = (uid: string): AlertRule => {
      const found = rules.find((rule) => rule.uid === uid);
      if (found === undefined) throw new Error(`no rule ${uid}`);
      return found;
    };

    test.each<[string, Role]>([
      ['datayoti-device-offline', 'offline'],
      ['datayoti-reading-out-of-limits', 'outOfLimits'],
      ['datayoti-clock-faulty', 'clockFaulty'],
      ['datayoti-low-heap', 'lowHeap'],
    ])('%s fires for exactly that device', async (uid, role) => {
      expect(await firing(ruleFor(uid))).toEqual([fleet[role].mac]);
    });

    test('there are no rules beside these four, and each watches every device that reports', async () => {
      expect(rules.length).toBe(4);
      for (const rule of rules) {
        const { rows } = await reader.query(rule.data[0].model.rawSql);
        const macs = new Set(rows.map((row: { mac: string }) => row.mac));
        for (const role of ['good', 'outOfLimits', 'lowHeap', 'clockFaulty'] as const)
          expect(macs).toContain(fleet[role].mac);
        expect(macs).not.toContain(fleet.replaced.mac);
      }
    });

    test('a device that was never heard from fires half an hour after it was adopted', async () => {
      const offline = ruleFor('datayoti-device-offline');
      const adopted = `update devices set created_at = now() - $2::interval where device_mac_addr = $1`;
      await owner.query(adopted, [fleet.fresh.mac, '31 minutes']);
      expect(await firing(offline)).toEqual(expect.arrayContaining([fleet.fresh.mac, fleet.offline.mac]));
      await owner.query(adopted, [fleet.fresh.mac, '1 minute']);
      expect(await firing(offline)).toEqual([fleet.offline.mac]);
    });

    test('no device and no limit is no error', async () => {
      for (const rule of rules) expect((await emptyReader.query(rule.data[0].model.rawSql)).rows).toEqual([]);
    });
  });
});

function isRepeated(panel: Panel): boolean {
  return boards.some((board: Dashboard) =>
    allPanels(board).some(
      (candidate) =>
        candidate.id === panel.id && candidate.title === panel.title && candidate.repeated !== undefined,
    ),
  );
}

function usedLabels(rule: AlertRule): string[] {
  const texts = Object.values(rule.annotations).join(' ');
  return [...texts.matchAll(/\{\{ \.Labels\.(\w+) \}\}/g)].flatMap(([, name]) => name ?? []);
}
