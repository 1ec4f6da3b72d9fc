import { hostname } from 'node:os';
import { defaultSettings } from '../../../shared/contract/settings.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { systemClock } from '../../foundation/clock.ts';
import { silentLog } from '../../foundation/log.ts';
import { pause } from '../../foundation/watch-state.ts';
import { AckingMqttClient, IngestPipeline, PostgresIngestStore } from '../../ingest/index.ts';
import type { Database } from '../../storage/index.ts';
import { exitCodes, textOf } from './answer.ts';

export interface IngestCommand {
  readonly broker: BrokerTarget;
  readonly topic: readonly string[];
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/** A broker as the subscriber is told of it. */
export type BrokerTarget = Omit<
  ConstructorParameters<typeof AckingMqttClient>[0],
  'filters' | 'sink' | 'log' | 'clock'
>;

const reportEveryMs = 5_000;
const schemes: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883 };

/** Ingests from a broker into a migrated database until the signal. Resolves with the exit code. */
export async function runIngest(
  { broker, topic, json, print }: IngestCommand,
  database: Database,
  signal: AbortSignal,
): Promise<number> {
  const bounds = {
    perDevice: defaultSettings.quarantinePerDevice,
    total: defaultSettings.quarantineTotal,
    totalBytes: defaultSettings.quarantineTotalBytes,
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
    print(
      json
        ? JSON.stringify({ phase, error: error?.code ?? null })
        : `${phase}${error === null ? '' : `: ${error.message}`}`,
    );
  });
  client.start();
  while (!signal.aborted) {
    await pause(reportEveryMs, signal);
    if (!signal.aborted) report();
  }
  await client.close();
  await pipeline.close();
  report();
  return exitCodes.done;
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
}): Promise<BrokerTarget> {
  const { mqtt, password, ca, clientId } = options;
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
    clientId: clientId ?? `datayoti-ingest-${hostname()}`,
    ...(url.protocol === 'mqtts:' ? { tls: ca === undefined ? {} : { ca: await textOf(ca) } } : {}),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(password === undefined || password === '' ? {} : { password }),
  };
}
