import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { containerName, readComposeFile } from '../../src/main/stack/docker/compose/index.ts';
import { bringUp, removeWithData } from '../../src/main/stack/docker/project/index.ts';
import { settleOwner } from '../../src/main/stack/docker/settle-owner.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { startCommand, type RunningCommand } from '../support/command-line.ts';
import { hasEngine } from '../support/container-engine.ts';
import { newDataFolder } from '../support/embedded-application.ts';
import { IsolatedEngine } from '../support/isolated-engine.ts';
import { projectOf, testStack } from '../support/stack-folder.ts';
import { ensureStackImages, imageVariables } from '../support/stack-images.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const label = 'com.docker.compose.project';

describe.skipIf(!hasEngine)('the Docker stack, interrupted on its way up', () => {
  let folder: string;
  let isolated: IsolatedEngine;
  let engine: DockerEngine;

  beforeAll(async () => {
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    folder = mkdtempSync(join(tmpdir(), 'datayoti-interrupted-'));
    isolated = new IsolatedEngine(folder);
    await isolated.start();
    await isolated.loadStackImages();
    engine = await isolated.open();
  }, 600_000);
  afterAll(async () => {
    await engine.close();
    await isolated.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  const foreign = async (project: string): Promise<readonly unknown[]> =>
    (await engine.listContainers({})).filter((item) => item.Labels[label] !== project);

  test('by the engine, at every step: told as what it is, and the next call goes on', async () => {
    const stack = await testStack();
    const project = {
      name: stack.name,
      file: readComposeFile(stack.compose, stack.variables),
      folder: '/stack',
      version: '0.1.0',
    };
    // As the application does: a first start of the database may have been interrupted, too.
    const onHealthy = async (service: string, container: string): Promise<void> => {
      if (service !== 'postgres') return;
      const owner = { user: 'datayoti', database: 'datayoti_db', password: stack.secrets.pg_password };
      await settleOwner(engine, container, owner, never);
    };
    // Where nothing runs yet it loses its power; later it is stopped, and takes its containers along.
    const steps = ['images', 'network', 'volumes', 'containers', 'start', 'healthy'] as const;
    for (const step of steps) {
      const running = step === 'start' || step === 'healthy';
      let ending: Promise<void> | undefined;
      const interrupted = bringUp(
        { engine, project, files: stack.files, onHealthy },
        (report) => {
          if (report.step === step) ending ??= running ? isolated.stop() : isolated.kill();
        },
        never,
      );
      const code = running
        ? /^(?:engine\.(?:unreachable|not-running|refused)|docker\.service-exited)$/
        : /^engine\.(?:unreachable|not-running)$/;
      await expect(interrupted, step).rejects.toMatchObject({
        code: expect.stringMatching(code) as unknown,
      });
      await ending;
      await isolated.start();
      expect(await foreign(stack.name), step).toEqual([]);
    }
    await bringUp({ engine, project, files: stack.files, onHealthy }, () => undefined, never);
    for (const service of Object.keys(project.file.services))
      expect(
        (await engine.inspectContainer(containerName(project, service)))?.State.Health?.Status,
        service,
      ).toBe('healthy');
    expect(await foreign(stack.name)).toEqual([]);
    await removeWithData(engine, project, stack.name, never);
  }, 400_000);

  test('by a published stack that runs there: it is named, and left alone', async () => {
    const stack = await testStack();
    const id = await engine.createContainer({
      name: 'mqtt-to-pg',
      Image: stack.variables['MOSQUITTO_IMAGE'] ?? '',
      Cmd: ['sleep', '600'],
      Entrypoint: [],
    });
    try {
      await engine.startContainer(id);
      const refused = bringUp(
        { engine, project: projectOf(stack), files: stack.files },
        () => undefined,
        never,
      );
      await expect(refused).rejects.toMatchObject({
        code: 'docker.other-stack',
        data: { containers: 'mqtt-to-pg', running: 1 },
      });
      expect((await engine.inspectContainer(id))?.State.Running).toBe(true);
    } finally {
      await engine.killContainer(id, 'SIGKILL');
      await engine.removeContainer(id);
    }
  }, 60_000);

  test('by the end of the application, at any moment: the next start ends healthy', async () => {
    const { folder: place, data } = newDataFolder({});
    const command = (...more: string[]): RunningCommand =>
      startCommand(
        ['stack', 'up', '--engine', isolated.address, '--data', data, ...more],
        { ...imageVariables, LC_ALL: 'C' },
        isolated.enter,
      );
    try {
      // Short steps may pass untold, so each moment is one of several words.
      const moments = [
        /Looking at|Getting images|Making|Preparing containers/,
        /Making|Preparing containers|Starting/,
        /Starting/,
        /Waiting until healthy: (?:postgres|mosquitto)/,
        /Waiting until healthy: (?:ingestor|grafana)/,
      ];
      for (const moment of moments) {
        const running = command();
        const { child } = running;
        let said = '';
        // At once: the last steps are over within the time in which somebody would look again.
        child.stderr?.on('data', (text: string) => {
          said += text;
          if (moment.test(said)) child.kill('SIGKILL');
        });
        await until(() => child.signalCode !== null || child.exitCode !== null, {
          timeoutMs: 90_000,
          what: String(moment),
        });
        expect(moment.test(said), said).toBe(true);
        await running.ended();
        expect(await foreign('datayoti'), String(moment)).toEqual([]);
      }
      const { code, stdout, stderr } = await command('--json').ended(180_000);
      expect([code, stderr]).toEqual([0, '']);
      const { services } = JSON.parse(stdout) as { services: readonly { service: string }[] };
      expect(services).toHaveLength(4);
      // One that lost the database under it at that moment starts once more by itself.
      for (const { Id } of await engine.listContainers({}))
        await until(async () => (await engine.inspectContainer(Id))?.State.Health?.Status === 'healthy', {
          timeoutMs: 90_000,
        });
      expect(await engine.listContainers({})).toHaveLength(4);
      expect(await foreign('datayoti')).toEqual([]);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  }, 500_000);
});
