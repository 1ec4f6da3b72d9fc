import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Conformity } from '../../src/main/conformity/index.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import type { History } from '../../src/main/history/index.ts';
import type { Database } from '../../src/main/storage/index.ts';
import { databaseServers } from '../support/database-servers.ts';
import { addReadings, historyOn, macAt, never } from '../support/history-bench.ts';
import { storageBench } from '../support/storage-bench.ts';
import { heldUp, statementsOf, withTablesLocked } from '../support/held-up.ts';
import { until } from '../support/until.ts';

const day = 86_400_000;
const startMs = Date.UTC(2025, 9, 1);
const range = { fromMs: startMs, toMs: startMs + 2 * day };
const macs = [macAt(1)];
const gapMs = 300_000;

describe.each(databaseServers)('questions that are withdrawn, on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  const bench = storageBench(kind);
  let owner: Database;
  let history: History;
  const conformity = new Conformity({ clock: { now: () => startMs + 2 * day }, log: silentLog });

  beforeAll(async () => {
    owner = await bench.migrated();
    await owner.query(`insert into sites (site_ref) values ('HCS')`);
    await owner.query(`insert into devices (device_mac_addr, site_ref) values ($1, 'HCS')`, macs);
    await addReadings(owner, { mac: macAt(1), ...range });
    history = historyOn(owner, range.toMs);
    conformity.open(owner);
    await conformity.handlers.saveRule(
      {
        id: null,
        siteRef: 'HCS',
        metricType: 'temperature_range',
        minAllowed: 2,
        maxAllowed: 6,
        criticality: 'HIGH',
        description: '',
      },
      never,
    );
  }, 600_000);
  afterAll(async () => {
    await history.detach();
    await conformity.detach();
  });

  const exported = async (signal: AbortSignal): Promise<number> => {
    let rows = 0;
    for await (const part of history.handlers.exportCsv({ macs, ...range, resolution: 'raw' }, signal))
      if (part.type === 'part') rows += part.rows;
    return rows;
  };

  test.each([
    [
      'history.series',
      (signal: AbortSignal) => history.handlers.series({ macs, ...range, widthPx: 800, gapMs }, signal),
    ],
    ['history.extent', (signal: AbortSignal) => history.handlers.extent({ macs }, signal)],
    ['history.summary', (signal: AbortSignal) => history.handlers.summary({ macs, gapMs, ...range }, signal)],
    ['history.statistics', (signal: AbortSignal) => history.handlers.statistics({ macs, ...range }, signal)],
    [
      'history.heartbeats',
      (signal: AbortSignal) => history.handlers.heartbeats({ mac: macAt(1), ...range, widthPx: 800 }, signal),
    ],
    [
      'history.annotations',
      (signal: AbortSignal) => history.handlers.annotations({ macs, ...range }, signal),
    ],
    ['history.exportCsv', exported],
    [
      'conformity.days',
      (signal: AbortSignal) =>
        conformity.handlers.days({ siteRef: 'HCS', fromDay: '2025-10-01', toDay: '2025-10-02' }, signal),
    ],
    [
      'conformity.excursions',
      (signal: AbortSignal) =>
        conformity.handlers.excursions({ siteRef: 'HCS', ...range, toleranceMs: 0, limit: 10 }, signal),
    ],
  ])('%s ends in the database, and not because it is answered', async (_name, ask) => {
    await withTablesLocked(bench.open(owner.address), async () => {
      const stop = new AbortController();
      const asked = ask(stop.signal);
      const refused = expect(asked).rejects.toMatchObject({ code: 'history.cancelled' });
      await until(async () => (await heldUp(owner)).length === 1, {
        timeoutMs: 20_000,
        what: 'the server works on it',
      });
      stop.abort();
      // Long before the server itself ends a quick question.
      await until(async () => (await statementsOf(owner)).length === 0, {
        timeoutMs: 10_000,
        what: 'the statement is gone',
      });
      await refused;
    });
    await expect(ask(never)).resolves.toBeDefined();
  });
});
