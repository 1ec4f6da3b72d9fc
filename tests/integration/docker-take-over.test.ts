import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { startCommand, type Outcome } from '../support/command-line.ts';
import { hasEngine } from '../support/container-engine.ts';
import { newDataFolder } from '../support/embedded-application.ts';
import { IsolatedEngine } from '../support/isolated-engine.ts';
import {
  publishedEnvText,
  publishedStates,
  publishedValues,
  sqlIn,
  startPublishedProject,
} from '../support/published-project.ts';
import { ensureStackImages, imageVariables } from '../support/stack-images.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const env = publishedValues;

describe.skipIf(!hasEngine)('a running stack of the published project', () => {
  let folder: string;
  let data: string;
  let isolated: IsolatedEngine;
  let engine: DockerEngine;

  beforeAll(async () => {
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    folder = mkdtempSync(join(tmpdir(), 'datayoti-published-'));
    isolated = new IsolatedEngine(folder);
    await isolated.start();
    await isolated.loadStackImages();
    engine = await isolated.open();
    ({ data } = newDataFolder({ dockerEngine: isolated.address }));
    writeFileSync(join(folder, 'published.env'), publishedEnvText());
    await startPublishedProject(engine);
  }, 600_000);
  afterAll(async () => {
    await engine.close();
    await isolated.stop();
    rmSync(folder, { recursive: true, force: true });
    rmSync(join(data, '..'), { recursive: true, force: true });
  }, 120_000);

  const sql = (name: string, user: string, text: string): Promise<string> => sqlIn(engine, name, user, text);
  const stack = (...args: string[]): Promise<Outcome> =>
    startCommand(['stack', ...args, '--data', data, '--json'], { ...imageVariables }, isolated.enter).ended(
      180_000,
    );

  const states = () => publishedStates(engine);

  test('with a wrong password it is left as it was, and runs again', async () => {
    const wrong = join(folder, 'wrong.env');
    writeFileSync(wrong, `PG_USER=postgres\nPG_PASSWORD=wrong-password\nPG_DATABASE=datayoti_db\n`);
    const refused = await stack('take-over', '--env', wrong);
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([
      1,
      { error: { code: 'database.access-denied' } },
    ]);
    expect(await states()).toEqual(['running', 'running', 'running', 'running']);
    expect(await engine.listContainers({ 'com.docker.compose.project': 'datayoti' })).toEqual([]);
  }, 200_000);

  test('its rows are taken over through a backup; its containers and its volume stay', async () => {
    const up = await stack('up', '--engine', isolated.address);
    expect([up.code, JSON.parse(up.stdout)]).toMatchObject([1, { error: { code: 'docker.other-stack' } }]);
    const taken = await stack('take-over', '--env', join(folder, 'published.env'));
    expect([taken.code, taken.stderr]).toEqual([0, '']);
    const result = JSON.parse(taken.stdout) as { backup: string; rows: number; account: string };
    expect(result).toMatchObject({ rows: 502, account: 'esp32' });
    expect(
      await sql('datayoti-postgres-1', 'datayoti', 'select count(*), max(temperature) from sensor_data'),
    ).toBe('500|24');
    expect(await sql('datayoti-postgres-1', 'datayoti', 'select site_ref, site_name from sites')).toBe(
      'HCS|Harbour',
    );
    // A site that is made now gets a number that is free.
    await sql('datayoti-postgres-1', 'datayoti', `insert into sites (site_ref) values ('NEXT')`);
    // The boards' account of before publishes here, and what it publishes is stored.
    const message = JSON.stringify({ device_id: '1C:69:20:E9:18:24', temperature: 31, humidity: 60 });
    const broker = ['-h', '127.0.0.1', '-u', env.MQTT_USER, '-P', env.MQTT_PASSWORD, '-q', '1'];
    const { exitCode, output } = await engine.exec(
      'datayoti-mosquitto-1',
      ['mosquitto_pub', ...broker, '-t', 'datayoti/sensor/1C:69:20:E9:18:24/data', '-m', message],
      {},
      signal,
    );
    expect([exitCode, output]).toEqual([0, '']);
    await until(
      async () =>
        (await sql('datayoti-postgres-1', 'datayoti', 'select max(temperature) from sensor_data')) === '31',
      { timeoutMs: 20_000, what: 'the reading of the board is stored' },
    );

    expect(await states()).toEqual(['exited', 'exited', 'exited', 'exited']);
    // Stopped, it is in nobody's way; nor does its own database know of anything.
    expect((await stack('up')).code).toBe(0);
    expect((await stack('down')).code).toBe(0);
    await engine.startContainer('timescale_db');
    await until(
      () =>
        sql(
          'timescale_db',
          env.PG_USER,
          `select count(*), to_regnamespace('field') is null from sensor_data`,
        ).then(
          (found) => found === '500|t',
          () => false,
        ),
      { timeoutMs: 30_000, what: 'the published database is as it was' },
    );
  }, 400_000);
});
