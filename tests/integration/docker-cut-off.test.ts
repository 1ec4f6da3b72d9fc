import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as later } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../src/main/app.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { DockerApplications } from '../support/docker-application.ts';
import { ensureStackImages, stackImages } from '../support/stack-images.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
/** The engine's own folder is read to see how far a first start is. */
const canSee = process.platform === 'linux' && process.getuid?.() === 0;

describe.skipIf(!hasEngine || !canSee)('a database volume whose first start was cut off', () => {
  let engine: DockerEngine;
  let applications: DockerApplications;
  let volume: string;

  beforeAll(async () => {
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    engine = await localEngine();
  }, 600_000);
  beforeEach(() => {
    applications = new DockerApplications();
    volume = `${applications.project}_postgres-data`;
  });
  afterEach(() => applications.end(engine), 120_000);
  afterAll(async () => {
    await engine.close();
  }, 60_000);

  const place = async (): Promise<string> => (await engine.inspectVolume(volume))?.Mountpoint ?? '';
  /** A first start that ends, as with the power, as soon as the file is there. */
  async function cutOffAt(file: string): Promise<void> {
    const label = { 'com.docker.compose.project': applications.project };
    await engine.createVolume({ Name: volume, Labels: label });
    const id = await engine.createContainer({
      Image: stackImages.postgres,
      Env: ['POSTGRES_USER=datayoti', 'POSTGRES_PASSWORD=secret-of-the-test'],
      Labels: label,
      HostConfig: { Binds: [`${volume}:/var/lib/postgresql/data`] },
    });
    const path = join(await place(), file);
    await engine.startContainer(id);
    while (!existsSync(path)) await later();
    await engine.killContainer(id, 'SIGKILL');
    await engine.removeContainer(id);
  }
  async function repaired({ handlers }: App): Promise<string | undefined> {
    let last: string | undefined;
    for await (const { type } of handlers.docker.repair({}, signal)) last = type;
    return last;
  }
  const containers = async (): Promise<readonly string[]> =>
    (await engine.listContainers({ 'com.docker.compose.project': applications.project }))
      .map(({ Names }) => Names[0] ?? '')
      .toSorted();

  test.each(['base', 'PG_VERSION', 'global/pg_control', 'base/1/pg_filenode.map', 'base/4'])(
    'at %s: is named, left alone until the repair is asked for, and then begun anew',
    async (file) => {
      await cutOffAt(file);
      const before = readdirSync(await place(), { recursive: true }).length;
      const app = await applications.open();
      await expect(app.handlers.stack.start({}, signal)).rejects.toMatchObject({
        code: 'docker.database-cut-off',
        data: { volume, context: 'empty' },
      });
      expect(readdirSync(await place(), { recursive: true }).length).toBeGreaterThanOrEqual(before);
      expect(await repaired(app)).toBe('done');
      await app.handlers.devices.createSite({ ref: 'NEW', name: 'New', description: '' }, signal);
      expect(await containers()).toHaveLength(4);
    },
    300_000,
  );

  test('with data in it, it is never emptied', async () => {
    await applications.putReadyDatabase(engine);
    const app = await applications.open();
    await app.handlers.stack.start({}, signal);
    await app.handlers.stack.stop({}, signal);
    const data = await place();
    // A disk that lost a file: the server takes the folder for one without a database.
    rmSync(join(data, 'PG_VERSION'));
    const files = (): readonly string[] =>
      readdirSync(join(data, 'base'), { recursive: true, encoding: 'utf8' }).toSorted();
    const before = files();
    const refused = { code: 'docker.database-cut-off', data: { volume, context: 'data' } };
    await expect(app.handlers.stack.start({}, signal)).rejects.toMatchObject(refused);
    await expect(repaired(app)).rejects.toMatchObject(refused);
    expect(files()).toEqual(before);
    // The engine goes on trying to start it. With the file again it is the database of before, at once.
    const database = `${applications.project}-postgres-1`;
    await until(async () => (await engine.inspectContainer(database))?.State.Restarting === true, {
      timeoutMs: 60_000,
    });
    writeFileSync(join(data, 'PG_VERSION'), '17\n');
    expect(statSync(join(data, 'PG_VERSION')).size).toBe(3);
    await app.handlers.stack.start({}, signal);
  }, 300_000);
});
