import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../../src/shared/contract/contract.ts';
import type { StackState } from '../../src/shared/contract/stack.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { testApplication, type TestApplication } from '../support/application.ts';
import { clientOf } from '../support/client-of.ts';
import { startCommand, type Outcome } from '../support/command-line.ts';
import { hasEngine } from '../support/container-engine.ts';
import { IsolatedEngine } from '../support/isolated-engine.ts';
import {
  publishAsBoard,
  publishedEnvText,
  publishedNames,
  publishedStates,
  publishedValues,
  sqlIn,
  startPublishedProject,
} from '../support/published-project.ts';
import { relayInto } from '../support/relay-into.ts';
import { ensureStackImages, imageVariables } from '../support/stack-images.ts';
import { until } from '../support/until.ts';

const mac = '1C:69:20:E9:18:24' as MacAddress;
const stranger = '1C:69:20:E9:18:99' as MacAddress;
const allRun = ['running', 'running', 'running', 'running'];

describe.skipIf(!hasEngine)('a running stack of the published project, used as it is', () => {
  let folder: string;
  let isolated: IsolatedEngine;
  let engine: DockerEngine;
  let application: TestApplication;
  let client: Client;
  let leave: () => Promise<void>;

  beforeAll(async () => {
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    folder = mkdtempSync(join(tmpdir(), 'datayoti-use-'));
    isolated = new IsolatedEngine(folder);
    await isolated.start();
    await isolated.loadStackImages();
    engine = await isolated.open();
    await startPublishedProject(engine);
    application = await testApplication({
      firstRunDone: true,
      environment: imageVariables,
      settings: { dockerEngine: isolated.address },
      through: isolated.enter,
    });
    await open();
  }, 600_000);
  afterAll(async () => {
    await leave();
    await application.cleanUp();
    await engine.close();
    await isolated.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  const open = async (): Promise<void> => {
    await application.start();
    const relay = await relayInto(isolated.enter, Number(new URL(application.link()).port), folder);
    const session = await clientOf(application.link());
    ({ client } = session);
    leave = async () => {
      session.close();
      await application.stop();
      await relay.stop();
    };
  };
  const sql = (text: string): Promise<string> => sqlIn(engine, 'timescale_db', publishedValues.PG_USER, text);
  const state = async (): Promise<StackState> => {
    for await (const found of await client.stack.watch({})) return found;
    throw new Error('no state');
  };
  const comesTo = (what: string, is: (found: StackState) => boolean): Promise<unknown> =>
    until(async () => is(await state()), { timeoutMs: 60_000, what });
  const command = (...args: string[]): Promise<Outcome> =>
    startCommand(
      ['stack', ...args, '--data', application.data, '--json'],
      imageVariables,
      isolated.enter,
    ).ended(180_000);
  const env = (change: Partial<typeof publishedValues> = {}): string => {
    const file = join(folder, 'published.env');
    writeFileSync(file, publishedEnvText(change));
    return file;
  };
  const mqttLogin = [publishedValues.MQTT_USER, publishedValues.MQTT_PASSWORD] as const;
  const relations = `select string_agg(format('%s.%s %s %s', table_name, ordinal_position, column_name, data_type), e'\\n'
    order by table_name, ordinal_position) from information_schema.columns
    where table_schema = 'public' and table_name in ('sites', 'devices', 'sensor_data')`;

  test('with a wrong password of either kind, or half of a .env, all goes on as before', async () => {
    await comesTo('the embedded stack runs', ({ phase }) => phase === 'running');
    for (const [change, code] of [
      [{ PG_PASSWORD: 'wrong-password' }, 'database.access-denied'],
      [{ MQTT_PASSWORD: 'wrong-password' }, 'mqtt.access-denied'],
      [{ MQTT_USER: '' }, 'docker.use-refused'],
      [{ PG_USER: '' }, 'compose.invalid'],
    ] as const) {
      const refused = await command('use-published', '--env', env(change));
      expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([1, { error: { code } }]);
    }
    expect(await state()).toMatchObject({ kind: 'embedded', phase: 'running' });
    expect(await publishedStates(engine)).toEqual(allRun);
    expect(await sql(`select to_regnamespace('field') is null`)).toBe('t');
  }, 200_000);

  test('it is used: its readings come in, its tables and containers stay as they are', async () => {
    const before = await sql(relations);
    const started = await startTimes();
    const used = await command('use-published', '--env', env());
    expect([used.code, used.stderr]).toEqual([0, '']);
    const { backup, account } = JSON.parse(used.stdout) as { backup: string; account: string };
    expect(account).toBe('esp32');
    expect(readFileSync(backup).length).toBeGreaterThan(1_000);
    expect(await sql(relations)).toBe(before);
    expect(await startTimes()).toEqual(started);
    await comesTo('broker and database are connected', ({ broker, database }) =>
      [broker.phase, database.phase].every((phase) => phase === 'running'),
    );
    expect(await state()).toMatchObject({
      kind: 'published',
      phase: 'running',
      error: null,
      broker: { listeners: [{ name: 'mqtt', port: 1883 }] },
      database: { port: 5432, user: 'postgres', kind: 'timescaledb-apache' },
    });

    // The history that was there, a reading that its ingestor stores, and one that nobody else stores.
    const range = { fromMs: Date.UTC(2025, 10, 3), toMs: Date.UTC(2025, 10, 7) };
    const { items } = await client.history.summary({ macs: [mac], ...range });
    expect(items[0]).toMatchObject({ received: 500 });
    const timestamp = new Date(Date.now() - 5_000).toISOString();
    await sql(`set role mqtt_ingestor; insert into sensor_data (time, device_mac_addr, temperature, humidity)
      values ('${timestamp}', '${mac}', 31, 60)`);
    await publishAsBoard(engine, `datayoti/sensor/${mac}/data`, {
      device_id: mac,
      timestamp,
      temperature: 31,
      humidity: 60,
    });
    await latest(31);
    await publishAsBoard(engine, `datayoti/sensor/${mac}/data`, {
      device_id: mac,
      temperature: 32,
      humidity: 60,
    });
    await latest(32);
    expect(await sql(`select count(*) from sensor_data where temperature > 30`)).toBe('2');
    await publishAsBoard(engine, `datayoti/sensor/${mac}/heartbeat`, {
      device_id: mac,
      rssi: -50,
      ntp_sync: true,
    });
    await until(async () => (await sql('select rssi from device_heartbeats')) === '-50', {
      timeoutMs: 20_000,
      what: 'its heartbeat is stored in the table that was missing',
    });

    // A board that it does not know: it drops the readings, this application keeps them until it is adopted.
    await publishAsBoard(engine, `datayoti/sensor/${stranger}/data`, {
      device_id: stranger,
      temperature: 33,
      humidity: 60,
    });
    await until(
      async () =>
        (await board()).candidates?.some(({ mac: one, kept }) => one === stranger && kept === 1) === true,
      {
        timeoutMs: 20_000,
        what: 'the unknown board is shown',
      },
    );
    await client.devices.adopt({ mac: stranger, siteRef: 'HCS', name: 'New', zoneId: null });
    await latest(33);
    expect(await sql(`select site_ref from devices where device_mac_addr = '${stranger}'`)).toBe('HCS');
  }, 200_000);

  test('what would change it is refused', async () => {
    const asItIs = { code: 'stack.published-as-it-is' };
    const account = { username: 'one', role: 'reader', mac: null, password: '' } as const;
    await expect(client.broker.createAccount(account)).rejects.toMatchObject(asItIs);
    await expect(client.rollups.recreate({})).rejects.toMatchObject(asItIs);
    await expect(client.rollups.drop({})).rejects.toMatchObject(asItIs);
    await expect(client.retention.allow({ sensorDataDays: 7, heartbeatDays: 7 })).rejects.toMatchObject(
      asItIs,
    );
    const takeOver = await command('take-over', '--env', env());
    expect([takeOver.code, JSON.parse(takeOver.stdout)]).toMatchObject([1, { error: asItIs }]);
    expect(await publishedStates(engine)).toEqual(allRun);
    expect((await client.retention.show({})).waiting).toEqual([]);
    await expect(client.demo.start({})).rejects.toMatchObject(asItIs);
    const { hosts } = await client.provisioning.suggestions({});
    expect(hosts.every(({ listening }) => listening)).toBe(true);
  });

  test('boards that reach no NTP server are told the time', async () => {
    const { exitCode, output } = await engine.exec(
      'mqtt-broker',
      ['sh', '-c', 'mosquitto_sub -u "$0" -P "$1" -t datayoti/time -C 1 -W 30', ...mqttLogin],
      {},
      new AbortController().signal,
    );
    expect(exitCode, output).toBe(0);
    const { epoch_ms: told } = JSON.parse(output) as { epoch_ms: number };
    expect(Math.abs(told - Date.now())).toBeLessThan(60_000);
  }, 60_000);

  test('no password is in the log, in the settings or in clear among the secrets', async () => {
    const texts = ['', 'logs', 'secrets'].flatMap((name) =>
      readdirSync(join(application.data, name), { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(application.data, name, entry.name), 'latin1')),
    );
    expect(texts.length).toBeGreaterThan(2);
    for (const text of [...texts, application.output()])
      for (const password of [publishedValues.PG_PASSWORD, publishedValues.MQTT_PASSWORD])
        expect(text.includes(password)).toBe(false);
  });

  test('while its containers are stopped the state says so, and it comes back by itself', async () => {
    await engine.stopContainer('mqtt-broker', 10);
    await comesTo(
      'the stopped broker is told',
      ({ error, broker }) => error?.code === 'docker.published-away' && broker.phase === 'failed',
    );
    expect(await state()).toMatchObject({
      phase: 'running',
      error: { data: { containers: 'mqtt-broker' } },
      broker: { phase: 'failed' },
      database: { phase: 'running' },
    });
    const told = await command('status');
    expect([told.code, JSON.parse(told.stdout)]).toMatchObject([
      1,
      { publishedInUse: { error: 'docker.published-away' } },
    ]);
    await engine.stopContainer('timescale_db', 30);
    await comesTo('both are told', ({ database }) => database.phase === 'failed');
    for (const name of ['timescale_db', 'mqtt-broker']) await engine.startContainer(name);
    await comesTo(
      'it is connected again',
      ({ error, broker, database }) =>
        error === null && broker.phase === 'running' && database.phase === 'running',
    );
    await publishAsBoard(engine, `datayoti/sensor/${mac}/data`, {
      device_id: mac,
      temperature: 34,
      humidity: 60,
    });
    await latest(34);

    // Also where it is not there at the start of the application.
    await leave();
    await engine.stopContainer('mqtt-broker', 10);
    await open();
    await comesTo(
      'it is away',
      ({ phase, error }) => phase === 'failed' && error?.code === 'docker.published-away',
    );
    await engine.startContainer('mqtt-broker');
    await comesTo('it is found', ({ phase, error }) => phase === 'running' && error === null);
  }, 240_000);

  test('it is left, goes on as it is, and is used again without a further backup', async () => {
    const left = await command('leave-published');
    expect([left.code, JSON.parse(left.stdout)]).toEqual([0, { kind: 'embedded' }]);
    await comesTo(
      'the stack of before runs',
      ({ kind, phase }) => kind === 'embedded' && phase === 'running',
    );
    expect(await publishedStates(engine)).toEqual(allRun);
    expect(await sql(`select to_regnamespace('field') is not null`)).toBe('t');
    // Its passwords are forgotten.
    await expect(client.stack.use({ kind: 'published' })).rejects.toMatchObject({
      code: 'docker.use-refused',
      data: { context: 'no-env' },
    });
    await client.stack.use({ kind: 'embedded' });
    const again = await command('use-published', '--env', env());
    expect([again.code, JSON.parse(again.stdout)]).toEqual([0, { backup: null, account: 'esp32' }]);
    await latest(34);
  }, 200_000);

  const board = async () => {
    for await (const update of await client.devices.watch({})) return update;
    throw new Error('no board');
  };
  const latest = (temperature: number): Promise<unknown> =>
    until(async () => (await board()).devices.some((device) => device.temperature === temperature), {
      timeoutMs: 20_000,
      what: `a device shows ${temperature} degrees`,
    });
  const startTimes = async (): Promise<readonly (string | undefined)[]> =>
    Promise.all(
      publishedNames.map(async (name) => {
        const info = await engine.inspectContainer(name);
        return `${info?.Id ?? ''} ${info?.State.StartedAt ?? ''}`;
      }),
    );
});
