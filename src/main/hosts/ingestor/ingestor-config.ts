import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { DatabaseAddress } from '../../storage/index.ts';

/** What the always-on ingestor is told by its container: names by environment, passwords by files. */
export interface IngestorConfig {
  readonly owner: DatabaseAddress;
  readonly ingestor: DatabaseAddress;
  readonly grafanaPassword: string;
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
    broker: {
      host: required(env, 'MQTT_HOST'),
      port: portOf(env, 'MQTT_PORT', 1883),
      username: required(env, 'MQTT_USER'),
      password: await secretOf(folder, 'mqtt_password'),
    },
  };
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
