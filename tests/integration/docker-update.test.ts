import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../src/main/app.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { startCommand } from '../support/command-line.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { DockerApplications } from '../support/docker-application.ts';
import { healthImage } from '../support/health-image.ts';
import { SmallRegistry } from '../support/small-registry.ts';
import { ensureStackImages } from '../support/stack-images.ts';
import { hasBusybox } from '../support/tiny-image.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

describe.skipIf(!hasEngine || !hasBusybox)('an update to newer images of a registry', () => {
  let engine: DockerEngine;
  let registry: SmallRegistry;
  let applications: DockerApplications;
  let name: string;
  let image: string;
  let data: string;

  beforeAll(async () => {
    await ensureStackImages(['mosquitto', 'postgres', 'node']);
    engine = await localEngine();
    registry = await SmallRegistry.start(1, 1000);
  }, 600_000);
  beforeEach(async () => {
    applications = new DockerApplications();
    name = `${applications.project}/dashboards:1`;
    image = registry.reference(name);
    await applications.putReadyDatabase(engine);
    await offer('1');
    data = await applications.dataFolder({ backupDaily: false });
  });
  afterEach(async () => {
    registry.halfWay = undefined;
    await applications.end(engine);
    await engine.removeImage(image).catch(() => undefined);
  }, 120_000);
  afterAll(async () => {
    await registry.stop();
    await engine.close();
  }, 60_000);

  const offer = async (version: string, script?: string): Promise<void> =>
    registry.publish(name, await healthImage(version, script));
  const environment = (): Record<string, string> => ({ GRAFANA_IMAGE: image });
  async function started(): Promise<App> {
    const app = await applications.open(data, environment());
    await app.handlers.stack.start({}, never);
    await app.handlers.devices.createSite({ ref: 'KEPT', name: 'Kept', description: '' }, never);
    return app;
  }
  /** What the name stands for, what the container runs on, and how it is. */
  async function grafana(): Promise<readonly (string | undefined)[]> {
    const container = await engine.inspectContainer(`${applications.project}-grafana-1`);
    const runsOn = container === undefined ? undefined : await engine.inspectImage(container.Image);
    return [
      (await engine.inspectImage(image))?.Config.Labels?.['version'],
      runsOn?.Config.Labels?.['version'],
      container?.State.Health?.Status,
    ];
  }
  const containers = async (): Promise<readonly string[]> =>
    (await engine.listContainers({ 'com.docker.compose.project': applications.project }))
      .map(({ Id }) => Id)
      .toSorted();
  const backups = (): readonly string[] => readdirSync(join(data, 'backups'));
  const sites = async ({ handlers }: App): Promise<readonly string[]> => {
    for await (const item of handlers.devices.watch({}, never))
      if (item.type === 'snapshot') return item.sites.map(({ ref }) => ref);
    return [];
  };

  /** @param stopAt cancels there */
  async function update(
    { handlers }: App,
    stopAt: (step: string, service: string | null, layers: readonly unknown[]) => boolean = () => false,
  ): Promise<{ readonly steps: readonly string[]; readonly changed: readonly string[] | undefined }> {
    const stop = new AbortController();
    const steps: string[] = [];
    let changed: readonly string[] | undefined;
    for await (const item of handlers.docker.update({}, stop.signal)) {
      if (item.type === 'done') ({ changed } = item.result);
      else {
        const { step, service, layers } = item.progress;
        if (steps.at(-1) !== step) steps.push(step);
        if (stopAt(step, service, layers)) stop.abort();
      }
    }
    return { steps, changed };
  }

  test('is pulled after a backup, and left again where it does not work', async () => {
    const app = await started();
    expect(await grafana()).toEqual(['1', '1', 'healthy']);
    await offer('2');
    const { steps, changed } = await update(app);
    expect(steps.slice(0, 2)).toEqual(['backup', 'images']);
    expect(changed).toEqual(['grafana']);
    expect(await grafana()).toEqual(['2', '2', 'healthy']);
    expect(backups()).toHaveLength(1);

    await offer('3', 'echo of no use >&2; exit 3');
    await expect(update(app)).rejects.toMatchObject({
      code: 'docker.update-taken-back',
      data: { service: 'grafana', log: expect.stringContaining('of no use') as unknown },
    });
    expect(await grafana()).toEqual(['2', '2', 'healthy']);
    expect(await sites(app)).toEqual(['KEPT']);
    await offer('4');
    expect((await update(app)).changed).toEqual(['grafana']);
    expect(await grafana()).toEqual(['4', '4', 'healthy']);
  }, 300_000);

  test('cancelled while it is pulled: nothing was touched, and a second one goes on', async () => {
    const app = await started();
    const before = await containers();
    await offer('2');
    let reached = false;
    let goOn: () => void = () => undefined;
    registry.halfWay = () => {
      reached = true;
      return new Promise((resolve) => (goOn = resolve));
    };
    const failure = await update(app, () => reached).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'engine.cancelled',
      data: { context: 'update', backup: join(data, 'backups', backups()[0] ?? '') },
    });
    goOn();
    registry.halfWay = undefined;
    expect(await containers()).toEqual(before);
    expect(await grafana()).toEqual(['1', '1', 'healthy']);
    expect(await sites(app)).toEqual(['KEPT']);
    expect((await update(app)).changed).toEqual(['grafana']);
    expect(await grafana()).toEqual(['2', '2', 'healthy']);
  }, 300_000);

  test('cancelled when the old container is gone: back on the images of before, and a second one goes on', async () => {
    const app = await started();
    await offer('2');
    const old = (await engine.inspectContainer(`${applications.project}-grafana-1`))?.Id ?? '';
    const { phases, stop } = watched(app);
    await expect(
      update(app, (step, service) => step === 'start' && service === 'grafana'),
    ).rejects.toMatchObject({ code: 'engine.cancelled', data: { context: 'update' } });
    expect(await engine.inspectContainer(old)).toBeUndefined();
    expect(await grafana()).toEqual(['1', '1', 'healthy']);
    expect(await sites(app)).toEqual(['KEPT']);
    await until(() => phases.at(-1) === 'running', { what: 'the stack is shown as running' });
    stop();
    expect((await update(app)).changed).toEqual(['grafana']);
    expect(await grafana()).toEqual(['2', '2', 'healthy']);
  }, 300_000);

  test('cancelled at the command line: says what is left', async () => {
    const app = await started();
    await applications.close(app);
    await offer('2');
    const command = (...more: string[]) =>
      startCommand(['stack', 'update', '--data', data, ...more], {
        ...applications.environment,
        ...environment(),
        LC_ALL: 'C',
      });
    let reached = false;
    registry.halfWay = () => {
      reached = true;
      return new Promise(() => undefined);
    };
    const running = command();
    await until(() => reached || running.child.exitCode !== null, {
      timeoutMs: 90_000,
      what: 'the pull is under way',
    });
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended(120_000);
    expect([code, stderr]).toEqual([130, expect.stringContaining('Cancelled.')]);
    expect(stdout).toMatch(/The stack runs as before/);
    expect(stdout).toMatch(/grafana +healthy/);
    registry.halfWay = undefined;
    expect(await grafana()).toEqual(['1', '1', 'healthy']);
    const again = await command('--json').ended(120_000);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(again.stdout)).toMatchObject({ changed: ['grafana'] });
    expect(await grafana()).toEqual(['2', '2', 'healthy']);
  }, 300_000);
});

function watched({ handlers }: App): { readonly phases: string[]; readonly stop: () => void } {
  const phases: string[] = [];
  const stop = new AbortController();
  const watching = async (): Promise<void> => {
    for await (const { phase } of handlers.stack.watch({}, stop.signal)) phases.push(phase);
  };
  watching().catch(() => undefined);
  return { phases, stop: () => stop.abort() };
}
