import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { testApplication, type TestApplication } from '../support/application.ts';
import { hasEngine } from '../support/container-engine.ts';
import { IsolatedEngine } from '../support/isolated-engine.ts';
import {
  publishedEnvText,
  publishedNames,
  publishedStates,
  sqlIn,
  startIdle,
  startPublishedProject,
} from '../support/published-project.ts';
import { relayInto } from '../support/relay-into.ts';
import { ensureStackImages, imageVariables } from '../support/stack-images.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';

const title = (page: Page) => page.getByRole('heading', { level: 1 });
const grafanaPort = 3000;
const workLimitMs = 120_000;

test.skip(!hasEngine, 'no container engine can run here');

test.describe('a stack of the published project, on the page', () => {
  let folder: string;
  let isolated: IsolatedEngine;
  let engine: DockerEngine;
  let application: TestApplication;

  test.beforeAll(async () => {
    test.setTimeout(600_000);
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    folder = mkdtempSync(join(tmpdir(), 'datayoti-published-'));
    // Of its own: on the engine of the machine it would be in everybody's way.
    isolated = new IsolatedEngine(folder);
    await isolated.start();
    await isolated.loadStackImages();
    engine = await isolated.open();
    await startPublishedProject(engine);
    application = await testApplication({
      firstRunDone: true,
      ready: true,
      environment: imageVariables,
      settings: { grafanaPort, dockerEngine: isolated.address },
      through: isolated.enter,
    });
  });
  test.afterAll(async () => {
    await application.cleanUp();
    await engine.close();
    await isolated.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('told before a start, stopped, taken over after a backup, and put back where that fails', async ({
    page,
    consoleErrors,
  }) => {
    test.setTimeout(300_000);
    expect(consoleErrors).toEqual([]);
    await application.start();
    const relay = await relayInto(isolated.enter, Number(new URL(application.link()).port), folder);
    try {
      await page.goto(application.link());
      await expect(page.getByRole('contentinfo')).toContainText('Embedded', { timeout: 60_000 });
      await page.keyboard.press('Control+3');
      await expect(title(page)).toHaveText('Embedded stack is running');
      const inPanel = page
        .getByRole('region', { name: 'Docker engine' })
        .getByRole('group', { name: 'The published stack' });
      for (const name of publishedNames) await expect(inPanel).toContainText(name);

      // As it is, beside what it does itself; and let go of again.
      await inPanel.getByRole('button', { name: 'Use it' }).click();
      await expect(inPanel).toContainText('It runs on as it is');
      await choose(inPanel, publishedEnvText({ MQTT_PASSWORD: 'another password' }));
      await use(page, inPanel);
      await expect(inPanel.getByRole('alert')).toContainText('The broker refuses the account', {
        timeout: workLimitMs,
      });
      await expect(title(page)).toHaveText('Embedded stack is running');
      await choose(inPanel, publishedEnvText());
      await use(page, inPanel);
      await expect(title(page)).toHaveText('Published stack in use', { timeout: workLimitMs });
      await expect(page.getByRole('contentinfo')).toContainText('Published');
      await expect(inPanel).toContainText(
        'Taken into use: its containers, rows and passwords are as before.',
      );
      await expect(
        page.getByRole('contentinfo').getByRole('button', { name: 'Disconnect from the published stack' }),
      ).toBeVisible();
      await expect(inPanel).toContainText('Backup made before: ');
      await expect(inPanel).toContainText('Its boards publish as esp32');
      const modes = page.getByRole('list', { name: 'Where the stack runs' });
      await expect(modes.getByRole('listitem')).toHaveCount(3);
      for (const name of ['Passwords', 'Care', 'Remove'])
        await expect(page.getByRole('region', { name })).toHaveCount(0);
      await expectAccessible(page);
      await engine.stopContainer('mqtt-broker', 10);
      await expect(title(page)).toHaveText('Problem: The published stack does not run: mqtt-broker', {
        timeout: 30_000,
      });
      await engine.startContainer('mqtt-broker');
      await expect(title(page)).toHaveText('Published stack in use', { timeout: 30_000 });
      expect(await publishedStates(engine)).toEqual(['running', 'running', 'running', 'running']);
      await inPanel.getByRole('button', { name: 'Stop using it' }).click();
      const leaving = page.getByRole('dialog', { name: 'Stop using the published stack' });
      await expect(leaving).toContainText('The schema “field”');
      await leaving.getByRole('button', { name: 'Stop using it' }).click();
      await expect(title(page)).toHaveText('Embedded stack is running', { timeout: 60_000 });
      expect(await publishedStates(engine)).toEqual(['running', 'running', 'running', 'running']);

      await page.getByRole('button', { name: 'Docker: switch and start' }).click();
      const dialog = page.getByRole('dialog', { name: 'Start the Docker stack' });
      const published = dialog.getByRole('group', { name: 'The published stack' });
      await expect(published).toContainText('runs on this engine: ');
      // Its Grafana has the port of ours; that goes with it.
      await expect(dialog).not.toContainText('is taken');
      const start = dialog.getByRole('button', { name: 'Switch and start' });
      await expect(start).toBeDisabled();
      await expectAccessible(page);

      await published.getByRole('button', { name: 'Take over its data' }).click();
      await takeOver(page, published, publishedEnvText({ PG_PASSWORD: 'another password' }));
      await expect(published.getByRole('alert')).toBeVisible({ timeout: workLimitMs });
      expect(await publishedStates(engine)).toEqual(['running', 'running', 'running', 'running']);

      await published.getByRole('button', { name: 'Stop it' }).click();
      await expect(published).toContainText('on this engine, stopped: ', { timeout: 60_000 });
      expect(await publishedStates(engine)).toEqual(['exited', 'exited', 'exited', 'exited']);
      await expect(start).toBeEnabled();
      await expectAccessible(page);

      // Found only after the backup, when the embedded stack has stopped already.
      await startIdle(engine, 'in-the-way', [grafanaPort]);
      await takeOver(page, published, publishedEnvText());
      await expect(published.getByRole('alert')).toContainText('is taken by in-the-way', {
        timeout: workLimitMs,
      });
      await expect(page.getByRole('contentinfo')).toContainText('Embedded');
      await expect(title(page)).toHaveText('Embedded stack is running');
      await engine.stopContainer('in-the-way', 1);

      await takeOver(page, published, publishedEnvText());
      // Its 502 rows, and those that this application added to them while it used that stack.
      await expect(published).toContainText(/Taken over: [0-9,]+ rows\./, { timeout: workLimitMs });
      await expect(published).toContainText('Boards go on with the account esp32.');
      await expectAccessible(page);
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      await expect(title(page)).toHaveText('Docker stack is running');
      await expect(inPanel).toContainText(/Taken over: [0-9,]+ rows\./);
      expect(await sqlIn(engine, 'datayoti-postgres-1', 'datayoti', 'select count(*) from sensor_data')).toBe(
        '500',
      );
      expect(await publishedStates(engine)).toEqual(['exited', 'exited', 'exited', 'exited']);
    } finally {
      await page.goto('about:blank');
      await application.stop();
      await relay.stop();
    }
  });

  async function choose(published: Locator, env: string): Promise<void> {
    await published
      .getByLabel('Choose its .env')
      .setInputFiles({ name: 'published.env', mimeType: 'text/plain', buffer: Buffer.from(env) });
    await expect(published).toContainText('published.env');
  }

  async function use(page: Page, published: Locator): Promise<void> {
    await published.getByRole('button', { name: 'Back up and use' }).click();
    const confirm = page.getByRole('dialog', { name: 'Use the published stack' });
    await expect(confirm).toContainText('the schema “field”');
    await expect(confirm).toContainText('nothing is ever removed');
    await confirm.getByRole('button', { name: 'Back up and use' }).click();
  }

  async function takeOver(page: Page, published: Locator, env: string): Promise<void> {
    await choose(published, env);
    await published.getByRole('button', { name: 'Back up and take over' }).click();
    const confirm = page.getByRole('dialog', { name: 'Take over the published stack' });
    await expect(confirm).toContainText('Nothing is deleted');
    await confirm.getByRole('button', { name: 'Back up and take over' }).click();
  }
});
