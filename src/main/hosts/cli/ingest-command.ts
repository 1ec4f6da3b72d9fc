import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Settings } from '../../../shared/contract/settings.ts';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import { sensorTopicFilter } from '../../../shared/domain/topics.ts';
import { systemClock } from '../../foundation/clock.ts';
import { silentLog } from '../../foundation/log.ts';
import { pause } from '../../foundation/watch-state.ts';
import { AckingMqttClient, IngestPipeline, PostgresIngestStore } from '../../ingest/index.ts';
import { requireSchema, type Database } from '../../storage/index.ts';
import { Maintenance } from './maintenance.ts';
import { exitCodes, textOf, urlPart } from './answer.ts';

export interface IngestCommand {
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
}

/** A broker as the subscriber is told of it. */
export type BrokerTarget = Omit<
  ConstructorParameters<typeof AckingMqttClient>[0],
  'filters' | 'sink' | 'log' | 'clock'
>;

const reportEveryMs = 5_000;
const firstWaitMs = 500;
const longestWaitMs = 15_000;
const schemes: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883 };

/** Ingests from a broker into a migrated database until the signal. Resolves with the exit code. */
export async function runIngest(
  command: IngestCommand,
  database: Database,
  signal: AbortSignal,
): Promise<number> {
  const { broker, topic, json, print, settings } = command;
  const say = (phase: string, error: AppError | null): void =>
    print(
      json
        ? JSON.stringify({ phase, error: error?.code ?? null })
        : `${phase}${error === null ? '' : `: ${error.message}`}`,
    );
  if (!(await databaseIsReady(command, database, say, signal))) return exitCodes.done;
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
  client.onChange(() => {
    const { phase, error } = client.state();
    say(phase, error);
  });
  client.start();
  const { sensorDataDays, heartbeatDays } = settings;
  const retention = command.dropExpired ? { sensorDataDays, heartbeatDays } : null;
  const maintenance = new Maintenance(database, retention, (text) =>
    print(json ? JSON.stringify({ message: text }) : text),
  );
  const stopMaintenance = maintenance.start();
  pipeline.onKnownDevices(() => void maintenance.replayAdopted(signal));
  void maintenance.replayAdopted(signal);
  while (!signal.aborted) {
    await pause(reportEveryMs, signal);
    if (!signal.aborted) report();
  }
  stopMaintenance();
  await client.close();
  await maintenance.replayAdopted(signal);
  await pipeline.close();
  report();
  return exitCodes.done;
}

/** Waits for a database that is not up yet, longer each time. `false` when the signal ended the waiting. */
async function databaseIsReady(
  { sqlFolder, appVersion }: IngestCommand,
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

/**
 * Reads `mqtt://user@host:port` or `mqtts://...`.
 *
 * @throws AppError `request.invalid`, also where the address holds a password; `file.unreadable` for the authority
 */
export async function brokerTarget(options: {
  readonly mqtt: string;
  readonly password: string | undefined;
  readonly ca?: string;
  readonly clientId?: string;
  readonly topic: readonly string[];
}): Promise<BrokerTarget> {
  const { mqtt, password, ca, clientId, topic } = options;
  const url = URL.canParse(mqtt) ? new URL(mqtt) : undefined;
  const defaultPort = url === undefined ? undefined : schemes[url.protocol];
  if (url === undefined || defaultPort === undefined || url.hostname === '') {
    throw new AppError(
      'request.invalid',
      'The broker address must look like mqtt://user@host:1883 or mqtts://user@host:8883.',
      { field: 'mqtt' },
    );
  }
  if (url.password !== '') {
    throw new AppError(
      'request.invalid',
      'No password belongs in the broker address: give it in DATAYOTI_MQTT_PASSWORD or with --mqtt-password-file.',
      { field: 'mqtt' },
    );
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? defaultPort : Number(url.port),
    clientId: clientId ?? clientIdFor(topic),
    ...(url.protocol === 'mqtts:' ? { tls: ca === undefined ? {} : { ca: await textOf(ca) } } : {}),
    ...(url.username === '' ? {} : { username: urlPart(url.username, 'mqtt') }),
    ...(password === undefined || password === '' ? {} : { password }),
  };
}

/**
 * The same at every start with the same filters, and another one with others: the broker keeps the subscriptions of
 * a client id, and would go on delivering what an earlier filter asked for.
 */
export function clientIdFor(topic: readonly string[]): string {
  const usual = topic.length === 1 && topic[0] === sensorTopicFilter;
  const name = `datayoti-ingest-${hostname()}`;
  if (usual) return name;
  const filters = JSON.stringify(topic.toSorted());
  return `${name}-${createHash('sha256').update(filters).digest('hex').slice(0, 8)}`;
}
