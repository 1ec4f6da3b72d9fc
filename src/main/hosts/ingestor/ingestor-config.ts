import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  defaultSettings,
  settings,
  settingsPatch,
  type Settings,
} from '../../../shared/contract/settings.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { DatabaseAddress } from '../../storage/index.ts';

/** What the always-on ingestor is told by its container: names by environment, passwords by files. */
export interface IngestorConfig {
  readonly owner: DatabaseAddress;
  readonly ingestor: DatabaseAddress;
  readonly grafanaPassword: string;
  /** What the ingest asks of the application's settings. */
  readonly settings: Settings;
  readonly broker: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly password: string;
  };
}

/** @throws AppError `request.invalid` for a missing name, `file.unreadable` for a missing password */
export async function readIngestorConfig(env: NodeJS.ProcessEnv): Promise<IngestorConfig> {
  const folder = env['SECRETS_FOLDER'] ?? '/run/secrets';
  const place = {
    host: required(env, 'PG_HOST'),
    port: portOf(env, 'PG_PORT', 5432),
    database: required(env, 'PG_DATABASE'),
  };
  return {
    owner: { ...place, user: required(env, 'PG_USER'), password: await secretOf(folder, 'pg_password') },
    ingestor: {
      ...place,
      user: 'mqtt_ingestor',
      password: await secretOf(folder, 'mqtt_ingestor_password'),
    },
    grafanaPassword: await secretOf(folder, 'grafana_reader_password'),
    settings: settingsFrom(env),
    broker: {
      host: required(env, 'MQTT_HOST'),
      port: portOf(env, 'MQTT_PORT', 1883),
      username: required(env, 'MQTT_USER'),
      password: await secretOf(folder, 'mqtt_password'),
    },
  };
}

const numbers = {
  SENSOR_DATA_DAYS: 'sensorDataDays',
  HEARTBEAT_DAYS: 'heartbeatDays',
  QUARANTINE_PER_DEVICE: 'quarantinePerDevice',
  QUARANTINE_TOTAL: 'quarantineTotal',
  QUARANTINE_TOTAL_BYTES: 'quarantineTotalBytes',
} as const;

/** A number that is out of its limits ends the start: a wrong retention would drop what is wanted. */
function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  const given = Object.entries(numbers).flatMap(([variable, key]): [string, number][] => {
    const value = env[variable];
    return value === undefined || value === '' ? [] : [[key, Number(value)]];
  });
  const parsed = settingsPatch.safeParse(Object.fromEntries(given));
  if (parsed.success) return settings.parse({ ...defaultSettings, ...parsed.data });
  const field = String(parsed.error.issues[0]?.path[0] ?? '');
  throw new AppError('request.invalid', `The variable for ${field} is out of its limits.`, { field });
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new AppError('request.invalid', `The variable ${name} is missing.`, { field: name });
}

function portOf(env: NodeJS.ProcessEnv, name: string, usual: number): number {
  const port = Number(env[name] ?? usual);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new AppError('request.invalid', `The variable ${name} is no port.`, { field: name });
}

/** A line end that an editor left is not part of a password. */
async function secretOf(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new AppError('file.unreadable', `The password ${path} cannot be read.`, { path }, error);
  }
}
