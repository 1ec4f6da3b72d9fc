import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { testApplication, type TestApplication } from '../support/application.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { freePort } from '../support/free-port.ts';
import { SmallRegistry } from '../support/small-registry.ts';
import { removeProject } from '../support/stack-folder.ts';
import { buildTinyImage, hasBusybox } from '../support/tiny-image.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';

const docker = (...args: readonly string[]): string => execFileSync('docker', args, { encoding: 'utf8' });
const megabyte = 1_000_000;

test.skip(!hasEngine || !hasBusybox, 'no container engine can run here, or busybox is missing');

test.describe('images of the Docker stack', () => {
  // The second needs what the first left on the engine.
  test.describe.configure({ mode: 'default' });
  let registry: SmallRegistry;
  let application: TestApplication;
  const project = `dyt${randomBytes(4).toString('hex')}`;
  const tiny = `datayoti-test/${project}:1`;
  const ingestor = `${project}-ingestor:test`;
  let pulled: string;

  test.beforeAll(async () => {
    test.setTimeout(120_000);
    const engine = await localEngine();
    await buildTinyImage(engine, tiny);
    await engine.close();
    docker('tag', tiny, ingestor);
    registry = await SmallRegistry.start(2, 3 * megabyte);
    pulled = registry.reference('datayoti/sample:1');
    application = await testApplication({
      firstRunDone: true,
      environment: {
        COMPOSE_PROJECT_NAME: project,
        MOSQUITTO_IMAGE: tiny,
        POSTGRES_IMAGE: tiny,
        INGESTOR_BASE_IMAGE: tiny,
        INGESTOR_IMAGE: ingestor,
        GRAFANA_IMAGE: tiny,
      },
      settings: {
        stackKind: 'docker',
        onStart: 'nothing',
        grafanaPort: await freePort(),
        dockerEngine: 'unix:///var/run/docker.sock',
      },
    });
  });
  test.afterAll(async () => {
    await application.cleanUp();
    const engine = await localEngine();
    await removeProject(engine, project);
    for (const image of [tiny, pulled]) await engine.removeImage(image).catch(() => undefined);
    await engine.close();
    await registry.stop();
  });

  test('all of them go into a file, and from there onto an engine without them', async ({
    page,
    consoleErrors,
  }) => {
    expect(consoleErrors).toEqual([]);
    await application.start();
    await page.goto(application.link());
    await expect(page.getByRole('contentinfo')).toBeVisible();
    await page.goto(`${new URL(page.url()).origin}/#/stack`);
    const panel = page.getByRole('region', { name: 'Images' });
    const file = join(application.data, 'images.tar');
    await panel.getByLabel('Save to').fill(file);
    await panel.getByRole('button', { name: 'Save images' }).click();
    await expect(panel).toContainText(`Saved to ${file}, `, { timeout: 60_000 });
    expect(statSync(file).size).toBeGreaterThan(megabyte);
    expect(docker('image', 'ls', '-q', ingestor)).not.toBe('');

    docker('rmi', tiny, ingestor);
    await page.getByRole('main').getByRole('button', { name: 'Start stack', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Start the Docker stack' });
    await expect(dialog).toContainText('2 images are not on the engine yet');
    await expect(dialog).toContainText(ingestor);
    await expectAccessible(page);
    await dialog.getByLabel('Load from').fill(join(application.data, 'none.tar'));
    await dialog.getByRole('button', { name: 'Load images' }).click();
    await expect(dialog.getByRole('alert')).toContainText('A file cannot be read.');
    await dialog.getByLabel('Load from').fill(file);
    await dialog.getByRole('button', { name: 'Load images' }).click();
    await expect(dialog).not.toContainText('not on the engine yet', { timeout: 60_000 });
    await expect(dialog).toContainText('all images are there');
    expect(docker('image', 'ls', '-q', ingestor)).not.toBe('');
    await page.goto('about:blank');
    await application.stop();
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  test('a download shows how far each layer and all of them are', async ({ page }) => {
    const other = await testApplication({
      firstRunDone: true,
      environment: {
        COMPOSE_PROJECT_NAME: project,
        MOSQUITTO_IMAGE: pulled,
        POSTGRES_IMAGE: pulled,
        INGESTOR_BASE_IMAGE: tiny,
        INGESTOR_IMAGE: ingestor,
        GRAFANA_IMAGE: pulled,
      },
      settings: {
        stackKind: 'docker',
        onStart: 'nothing',
        grafanaPort: await freePort(),
        dockerEngine: 'unix:///var/run/docker.sock',
      },
    });
    try {
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      registry.halfWay = () => held;
      await other.start();
      await page.goto(other.link());
      await expect(page.getByRole('contentinfo')).toBeVisible();
      await page.goto(`${new URL(page.url()).origin}/#/stack`);
      await page.getByRole('main').getByRole('button', { name: 'Start stack', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Start the Docker stack' });
      await expect(dialog).toContainText('1 image is not on the engine yet');
      await expect(dialog).toContainText(pulled);
      await dialog.getByRole('button', { name: 'Start stack', exact: true }).click();

      const progress = page.getByRole('region', { name: 'Progress of the start' });
      const layers = progress.getByRole('list', { name: 'Layers of the images' });
      await expect(layers.getByRole('listitem')).toHaveCount(2);
      for (const layer of await layers.getByRole('listitem').all()) {
        await expect(layer).toContainText(pulled);
        await expect(layer).toContainText(/Downloading\s(\d+\skB|[01](\.\d)?\sMB)\s\/\s3(\.\d)?\sMB/);
      }
      await expect(progress).toContainText(/\d+\s%, .*\sof\s6(\.\d)?\sMB/);
      await expectAccessible(page);
      registry.halfWay = undefined;
      release();
      // The start goes on from there: this image is no broker, so it is the next thing that is told.
      await expect(progress.getByRole('listitem').filter({ hasText: /^Images/ })).not.toHaveAttribute(
        'aria-current',
        'step',
      );
      expect(docker('image', 'ls', '-q', pulled)).not.toBe('');
      await page.goto('about:blank');
    } finally {
      await other.cleanUp();
    }
  });
});
