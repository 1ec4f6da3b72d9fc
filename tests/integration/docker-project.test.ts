import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import pg from 'pg';
import { parseDocument } from 'yaml';
import { containerName } from '../../src/main/stack/docker/compose/index.ts';
import type { DockerEngine } from '../../src/main/stack/docker/engine/docker-engine.ts';
import {
  bringUp,
  parseEnvFile,
  removeContainers,
  previousImage,
  removeWithData,
  type UpProgress,
} from '../../src/main/stack/docker/project/index.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { putReadyVolume, readyPassword } from '../support/ready-volume.ts';
import { ensureStackImages, stackImages } from '../support/stack-images.ts';
import {
  projectOf,
  removeProject,
  testStack,
  withOwnIngestor,
  type TestStack,
} from '../support/stack-folder.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
const quiet = (): void => undefined;

describe.skipIf(!hasEngine)('the Docker stack on a real engine', () => {
  let engine: DockerEngine;
  const stacks: TestStack[] = [];

  beforeAll(async () => {
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    engine = await localEngine();
  }, 600_000);
  afterEach(async () => {
    for (const stack of stacks.splice(0)) await removeProject(engine, stack.name);
  }, 120_000);
  afterAll(async () => {
    await engine.close();
  }, 60_000);

  const fresh = async (...args: Parameters<typeof testStack>): Promise<TestStack> => {
    const stack = await testStack(...args);
    stacks.push(stack);
    return stack;
  };
  const ready = async (): Promise<TestStack> => {
    const stack = await fresh({ pg_password: readyPassword });
    await putReadyVolume(engine, stack.name);
    return stack;
  };
  const up = (
    stack: TestStack,
    project = projectOf(stack),
    signal = never,
  ): Promise<readonly UpProgress[]> => {
    const told: UpProgress[] = [];
    return bringUp({ engine, project, files: stack.files }, (report) => told.push(report), signal).then(
      () => told,
    );
  };
  const container = (stack: TestStack, service: string) =>
    engine.inspectContainer(containerName(stack, service));

  test('from nothing to healthy; a reading that a board publishes is in the database', async () => {
    const stack = withOwnIngestor(await fresh());
    const told = await up(stack);
    expect(told.map(({ step }) => step)).toEqual(
      expect.arrayContaining([
        'check',
        'images',
        'network',
        'volumes',
        'containers',
        'start',
        'healthy',
        'done',
      ]),
    );
    for (const service of ['mosquitto', 'postgres', 'ingestor', 'grafana'])
      expect((await container(stack, service))?.State.Health?.Status).toBe('healthy');
    await publish(stack, { temperature: 22.5 });
    await until(async () => (await count(stack, 'field.quarantine')) === 1, {
      timeoutMs: 10_000,
      what: 'the message of the unknown board is kept',
    });
    const account = ['-u', stack.board.username, '-P', stack.board.password];
    const foreign = 'datayoti/sensor/AA:BB:CC:DD:EE:FF/data';
    await run('mosquitto_pub', [...broker(stack), ...account, '-q', '1', '-t', foreign, '-m', '{}']);
    await expect(run('mosquitto_pub', [...broker(stack), '-t', foreign, '-m', '{}'])).rejects.toThrow(
      /not authori[sz]ed/i,
    );
    await publish(stack, { temperature: 23 });
    await until(async () => (await count(stack, 'field.quarantine')) === 2, {
      timeoutMs: 10_000,
      what: 'only what the board publishes below its own topic is kept',
    });
  }, 120_000);

  test('a second call changes nothing; a changed limit makes one container anew and keeps the data', async () => {
    const stack = withOwnIngestor(await ready());
    await up(stack);
    await query(stack, `insert into sites (site_ref) values ('KEPT')`);
    const before = await ids(stack);
    await up(stack);
    expect(await ids(stack)).toEqual(before);
    const changed = projectOf(stack, { POSTGRES_MEMORY: '700m' });
    await up(stack, changed);
    const after = await ids(stack);
    expect(after['postgres']).not.toBe(before['postgres']);
    expect({ ...after, postgres: '' }).toEqual({ ...before, postgres: '' });
    expect((await container(stack, 'postgres'))?.HostConfig.Memory).toBe(700 * 1024 * 1024);
    expect(await count(stack, 'sites')).toBe(1);

    // A later version brings another file for the broker and another program for the ingestor.
    const files = new Map(stack.files);
    for (const path of ['mosquitto/laptop.conf', 'ingestor/ingestor.mjs']) {
      const file = files.get(path);
      if (file !== undefined)
        files.set(path, { ...file, content: Buffer.concat([file.content, Buffer.from('\n')]) });
    }
    await up({ ...stack, files }, changed);
    const later = await ids(stack);
    expect(later['mosquitto']).not.toBe(after['mosquitto']);
    expect(later['ingestor']).not.toBe(after['ingestor']);
    expect({ ...later, mosquitto: '', ingestor: '' }).toEqual({ ...after, mosquitto: '', ingestor: '' });
  }, 180_000);

  test('cancelled at any step, the next call goes on from there', async () => {
    const stack = await fresh();
    for (const step of ['images', 'volumes', 'containers', 'start', 'healthy'] as const) {
      const stop = new AbortController();
      const cancelled = bringUp(
        { engine, project: projectOf(stack), files: stack.files },
        (report) => {
          if (report.step === step) stop.abort();
        },
        stop.signal,
      );
      await expect(cancelled).rejects.toThrow(/abort/i);
      const all = await engine.listContainers({});
      expect(
        all.filter(
          (item) =>
            item.Names[0]?.includes(stack.name) === true &&
            item.Labels['com.docker.compose.project'] !== stack.name,
        ),
      ).toEqual([]);
    }
    await up(stack);
    expect((await container(stack, 'grafana'))?.State.Health?.Status).toBe('healthy');
  }, 180_000);

  test('what ends at once is told with its last words', async () => {
    const stack = await ready();
    const project = projectOf(stack, {}, (compose) =>
      withBroker(compose, { command: ['sh', '-c', 'echo no such thing >&2; exit 3'] }),
    );
    await expect(up(stack, project)).rejects.toMatchObject({
      code: 'docker.service-exited',
      data: { service: 'mosquitto', exitCode: 3, log: expect.stringContaining('no such thing') as unknown },
    });
    await up(stack);
  }, 120_000);

  test('what never gets healthy is told with what its check says', async () => {
    const stack = await fresh();
    const project = projectOf(stack, {}, (compose) =>
      withBroker(compose, {
        healthcheck: {
          test: ['CMD-SHELL', 'echo the check says no; exit 1'],
          interval: '1s',
          timeout: '1s',
          retries: 2,
          start_period: '1s',
        },
      }),
    );
    await expect(up(stack, project)).rejects.toMatchObject({
      code: 'docker.service-unhealthy',
      data: { service: 'mosquitto', health: 'the check says no' },
    });
  }, 120_000);

  test('a taken port is found before anything starts', async () => {
    const stack = await fresh();
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(stack.ports.grafana, '127.0.0.1', resolve));
    try {
      await expect(up(stack)).rejects.toMatchObject({
        code: 'docker.port-taken',
        data: {
          service: 'grafana',
          port: stack.ports.grafana,
          holder: expect.stringContaining('node') as unknown,
        },
      });
      expect(await engine.listContainers({ 'com.docker.compose.project': stack.name })).toEqual([]);
    } finally {
      await new Promise((resolve) => holder.close(resolve));
    }
  }, 60_000);

  test('a port that another stack has is told with the name of its container', async () => {
    const first = await ready();
    await up(first);
    const second = await fresh();
    await expect(
      up(second, projectOf(second, { PG_PORT: String(first.ports.postgres) })),
    ).rejects.toMatchObject({
      code: 'docker.port-taken',
      data: { service: 'postgres', holder: `${first.name}-postgres-1` },
    });
  }, 120_000);

  test('the data goes only when the name of the stack is typed', async () => {
    const stack = await ready();
    await up(stack);
    await query(stack, `insert into sites (site_ref) values ('KEPT')`);
    await expect(removeWithData(engine, projectOf(stack), 'datayot', never)).rejects.toMatchObject({
      code: 'docker.name-not-typed',
    });
    await removeContainers(engine, projectOf(stack), never);
    expect(await engine.listContainers({ 'com.docker.compose.project': stack.name })).toEqual([]);
    expect(await engine.listVolumes({ 'com.docker.compose.project': stack.name })).toHaveLength(3);
    await up(stack);
    expect(await count(stack, 'sites')).toBe(1);
    // As an update keeps it; without the data there is nothing to go back to.
    const kept = previousImage(projectOf(stack), 'postgres');
    await engine.tagImage(stackImages.postgres, kept);
    await removeWithData(engine, projectOf(stack), stack.name, never);
    expect(await engine.listVolumes({ 'com.docker.compose.project': stack.name })).toEqual([]);
    expect(await engine.inspectImage(kept)).toBeUndefined();
  }, 180_000);

  test('data of another PostgreSQL is found before the database starts, and stays as it is', async () => {
    const stack = await ready();
    await up(stack);
    await query(stack, `insert into sites (site_ref) values ('KEPT')`);
    const other = `${stack.name}-postgres:18`;
    await engine.buildImage(
      [
        {
          path: 'Dockerfile',
          content: Buffer.from(`FROM ${stackImages.postgres}\nENV PG_MAJOR=18\n`),
        },
      ],
      { reference: other },
      quiet,
      never,
    );
    try {
      const before = await ids(stack);
      const refused = {
        code: 'docker.volume-other-version',
        data: { volume: `${stack.name}_postgres-data`, found: '17', wanted: '18' },
      };
      await expect(up(stack, projectOf(stack, { POSTGRES_IMAGE: other }))).rejects.toMatchObject(refused);
      expect(await ids(stack)).toEqual(before);
      expect(await count(stack, 'sites')).toBe(1);
      // The volume alone, as after another installation took its containers away.
      await removeContainers(engine, projectOf(stack), never);
      await expect(up(stack, projectOf(stack, { POSTGRES_IMAGE: other }))).rejects.toMatchObject(refused);
      const made = await engine.listContainers({ 'com.docker.compose.project': stack.name });
      expect(made.map(({ State }) => State)).not.toContain('running');
      await up(stack);
      expect(await count(stack, 'sites')).toBe(1);
    } finally {
      await removeContainers(engine, projectOf(stack), never);
      await engine.removeImage(other);
    }
  }, 180_000);

  test('passwords with every printable character, and the limits of a Raspberry Pi', async () => {
    const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join('');
    const stack = await fresh({
      pg_password: printable,
      mqtt_ingestor_password: `${printable} `,
      // The one character that Grafana takes for a variable.
      grafana_reader_password: printable.replace('$', ''),
      mqtt_password: printable,
      gf_admin_password: printable,
    });
    const pi = parseEnvFile(Buffer.from(stack.files.get('pi.env')?.content ?? []).toString());
    await up(stack, projectOf(stack, pi));
    expect((await container(stack, 'postgres'))?.HostConfig.Memory).toBe(512 * 1024 * 1024);
    const limits = await engine.getFile(
      containerName(stack, 'mosquitto'),
      '/mosquitto/config/mosquitto.conf',
    );
    expect(String(limits)).toMatch(/^max_connections 50$/m);
    expect(await count(stack, 'sites')).toBe(0);
    const told = await Promise.all(
      ['mosquitto', 'postgres', 'ingestor', 'grafana'].map((service) => container(stack, service)),
    );
    const visible = JSON.stringify(told);
    for (const secret of Object.values(stack.secrets))
      expect(visible).not.toContain(JSON.stringify(secret).slice(1, -1));
  }, 120_000);

  async function ids(stack: TestStack): Promise<Record<string, string | undefined>> {
    const services = ['mosquitto', 'postgres', 'ingestor', 'grafana'];
    return Object.fromEntries(
      await Promise.all(
        services.map(async (service) => [service, (await container(stack, service))?.Id] as const),
      ),
    );
  }
});

/** The file with something else of its broker. */
function withBroker(compose: string, change: Readonly<Record<string, unknown>>): string {
  const document = parseDocument(compose);
  for (const [key, value] of Object.entries(change)) document.setIn(['services', 'mosquitto', key], value);
  return String(document);
}

function broker(stack: TestStack): string[] {
  return ['-h', '127.0.0.1', '-p', String(stack.ports.mqtt)];
}

async function publish(stack: TestStack, values: { readonly temperature: number }): Promise<void> {
  const { mac, username, password } = stack.board;
  const message = JSON.stringify({ device_id: mac, humidity: 60, ...values });
  await run('mosquitto_pub', [
    ...broker(stack),
    '-u',
    username,
    '-P',
    password,
    '-q',
    '1',
    '-t',
    `datayoti/sensor/${mac}/data`,
    '-m',
    message,
  ]);
}

async function query(stack: TestStack, text: string): Promise<pg.QueryResult<Record<string, unknown>>> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: stack.ports.postgres,
    user: 'datayoti',
    password: stack.secrets.pg_password,
    database: 'datayoti_db',
  });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

async function count(stack: TestStack, table: string): Promise<number> {
  return Number((await query(stack, `select count(*) as n from ${table}`)).rows[0]?.['n']);
}
