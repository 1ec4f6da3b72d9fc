import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { defaultSettings } from '../../../shared/contract/settings.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { systemClock } from '../../foundation/clock.ts';
import { silentLog } from '../../foundation/log.ts';
import { pause } from '../../foundation/watch-state.ts';
import { AckingMqttClient, IngestPipeline, PostgresIngestStore } from '../../ingest/index.ts';
import type { Database } from '../../storage/index.ts';

export interface IngestCommand {
  readonly mqtt: string;
  readonly mqttPassword: string | undefined;
  readonly ca?: string;
  readonly topic: readonly string[];
  readonly clientId?: string;
  readonly database: Database;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

const reportEveryMs = 5_000;
const schemes: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883 };

/** Ingests from a broker into a migrated database until a signal ends it. Resolves with the exit code. */
export async function runIngest(command: IngestCommand): Promise<number> {
  const { database, json, print } = command;
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
  await pipeline.open();
  const client = new AckingMqttClient({
    ...(await target(command)),
    filters: command.topic,
    sink: pipeline,
    log: silentLog,
    clock: systemClock,
  });
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ended.abort());
  client.onChange(() => {
    const { phase, error } = client.state();
    print(
      json
        ? JSON.stringify({ phase, error: error?.code ?? null })
        : `${phase}${error === null ? '' : `: ${error.message}`}`,
    );
  });
  client.start();
  while (!ended.signal.aborted) {
    await pause(reportEveryMs, ended.signal);
    const counters = pipeline.counters();
    print(json ? JSON.stringify(counters) : line(counters));
  }
  await client.close();
  await pipeline.close();
  return 0;
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

async function target({ mqtt, mqttPassword, ca, clientId }: IngestCommand) {
  const url = URL.canParse(mqtt) ? new URL(mqtt) : undefined;
  const defaultPort = url === undefined ? undefined : schemes[url.protocol];
  if (url === undefined || defaultPort === undefined || url.hostname === '') {
    throw new AppError(
      'request.invalid',
      'The broker address must look like mqtt://user@host:1883 or mqtts://user@host:8883.',
      { field: 'mqtt' },
    );
  }
  const password = mqttPassword ?? decodeURIComponent(url.password);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? defaultPort : Number(url.port),
    clientId: clientId ?? `datayoti-ingest-${hostname()}`,
    ...(url.protocol === 'mqtts:' ? { tls: ca === undefined ? {} : { ca: await readFile(ca, 'utf8') } } : {}),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(password === '' ? {} : { password }),
  };
}
