import type { Settings } from '../../shared/contract/settings.ts';
import { isAppError, type AppError } from '../../shared/domain/app-error.ts';
import { systemClock } from '../foundation/clock.ts';
import { silentLog } from '../foundation/log.ts';
import { pause } from '../foundation/watch-state.ts';
import { requireSchema, RollupRefresher, type Database } from '../storage/index.ts';
import { AckingMqttClient, IngestPipeline, PostgresIngestStore } from '../ingest/index.ts';
import { keepRollups } from './keep-rollups.ts';
import { Maintenance } from './maintenance.ts';

export interface StandingIngest {
  readonly broker: BrokerTarget;
  readonly topic: readonly string[];
  readonly json: boolean;
  readonly print: (line: string) => void;
  readonly settings: Settings;
  /** Drop whole days past the retention of the settings. */
  readonly dropExpired: boolean;
  /** The folder `sql/`, and the version that is to fit the database's schema. */
  readonly sqlFolder: string;
  readonly appVersion: string;
  /** The database as a role that may make and drop days; absent means the one that takes the rows. */
  readonly maintained?: Database;
  /** 5 s unless said otherwise. */
  readonly reportEveryMs?: number;
  /** Told every few seconds how it goes, and at once where the connection to the broker changes. */
  readonly observe?: (state: { readonly connected: boolean; readonly stalled: boolean }) => void;
}

/** A broker as the subscriber is told of it. */
export type BrokerTarget = Omit<
  ConstructorParameters<typeof AckingMqttClient>[0],
  'filters' | 'sink' | 'log' | 'clock'
>;

const usualReportMs = 5_000;
const observeEveryMs = 2_000;
const firstWaitMs = 500;
const longestWaitMs = 15_000;
/** Ingests from a broker into a migrated database until the signal. @throws the schema's errors */
export async function runStandingIngest(
  command: StandingIngest,
  database: Database,
  signal: AbortSignal,
): Promise<void> {
  const { broker, topic, json, print, settings } = command;
  const say = (phase: string, error: AppError | null): void =>
    print(
      json
        ? JSON.stringify({ phase, error: error?.code ?? null })
        : `${phase}${error === null ? '' : `: ${error.message}`}`,
    );
  if (!(await databaseIsReady(command, database, say, signal))) return;
  const bounds = {
    perDevice: settings.quarantinePerDevice,
    total: settings.quarantineTotal,
    totalBytes: settings.quarantineTotalBytes,
  };
  const pipeline = new IngestPipeline({
    store: new PostgresIngestStore(database),
    clock: systemClock,
    log: silentLog,
    quarantineBounds: () => bounds,
  });
  const report = (): void => {
    const counters = pipeline.counters();
    print(json ? JSON.stringify(counters) : line(counters));
  };
  await pipeline.open();
  const client = new AckingMqttClient({
    ...broker,
    filters: topic,
    sink: pipeline,
    log: silentLog,
    clock: systemClock,
  });
  const observe = (): void =>
    command.observe?.({
      connected: client.state().phase === 'connected',
      stalled: pipeline.counters().stalled,
    });
  client.onChange(() => {
    const { phase, error } = client.state();
    say(phase, error);
    observe();
  });
  client.start();
  const { sensorDataDays, heartbeatDays } = settings;
  const retention = command.dropExpired ? { sensorDataDays, heartbeatDays } : null;
  const maintenance = new Maintenance(command.maintained ?? database, retention, (text) =>
    print(json ? JSON.stringify({ message: text }) : text),
  );
  const stopMaintenance = maintenance.start();
  const leaveRollups = keepRollups(
    new RollupRefresher((error) => maintenance.failedRollups(error)),
    command.maintained ?? database,
    pipeline,
  );
  const observing = setInterval(observe, observeEveryMs);
  pipeline.onKnownDevices(() => void maintenance.replayAdopted(signal));
  void maintenance.replayAdopted(signal);
  while (!signal.aborted) {
    await pause(command.reportEveryMs ?? usualReportMs, signal);
    if (!signal.aborted) report();
  }
  clearInterval(observing);
  stopMaintenance();
  await client.close();
  await leaveRollups();
  await maintenance.replayAdopted(signal);
  await pipeline.close();
  report();
}

/** Waits for a database that is not up yet, longer each time. `false` when the signal ended the waiting. */
async function databaseIsReady(
  { sqlFolder, appVersion }: StandingIngest,
  database: Database,
  say: (phase: string, error: AppError) => void,
  signal: AbortSignal,
): Promise<boolean> {
  for (let delay = firstWaitMs; !signal.aborted; delay = Math.min(delay * 2, longestWaitMs)) {
    try {
      await requireSchema(database, sqlFolder, appVersion);
      return true;
    } catch (error) {
      if (!isAppError(error, 'database.unreachable')) throw error;
      say('waiting-for-database', error);
    }
    await pause(delay / 2 + (Math.random() * delay) / 2, signal);
  }
  return false;
}

function line(counters: ReturnType<IngestPipeline['counters']>): string {
  const quarantined = Object.entries(counters.quarantined).map(([reason, count]) => `${reason} ${count}`);
  return [
    `received ${counters.received}`,
    `stored ${counters.stored}`,
    `replaced ${counters.replaced}`,
    `quarantined ${quarantined.length === 0 ? 0 : quarantined.join(', ')}`,
    `failed ${counters.failed}`,
    `waiting ${counters.backlog}`,
    `${counters.ratePerSecond.toFixed(1)} msg/s`,
    `p99 ${counters.latencyP99Ms?.toFixed(0) ?? '-'} ms`,
  ].join(' · ');
}
