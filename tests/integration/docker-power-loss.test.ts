import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as later } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { containerName, readComposeFile } from '../../src/main/stack/docker/compose/index.ts';
import { bringUp } from '../../src/main/stack/docker/project/index.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { startCommand, type Outcome } from '../support/command-line.ts';
import { hasEngine } from '../support/container-engine.ts';
import { freePorts, newDataFolder } from '../support/embedded-application.ts';
import { freePort } from '../support/free-port.ts';
import { IsolatedEngine } from '../support/isolated-engine.ts';
import { buildTinyImage, hasBusybox } from '../support/tiny-image.ts';

const never = new AbortController().signal;
const image = 'power-test:1';

describe.skipIf(!hasEngine || !hasBusybox)('an engine whose machine loses its power', () => {
  let folder: string;
  let isolated: IsolatedEngine;
  let engine: DockerEngine;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'datayoti-power-'));
    isolated = new IsolatedEngine(folder);
    await isolated.start();
    engine = await isolated.open();
    await buildTinyImage(engine, image);
  }, 120_000);
  afterAll(async () => {
    await engine.close();
    await isolated.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  async function project() {
    const port = await freePort();
    const compose = `services:
  one:
    image: ${image}
    command: ['sleep', '600']
    restart: unless-stopped
    ports:
      - '127.0.0.1:${port}:80'
`;
    const file = readComposeFile(compose, {});
    const of = { name: `power${port}`, file, folder: '/stack', version: '0.1.0' };
    const up = (): Promise<void> =>
      bringUp({ engine, project: of, files: new Map() }, () => undefined, never);
    return { port, of, up };
  }
  const powerCut = async (): Promise<void> => {
    await isolated.kill();
    await isolated.start();
  };
  /** From the moment that its port is forwarded until it counts as running, an engine can lose its port. */
  async function cutWhileStarting(up: () => Promise<void>, port: number): Promise<void> {
    const starting = up();
    starting.catch(() => undefined);
    while (!isForwarded(port)) await later();
    // So long that the engine has written down that the port is taken, and not that the container runs.
    const seenMs = performance.now();
    while (performance.now() - seenMs < 10) await later();
    await powerCut();
    await starting.catch(() => undefined);
  }
  /** A port that the engine holds for nobody, as it is left behind nearly every time. */
  async function leftPort() {
    for (let tries = 0; tries < 8; tries++) {
      const made = await project();
      await cutWhileStarting(made.up, made.port);
      if (isForwarded(made.port) && !(await isRunning(made.of))) return made;
    }
    throw new Error('the engine gave every port back');
  }
  const isRunning = async (of: Awaited<ReturnType<typeof project>>['of']): Promise<boolean> =>
    (await engine.inspectContainer(containerName(of, 'one')))?.State.Running === true;

  test('while containers run: it brings them back itself, and a start meanwhile ends well', async () => {
    const { of, up } = await project();
    await up();
    for (let round = 0; round < 3; round++) {
      await powerCut();
      await up();
      expect(await isRunning(of)).toBe(true);
    }
  }, 120_000);

  test('while one is started: a port that it holds for nobody is named, and free after its restart', async () => {
    const { port, of, up } = await leftPort();
    for (let tries = 0; tries < 2; tries++)
      await expect(up()).rejects.toMatchObject({
        code: 'engine.port-left',
        data: { port, service: 'one', context: 'linux' },
      });
    await isolated.stop();
    await isolated.start();
    await up();
    expect(await isRunning(of)).toBe(true);
    // One that a container has is another matter.
    const other = { ...of, name: `${of.name}x` };
    await expect(
      bringUp({ engine, project: other, files: new Map() }, () => undefined, never),
    ).rejects.toMatchObject({ code: 'docker.port-taken', data: { port, holder: `${of.name}-one-1` } });
  }, 180_000);

  test('on this machine it shows before anything is made', async () => {
    const { port } = await leftPort();
    const settings = { ...(await freePorts()), grafanaPort: await freePort(), mqttPort: port };
    const { folder: place, data } = newDataFolder({ ...settings, stackKind: 'docker' });
    // Where the engine's ports are, as a person's own machine has them.
    const command = (): Promise<Outcome> =>
      startCommand(
        ['stack', 'up', '--engine', isolated.address, '--data', data, '--json'],
        { LC_ALL: 'C' },
        isolated.enter,
      ).ended(90_000);
    try {
      const { code, stdout } = await command();
      expect([code, JSON.parse(stdout)]).toMatchObject([
        1,
        { error: { code: 'engine.port-left', data: { port, service: 'mosquitto', context: 'linux' } } },
      ]);
      await isolated.stop();
      await isolated.start();
      // There is no registry here: the images come after the ports.
      expect(JSON.parse((await command()).stdout)).toMatchObject({
        error: { code: 'docker.image-unavailable' },
      });
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  }, 240_000);
});

function isForwarded(port: number): boolean {
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes('docker-proxy') && command.includes(`\0-host-port\0${port}\0`);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}
