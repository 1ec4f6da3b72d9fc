import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, type App, type AppOptions } from '../../src/main/app.ts';
import { FileSecrets } from '../../src/main/foundation/file-secrets.ts';
import type { Platform } from '../../src/main/foundation/platform.ts';
import { freePort } from './free-port.ts';
import { sqlFolder } from './ingest-bench.ts';
import { postgresBinaries } from './plain-postgres.ts';
import { putReadyDatabase } from './ready-data.ts';

export interface Ports {
  readonly mqttPort: number;
  readonly mqttsPort: number;
  readonly websocketPort: number;
  readonly postgresPort: number;
}

export async function freePorts(): Promise<Ports> {
  return {
    mqttPort: await freePort(),
    mqttsPort: await freePort(),
    websocketPort: await freePort(),
    postgresPort: await freePort(),
  };
}

/** A new temporary folder, and in it the data folder of an application with these settings. */
export function newDataFolder(settings: object): { readonly folder: string; readonly data: string } {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-stack-'));
  // Open to pass through, so that as root the database lies below it too and goes with it.
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'settings.json'), JSON.stringify({ version: 1, settings }));
  return { folder, data };
}

/** The same with an empty database in it, as a first start leaves it. */
export async function readyDataFolder(settings: object): Promise<ReturnType<typeof newDataFolder>> {
  const made = newDataFolder(settings);
  await putReadyDatabase(made.data);
  return made;
}

/** The whole application without a host, its stack not yet started. */
export function openApplication(
  data: string,
  environment: Readonly<Record<string, string>> = {},
  more: {
    readonly notify?: NonNullable<Platform['notify']>;
    readonly words?: NonNullable<AppOptions['words']>;
  } = {},
): Promise<App> {
  return createApp(
    {
      kind: 'cli',
      appVersion: '0.0.0',
      paths: {
        data,
        logs: join(data, 'logs'),
        sql: sqlFolder,
        stack: join(sqlFolder, '../resources/stack'),
        ingestor: join(sqlFolder, '../out/ingestor/ingestor.mjs'),
        postgres: postgresBinaries,
      },
      secrets: new FileSecrets(join(data, 'secrets')),
      ...(more.notify === undefined ? {} : { notify: more.notify }),
    },
    {
      demo: false,
      keepStopped: true,
      environment,
      ...(more.words === undefined ? {} : { words: more.words }),
    },
  );
}
