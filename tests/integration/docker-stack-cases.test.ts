import { connectAsync } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../src/main/app.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { DockerApplications } from '../support/docker-application.ts';
import { ensureStackImages, stackImages } from '../support/stack-images.ts';

const macA = '1C:69:20:E9:18:24' as MacAddress;
const signal = new AbortController().signal;

describe.skipIf(!hasEngine)('the Docker stack in the cases that go wrong', () => {
  let engine: DockerEngine;
  let applications: DockerApplications;

  beforeAll(async () => {
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    engine = await localEngine();
  }, 600_000);
  beforeEach(async () => {
    applications = new DockerApplications();
    await applications.putReadyDatabase(engine);
  });
  afterEach(() => applications.end(engine), 120_000);
  afterAll(async () => {
    await engine.close();
  }, 60_000);

  const sql = async (text: string): Promise<string> => {
    const { exitCode, output } = await engine.exec(
      `${applications.project}-postgres-1`,
      [
        'psql',
        '-X',
        '-q',
        '-A',
        '-t',
        '-v',
        'ON_ERROR_STOP=1',
        '-U',
        'datayoti',
        '-d',
        'datayoti_db',
        '-f',
        '-',
      ],
      { user: 'postgres', input: text },
      signal,
    );
    if (exitCode !== 0) throw new Error(output);
    return output.trim();
  };
  const state = async (service: string): Promise<string | undefined> =>
    (await engine.inspectContainer(`${applications.project}-${service}-1`))?.State.Status;

  test('a database left half-initialised is named before anything writes to it, and repaired when asked', async () => {
    const { handlers } = await applications.open();
    await handlers.stack.start({}, signal);
    await sql(`drop schema field cascade;
      drop table sensor_data cascade; drop table device_heartbeats cascade; drop table devices, sites cascade;
      create table sites (id serial primary key, site_ref varchar(50) unique not null, site_name varchar(255),
        description text, created_at timestamptz default now(), updated_at timestamptz default now());
      create table devices (id serial primary key, device_mac_addr varchar(17) unique not null,
        site_ref varchar(50) references sites (site_ref), created_at timestamptz default now(),
        updated_at timestamptz default now());
      insert into sites (site_ref, site_name) values ('HOME', 'kept');`);
    await handlers.stack.stop({}, signal);
    await expect(handlers.stack.start({}, signal)).rejects.toMatchObject({
      code: 'schema.half-initialised',
      data: { missing: 'sensor_data, device_heartbeats', context: 'docker' },
    });
    expect([await state('postgres'), await state('ingestor')]).toEqual(['running', 'exited']);
    const told: string[] = [];
    for await (const item of handlers.docker.repair({}, signal))
      told.push(item.type === 'progress' ? item.progress.step : item.type);
    expect(told.at(-1)).toBe('done');
    expect(await state('ingestor')).toBe('running');
    expect(await sql('select site_ref, site_name from sites')).toBe('HOME|kept');
    expect(await sql('select count(*) from device_heartbeats')).toBe('0');
  }, 180_000);

  test('an update brings new images after a backup, and goes back by itself where they do not work', async () => {
    const image = `${applications.project}-grafana:test`;
    const build = (...lines: string[]): Promise<void> =>
      engine.buildImage(
        [
          {
            path: 'Dockerfile',
            content: Buffer.from([`FROM ${stackImages.grafana}`, ...lines, ''].join('\n')),
          },
        ],
        { reference: image },
        () => undefined,
        signal,
      );
    const runsOn = async (): Promise<string | undefined> =>
      (await engine.inspectContainer(`${applications.project}-grafana-1`))?.Image;
    await build('LABEL version=1');
    const { handlers } = await applications.open(undefined, { GRAFANA_IMAGE: image });
    try {
      await handlers.stack.start({}, signal);
      await sql(`insert into sites (site_ref) values ('KEPT')`);
      const first = await runsOn();
      await build('LABEL version=2');
      const second = (await engine.inspectImage(image))?.Id;
      const { steps, result } = await told(handlers.docker.update({}, signal));
      expect(steps.slice(0, 2)).toEqual(['backup', 'images']);
      expect(result).toMatchObject({ changed: ['grafana'] });
      expect(await runsOn()).toBe(second);
      expect((await engine.inspectImage(`datayoti/previous:${applications.project}-grafana`))?.Id).toBe(
        first,
      );
      const { content } = await inspected(handlers, result?.backup ?? '');
      expect(content?.relations).toContainEqual(expect.objectContaining({ name: 'public.sites', rows: 1 }));

      await build('ENTRYPOINT ["sh", "-c", "echo broken image >&2; exit 3"]');
      const failed = told(handlers.docker.update({}, signal));
      await expect(failed).rejects.toMatchObject({
        code: 'docker.update-taken-back',
        data: {
          service: 'grafana',
          log: expect.stringContaining('broken image') as unknown,
          backup: expect.any(String) as unknown,
        },
      });
      expect(await runsOn()).toBe(second);
      expect(await health('grafana')).toBe('healthy');
      expect(await sql('select site_ref from sites')).toBe('KEPT');
      // The application is connected, and the next start does not try the broken image again.
      await handlers.devices.createSite({ ref: 'AFTER', name: 'After', description: '' }, signal);
      await handlers.stack.stop({}, signal);
      await handlers.stack.start({}, signal);
      expect(await runsOn()).toBe(second);
    } finally {
      await applications.end(engine);
      await engine.removeImage(image).catch(() => undefined);
    }
  }, 300_000);

  test('two installations on one stack: neither revokes what the other gave, nor gives back what it revoked', async () => {
    const a = await applications.open();
    await a.handlers.stack.start({}, signal);
    const [dataB, macB] = [await applications.dataFolder(), '1C:69:20:E9:18:25' as MacAddress];
    const account = (username: string, mac: MacAddress) =>
      ({ username, role: 'device', mac, password: '' }) as const;
    const ofA = await a.handlers.broker.createAccount(account('board-a', macA), signal);
    const { mqttPort } = await applications.settings();
    const letIn = async (username: string, password: string): Promise<boolean> => {
      const options = { host: '127.0.0.1', port: mqttPort, username, password, reconnectPeriod: 0 };
      const client = await connectAsync(options).catch(() => undefined);
      await client?.endAsync(true);
      return client !== undefined;
    };
    expect(await letIn('board-a', ofA.password)).toBe(true);

    let b = await applications.open(dataB);
    await b.handlers.stack.start({}, signal);
    expect(await letIn('board-a', ofA.password)).toBe(true);
    expect(await names(b)).toEqual(['board-a']);
    // The services go on with the passwords with which they were made.
    expect(await b.handlers.docker.exportEnv({}, signal)).toEqual(
      await a.handlers.docker.exportEnv({}, signal),
    );
    const ofB = await b.handlers.broker.createAccount(account('board-b', macB), signal);
    expect(await letIn('board-b', ofB.password)).toBe(true);

    await a.handlers.broker.removeAccount({ username: 'board-a' }, signal);
    expect(await names(a)).toEqual(['board-b']);
    expect([await letIn('board-a', ofA.password), await letIn('board-b', ofB.password)]).toEqual([
      false,
      true,
    ]);
    await applications.close(b);
    b = await applications.open(dataB);
    await b.handlers.stack.start({}, signal);
    expect(await names(b)).toEqual(['board-b']);
    expect([await letIn('board-a', ofA.password), await letIn('board-b', ofB.password)]).toEqual([
      false,
      true,
    ]);

    // Both are connected at the same time, and new passwords shut the other one out.
    const passwords = `cat /mosquitto/config/passwords`;
    const applicationsIn = async (): Promise<number> => {
      const { output } = await engine.exec(
        `${applications.project}-mosquitto-1`,
        ['sh', '-c', passwords],
        {},
        signal,
      );
      return output.match(/^field-app-/gm)?.length ?? 0;
    };
    expect(await applicationsIn()).toBe(2);
    await b.handlers.docker.rotateSecrets({}, signal);
    expect([await applicationsIn(), await letIn('board-b', ofB.password)]).toEqual([1, true]);
    await applications.close(a);
    const again = await applications.open(await applications.dataFolder());
    await again.handlers.stack.start({}, signal);
    expect(await again.handlers.docker.exportEnv({}, signal)).toEqual(
      await b.handlers.docker.exportEnv({}, signal),
    );
    expect(await health('ingestor')).toBe('healthy');
  }, 300_000);

  test('after one installation took the containers down, another one that brings them up lets its boards in', async () => {
    const a = await applications.open();
    await a.handlers.stack.start({}, signal);
    const create = (username: string) =>
      a.handlers.broker.createAccount({ username, role: 'device', mac: macA, password: '' }, signal);
    const [kept, revoked] = [await create('board-kept'), await create('board-revoked')];
    await a.handlers.broker.removeAccount({ username: 'board-revoked' }, signal);
    await a.handlers.docker.remove({ data: false, typedName: '' }, signal);
    await applications.close(a);
    expect(await state('mosquitto')).toBeUndefined();

    const b = await applications.open(await applications.dataFolder());
    await b.handlers.stack.start({}, signal);
    const { mqttPort } = await applications.settings();
    const letIn = async (username: string, password: string): Promise<boolean> => {
      const options = { host: '127.0.0.1', port: mqttPort, username, password, reconnectPeriod: 0 };
      const client = await connectAsync(options).catch(() => undefined);
      await client?.endAsync(true);
      return client !== undefined;
    };
    expect(await names(b)).toEqual(['board-kept']);
    expect([
      await letIn('board-kept', kept.password),
      await letIn('board-revoked', revoked.password),
    ]).toEqual([true, false]);
    expect(await engine.listContainers({ 'com.docker.compose.project': applications.project })).toHaveLength(
      4,
    );
  }, 240_000);

  const health = async (service: string): Promise<string | undefined> =>
    (await engine.inspectContainer(`${applications.project}-${service}-1`))?.State.Health?.Status;
});

/** The steps of told work, once each, and its result. */
async function told<R>(
  stream: AsyncIterable<
    | { readonly type: 'progress'; readonly progress: { readonly step: string } }
    | { readonly type: 'done'; readonly result: R }
  >,
): Promise<{ readonly steps: readonly string[]; readonly result: R | undefined }> {
  const steps: string[] = [];
  let result: R | undefined;
  for await (const item of stream) {
    if (item.type === 'done') ({ result } = item);
    else if (steps.at(-1) !== item.progress.step) steps.push(item.progress.step);
  }
  return { steps, result };
}

async function names({ handlers }: App): Promise<readonly string[]> {
  return (await handlers.broker.accounts({}, signal)).items.map(({ username }) => username).sort();
}

async function inspected(handlers: App['handlers'], path: string) {
  for await (const item of handlers.backup.inspect({ path }, signal))
    if (item.type === 'done') return { content: item.result };
  return { content: undefined };
}
