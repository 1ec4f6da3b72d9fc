import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readIngestorConfig } from './ingestor-config.ts';

let folder: string;
let env: Record<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datayoti-secrets-'));
  for (const name of ['pg_password', 'mqtt_ingestor_password', 'grafana_reader_password', 'mqtt_password'])
    await writeFile(join(folder, name), `${name} of $'s "kind"\n`);
  env = {
    SECRETS_FOLDER: folder,
    PG_HOST: 'postgres',
    PG_USER: 'o',
    PG_DATABASE: 'd',
    MQTT_HOST: 'm',
    MQTT_USER: 'u',
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('names come from the environment, passwords from files, without the line end', async () => {
  const config = await readIngestorConfig(env);
  expect(config.owner).toEqual({
    host: 'postgres',
    port: 5432,
    database: 'd',
    user: 'o',
    password: `pg_password of $'s "kind"`,
  });
  expect(config.ingestor.user).toBe('mqtt_ingestor');
  expect(config.broker).toMatchObject({ host: 'm', port: 1883, username: 'u' });
  expect(config.settings).toMatchObject({ sensorDataDays: 365, heartbeatDays: 183 });
});

test('the retention is the one that was set', async () => {
  const { settings } = await readIngestorConfig({
    ...env,
    SENSOR_DATA_DAYS: '3650',
    QUARANTINE_TOTAL: '1000',
  });
  expect(settings).toMatchObject({ sensorDataDays: 3650, heartbeatDays: 183, quarantineTotal: 1000 });
});

test.each([
  ['a retention of no days', { SENSOR_DATA_DAYS: '0' }, 'sensorDataDays'],
  ['a retention in words', { HEARTBEAT_DAYS: 'long' }, 'heartbeatDays'],
  ['no host', { PG_HOST: '' }, 'PG_HOST'],
  ['a port beyond all', { MQTT_PORT: '70000' }, 'MQTT_PORT'],
])('%s is refused by name', async (_name, change, field) => {
  await expect(readIngestorConfig({ ...env, ...change })).rejects.toMatchObject({
    code: 'request.invalid',
    data: { field },
  });
});

test('a password that is not there is told by its path', async () => {
  await rm(join(folder, 'mqtt_password'));
  await expect(readIngestorConfig(env)).rejects.toMatchObject({
    code: 'file.unreadable',
    data: { path: join(folder, 'mqtt_password') },
  });
});
