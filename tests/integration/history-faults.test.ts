import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import type { History } from '../../src/main/history/index.ts';
import { Database, migrate, QuestionPool } from '../../src/main/storage/index.ts';
import { addReadings, historyOn, macAt, never } from '../support/history-bench.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { migrationOptions } from '../support/storage-bench.ts';
import { until } from '../support/until.ts';

const day = 86_400_000;
const startMs = Date.UTC(2025, 9, 1);
const devices = 12;
const days = 6;
let server: PlainPostgres;
let owner: Database;
let history: History;

beforeAll(async () => {
  server = await startPlainPostgres();
  const address = await server.createDatabase();
  owner = new Database({ address, applicationName: 'test', poolSize: 2, log: silentLog });
  await migrate(owner, migrationOptions);
  for (let index = 0; index < devices; index++)
    await addReadings(owner, {
      mac: macAt(index),
      fromMs: startMs,
      toMs: startMs + days * day,
      everySeconds: 5,
    });
  history = historyOn(owner, startMs + days * day);
}, 300_000);
afterAll(async () => {
  await history.detach();
  await owner.close();
  await server.stop();
});

const exported = (signal: AbortSignal) =>
  history.handlers.exportCsv(
    {
      macs: Array.from({ length: devices }, (_, index) => macAt(index)),
      fromMs: startMs,
      toMs: startMs + days * day,
      resolution: 'raw',
    },
    signal,
  );
const busy = async (text: string): Promise<number> => {
  const { rows } = await owner.query<{ n: number }>(
    `select count(*) as n from pg_stat_activity where application_name like 'DataYoti Field history%'
       and state <> 'idle' and query like '%' || $1 || '%'`,
    [text],
  );
  return rows[0]?.n ?? 0;
};

test('a question that is withdrawn stops in the database, and its connection serves the next', async () => {
  const pool = new QuestionPool({ address: owner.address, log: silentLog });
  const stop = new AbortController();
  const asked = pool.ask(stop.signal, (connection) => connection.query('select pg_sleep(600)'));
  await until(async () => (await busy('pg_sleep')) === 1, {
    timeoutMs: 20_000,
    what: 'the server works on it',
  });
  stop.abort();
  await expect(asked).rejects.toMatchObject({ code: 'history.cancelled' });
  await until(async () => (await busy('pg_sleep')) === 0, { timeoutMs: 20_000, what: 'the server stopped' });
  expect((await pool.ask(never, (connection) => connection.query('select 1 as one'))).rows).toEqual([
    { one: 1 },
  ]);
  await expect(pool.ask(AbortSignal.abort(), () => Promise.resolve(1))).rejects.toMatchObject({
    code: 'history.cancelled',
  });
  await pool.close();
});

test('closing does not wait for a question under way', async () => {
  const pool = new QuestionPool({ address: owner.address, log: silentLog });
  const asked = pool.askLong(never, (connection) => connection.query('select pg_sleep(600)'));
  const refused = expect(asked).rejects.toMatchObject({ code: 'history.cancelled' });
  await until(async () => (await busy('pg_sleep')) === 1, {
    timeoutMs: 20_000,
    what: 'the server works on it',
  });
  await pool.close();
  await refused;
});

test('a question that takes too long is ended and says so', async () => {
  const pool = new QuestionPool({ address: owner.address, log: silentLog, statementTimeoutMs: 200 });
  await expect(
    pool.ask(never, (connection) => connection.query('select pg_sleep(600)')),
  ).rejects.toMatchObject({ code: 'history.too-slow' });
  await pool.close();
});

test('an export of a million rows needs no memory, and waits for whoever reads it', async () => {
  let rows = 0;
  let most = 0;
  const before = process.memoryUsage().rss;
  for await (const part of exported(never)) {
    if (part.type === 'part') rows += part.rows;
    most = Math.max(most, process.memoryUsage().rss);
  }
  expect(rows).toBe(devices * days * 17_280);
  // The whole of it is more than 100 MB of text.
  expect(most - before).toBeLessThan(120_000_000);
}, 180_000);

test('an export that nobody reads on stops in the database', async () => {
  for await (const part of exported(never)) {
    expect(part.type).toBe('part');
    expect(await busy('copy (')).toBe(1);
    break;
  }
  await until(async () => (await busy('copy (')) === 0, { timeoutMs: 20_000, what: 'the copy stopped' });
  const stop = new AbortController();
  const read = (async () => {
    for await (const part of exported(stop.signal)) if (part.type === 'part') stop.abort();
  })();
  await expect(read).rejects.toMatchObject({ code: 'history.cancelled' });
  await until(async () => (await busy('copy (')) === 0, { timeoutMs: 20_000, what: 'the copy stopped' });
});

test('a database that restarts in the middle of an export: a clear error, and the next question works', async () => {
  const read = (async () => {
    for await (const part of exported(never)) if (part.type === 'part') await server.kill();
  })();
  await expect(read).rejects.toMatchObject({ code: 'database.unreachable' });
  const asked = { macs: [macAt(1)], fromMs: startMs, toMs: startMs + day, widthPx: 800, gapMs: 300_000 };
  await expect(history.handlers.series(asked, never)).rejects.toMatchObject({ code: 'database.unreachable' });
  await server.restart();
  const { series } = await history.handlers.series(asked, never);
  expect(series[0]?.timesMs).toHaveLength(1_440);
}, 180_000);
