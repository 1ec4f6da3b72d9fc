import { systemClock } from '../../src/main/foundation/clock.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { PostgresIngestStore } from '../../src/main/ingest/index.ts';
import {
  Database,
  dropRollupTriggers,
  migrate,
  refreshRollups,
  RollupRefresher,
  rollupProgress,
} from '../../src/main/storage/index.ts';
import type { ReadingRow } from '../../src/main/storage/queries/upsert-readings.ts';
import { ingestBench, ingestorPassword, sqlFolder } from '../support/ingest-bench.ts';
import type { PlainPostgres } from '../support/plain-postgres.ts';
import { cpuSecondsOf } from '../support/process-cpu.ts';

const rounds = 7;
const roundMs = 2_000;
const devices = 1_000;
const dayMs = 86_400_000;
const never = new AbortController().signal;

/**
 * What keeping the buckets costs the ingest: the same batches in turns into a database without triggers or refresher
 * and into one with both, and then with all of them late. The machine's ups and downs meet each alike.
 */
export async function rollupCost(server: PlainPostgres, say: (line: string) => void): Promise<void> {
  say(`\nRollups: batches of ${devices} readings, one writer, ${rounds} rounds of each:`);
  const [without, kept] = [await target(server, false), await target(server, true)];
  const [now, late]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const plain = await measured(without, server, 0);
    const current = await measured(kept, server, 0);
    now.push(current.microseconds / plain.microseconds - 1);
    say(`  without ${words(plain)}, with ${words(current)}`);
  }
  // Apart from the others, for the refresher goes on after each.
  const plain = await measured(without, server, 0);
  for (let round = 0; round < 3; round++) {
    const past = await measured(kept, server, 2 * dayMs);
    late.push(past.microseconds / plain.microseconds - 1);
    say(`  all two days late, the refresher's own work among it: ${words(past)}`);
  }
  const told = (ratios: number[]): string => {
    const cost = ratios.map((ratio) => 100 * ratio).sort((a, b) => a - b);
    return `${(cost[cost.length >> 1] ?? 0).toFixed(1)} % in the middle of ${cost.map((one) => one.toFixed(1)).join(', ')}`;
  };
  say(
    `  processor time of the database for keeping the rollups: ${told(now)} (aim: under 15 %); with everything late: ${told(late)}`,
  );
  const before = performance.now();
  await refreshRollups(kept.owner, never);
  const { staleDays } = await rollupProgress(kept.owner);
  say(
    `  what was left to compute then: ${Math.round(performance.now() - before)} ms, ${staleDays} days stale after it`,
  );
  await without.close();
  await kept.close();
}

interface Target {
  readonly owner: Database;
  readonly store: PostgresIngestStore;
  readonly refresher: RollupRefresher | undefined;
  at: number;
  close(): Promise<void>;
}

async function target(server: PlainPostgres, keeping: boolean): Promise<Target> {
  const address = await server.createDatabase();
  const bench = await ingestBench(address, []);
  await migrate(bench.owner, { folder: sqlFolder, appVersion: '0.1.0', log: silentLog });
  const ingestor = new Database({
    address: { ...address, user: 'mqtt_ingestor', password: ingestorPassword },
    applicationName: 'bench',
    poolSize: 2,
    log: silentLog,
  });
  const refresher = keeping ? new RollupRefresher((error) => console.error(error)) : undefined;
  if (keeping) await refreshRollups(bench.owner, never);
  else await dropRollupTriggers(bench.owner);
  refresher?.open(bench.owner);
  return {
    owner: bench.owner,
    store: new PostgresIngestStore(ingestor),
    refresher,
    at: systemClock.now(),
    close: async () => {
      await refresher?.close();
      await ingestor.close();
      await bench.close();
    },
  };
}

interface Measured {
  readonly rowsPerSecond: number;
  /** Of the database's processor time, for each row. */
  readonly microseconds: number;
}

const words = ({ rowsPerSecond, microseconds }: Measured): string =>
  `${rowsPerSecond} rows/s at ${microseconds.toFixed(1)} µs`;

/** By processor time: how many rows come through in a second says as much about what else the machine does. */
async function measured(target: Target, server: PlainPostgres, agoMs: number): Promise<Measured> {
  const cpu = cpuSecondsOf(server.pid()) ?? 0;
  const started = performance.now();
  let rows = 0;
  while (performance.now() - started < roundMs) {
    const readings = batch(target.at++ - agoMs);
    await target.store.write({ readings, heartbeats: [], quarantine: [], candidates: [] });
    if (agoMs > 0) target.refresher?.soon();
    rows += readings.length;
  }
  return {
    rowsPerSecond: Math.round((rows * 1_000) / (performance.now() - started)),
    microseconds: (((cpuSecondsOf(server.pid()) ?? 0) - cpu) * 1e6) / rows,
  };
}

const batch = (timeMs: number): readonly ReadingRow[] =>
  Array.from({ length: devices }, (_, device) => ({
    mac: `1C:69:20:00:${hex(device >> 8)}:${hex(device & 255)}`,
    timeMs,
    temperature: 20 + (device % 10),
    humidity: 50,
    receptionMs: timeMs,
  }));

const hex = (byte: number): string => byte.toString(16).padStart(2, '0').toUpperCase();
