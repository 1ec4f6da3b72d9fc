import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { startCommand, type Outcome } from '../support/command-line.ts';
import { ensureEngine, hasEngine } from '../support/container-engine.ts';
import { newDataFolder } from '../support/embedded-application.ts';
import { IsolatedEngine } from '../support/isolated-engine.ts';
import { ensureStackImages, imageVariables, stackImages } from '../support/stack-images.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const volume = 'published_timescale-data';
/** As the published project's `.env` has them. */
const env = {
  PG_USER: 'postgres',
  PG_PASSWORD: 'published password',
  PG_DATABASE: 'datayoti_db',
  MQTT_INGESTOR_PASSWORD: 'ingestor password',
  GRAFANA_READER_PASSWORD: 'reader password',
  MQTT_USER: 'esp32',
  MQTT_PASSWORD: 'board password',
  GF_SECURITY_ADMIN_USER: 'admin',
  GF_SECURITY_ADMIN_PASSWORD: 'admin password',
};
const tables = `
create extension if not exists timescaledb;
create table sites (id serial primary key, site_ref varchar(50) unique not null, site_name varchar(255),
  description text, created_at timestamptz default now(), updated_at timestamptz default now());
create table devices (id serial primary key, device_mac_addr varchar(17) unique not null,
  site_ref varchar(50) references sites (site_ref), created_at timestamptz default now(), updated_at timestamptz default now());
create table sensor_data (time timestamptz not null, device_mac_addr varchar(17) not null, temperature real,
  humidity real, reception_time timestamptz default now(), foreign key (device_mac_addr) references devices (device_mac_addr));
select create_hypertable('sensor_data', 'time', if_not_exists => true, chunk_time_interval => interval '1 day');
alter table sensor_data add constraint sensor_data_uniq unique (device_mac_addr, time);
insert into sites (site_ref, site_name) values ('HCS', 'Harbour');
insert into devices (device_mac_addr, site_ref) values ('1C:69:20:E9:18:24', 'HCS');
insert into sensor_data (time, device_mac_addr, temperature, humidity)
  select timestamptz '2025-11-03 00:00Z' + n * interval '10 minutes', '1C:69:20:E9:18:24', 20 + n % 5, 60
  from generate_series(0, 499) as n;`;

describe.skipIf(!hasEngine)('a running stack of the published project', () => {
  let stopEngine: () => Promise<void> = () => Promise.resolve();
  let folder: string;
  let data: string;
  let isolated: IsolatedEngine;
  let engine: DockerEngine;

  beforeAll(async () => {
    stopEngine = await ensureEngine();
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    folder = mkdtempSync(join(tmpdir(), 'datayoti-published-'));
    isolated = new IsolatedEngine(folder);
    await isolated.start();
    await isolated.loadStackImages();
    engine = await isolated.open();
    ({ data } = newDataFolder({ dockerEngine: isolated.address }));
    writeFileSync(
      join(folder, 'published.env'),
      Object.entries(env)
        .map(([name, value]) => `${name}='${value}'\n`)
        .join(''),
    );
    await startPublished();
  }, 600_000);
  afterAll(async () => {
    await engine.close();
    await isolated.stop();
    await stopEngine();
    rmSync(folder, { recursive: true, force: true });
    rmSync(join(data, '..'), { recursive: true, force: true });
  }, 120_000);

  const container = (name: string) => engine.inspectContainer(name);
  const sql = async (name: string, user: string, text: string): Promise<string> => {
    const { exitCode, output } = await engine.exec(
      name,
      ['psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-U', user, '-d', 'datayoti_db', '-f', '-'],
      { user: 'postgres', input: text },
      signal,
    );
    if (exitCode !== 0) throw new Error(output);
    return output.trim();
  };
  const stack = (...args: string[]): Promise<Outcome> =>
    startCommand(['stack', ...args, '--data', data, '--json'], { ...imageVariables }, isolated.enter).ended(
      180_000,
    );

  /** Containers, names, ports and volume as DOMAIN, section 3 has them. */
  async function startPublished(): Promise<void> {
    const port = (number: number) => ({ [`${number}/tcp`]: [{ HostIp: '', HostPort: String(number) }] });
    const RestartPolicy = { Name: 'unless-stopped' };
    await engine.createContainer({
      name: 'timescale_db',
      Image: stackImages.postgres,
      Env: [
        `POSTGRES_USER=${env.PG_USER}`,
        `POSTGRES_PASSWORD=${env.PG_PASSWORD}`,
        `POSTGRES_DB=${env.PG_DATABASE}`,
      ],
      HostConfig: { RestartPolicy, PortBindings: port(5432), Binds: [`${volume}:/var/lib/postgresql/data`] },
    });
    for (const [name, ports] of [
      ['mqtt-broker', port(1883)],
      ['mqtt-to-pg', {}],
      ['grafana', port(3000)],
    ] as const)
      await engine.createContainer({
        name,
        Image: stackImages.mosquitto,
        Entrypoint: ['sleep'],
        Cmd: ['3600'],
        StopSignal: 'SIGKILL',
        HostConfig: { RestartPolicy, PortBindings: ports },
      });
    for (const name of ['timescale_db', 'mqtt-broker', 'mqtt-to-pg', 'grafana'])
      await engine.startContainer(name);
    await until(
      () =>
        sql('timescale_db', env.PG_USER, 'select 1').then(
          // The first start ends the server once more.
          async () =>
            (await engine.exec('timescale_db', ['pg_isready', '-h', '127.0.0.1'], {}, signal)).exitCode === 0,
          () => false,
        ),
      { timeoutMs: 60_000, what: 'the published database answers' },
    );
    await sql('timescale_db', env.PG_USER, tables);
  }
  const states = async (): Promise<readonly (string | undefined)[]> =>
    Promise.all(
      ['timescale_db', 'mqtt-broker', 'mqtt-to-pg', 'grafana'].map(
        async (name) => (await container(name))?.State.Status,
      ),
    );

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
