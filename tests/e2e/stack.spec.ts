import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { testApplication } from '../support/application.ts';
import { freePort } from '../support/free-port.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';

// What a first start logs is searched, too.
test.use({ firstStart: true });

const title = (page: Page) => page.getByRole('heading', { level: 1 });

async function openStackPage(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(title(page)).toHaveText('No sensors yet');
  await page.keyboard.press('Control+3');
  await expect(title(page)).toHaveText('Embedded stack is running');
}

async function noSidewaysScroll(page: Page): Promise<void> {
  const { inner, needed } = await page
    .locator('html')
    .evaluate((html) => ({ inner: html.clientWidth, needed: html.scrollWidth }));
  expect(needed).toBe(inner);
}

test('the page says what the embedded stack does, and its log can be searched, held and saved', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await application.start();
  await openStackPage(page, application.link());
  const main = page.getByRole('main');
  await expect(main).toContainText('Broker and database run inside this app.');
  const flow = page.getByRole('region', { name: 'The way of a reading' });
  await expect(flow).toContainText('None adopted yet');
  await expect(flow).toContainText(String(application.ports.mqtt));
  await expect(flow).toContainText('PostgreSQL 18');
  await expect(flow).toContainText('0.0 msg/s');
  const ports = page.getByRole('region', { name: 'Ports' });
  for (const port of Object.values(application.ports)) await expect(ports).toContainText(String(port));
  await expect(ports).toContainText('This machine only');
  await expectAccessible(page);

  const log = page.getByRole('log', { name: 'Log' });
  await expect(log).toContainText(`listening on mqtt://127.0.0.1:${application.ports.mqtt}`);
  await page.getByRole('radiogroup', { name: 'Part of the stack' }).getByText('Database').click();
  await expect(log).toContainText('ready to accept connections');
  await expect(log).not.toContainText('listening on mqtt:');
  await page.getByRole('textbox', { name: 'Find in log' }).fill('READY TO ACCEPT');
  await expect(log).not.toContainText('starting PostgreSQL');
  await page.getByRole('textbox', { name: 'Find in log' }).fill('no such line');
  await expect(log).toContainText('No line matches.');
  await page.keyboard.press('Escape');
  await page.getByRole('radiogroup', { name: 'Part of the stack' }).getByText('All').click();
  await page.getByRole('button', { name: 'Following' }).click();
  const held = await log.textContent();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the lines shown' }).click();
  const saved = await readFile(await (await saving).path(), 'utf8');
  expect(saved).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}app application started/m);
  expect(saved.split('\n').length).toBeGreaterThan(10);

  await main.getByRole('button', { name: 'Restart stack' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restart stack' }).click();
  await expect(title(page)).toHaveText('Embedded stack is running');
  // Held: what came since waits.
  await expect(main).toContainText(/· \d+ new/);
  expect(await log.textContent()).toBe(held);
  await page.getByRole('button', { name: 'Follow again' }).click();
  await expect(log).not.toHaveText(held ?? '');

  await main.getByRole('button', { name: 'Stop stack' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop stack' }).click();
  await expect(title(page)).toHaveText('Embedded stack is stopped');
  await expectAccessible(page);
  await main.getByRole('button', { name: 'Start stack', exact: true }).click();
  await expect(title(page)).toHaveText('Embedded stack is running');
});

test('a port that is taken is the headline, and the next free one is one click away', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(application.ports.mqtt, '127.0.0.1', resolve));
  try {
    await application.start();
    await page.goto(application.link());
    await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
    await page.goto(`${new URL(page.url()).origin}/#/stack`);
    await expect(title(page)).toHaveText(new RegExp(`^Problem: Port ${application.ports.mqtt} is taken`));
    await expectAccessible(page);
    await page.getByRole('button', { name: /^Use port \d+/ }).click();
    await expect(title(page)).toHaveText('Embedded stack is running');
  } finally {
    other.close();
  }
});

test('without an engine Docker says what helps; engines are added, and the export needs none', async ({
  page,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  const application = await testApplication({
    ready: true,
    environment: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
    settings: { dockerEngine: `tcp://127.0.0.1:${await freePort()}` },
  });
  try {
    await application.start();
    await openStackPage(page, application.link());
    await page.getByRole('button', { name: 'Docker: switch and start' }).click();
    const dialog = page.getByRole('dialog', { name: 'Start the Docker stack' });
    await expect(dialog.getByRole('alert')).toBeVisible();
    await expect(dialog.getByRole('button', { name: 'Switch and start' })).toBeDisabled();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Choose engine and addresses' }).click();

    const drawer = page.getByRole('dialog', { name: 'Docker engine' });
    await expect(drawer).toContainText('This connection is not encrypted');
    const address = drawer.getByRole('textbox', { name: 'Add another engine' });
    await address.fill('raspberrypi');
    await expect(address).toHaveAccessibleDescription(/Begins with ssh:/);
    await expect(drawer.getByRole('button', { name: 'Add engine' })).toBeDisabled();
    const silent = `tcp://127.0.0.1:${await freePort()}`;
    await address.fill(silent);
    await page.keyboard.press('Enter');
    const added = drawer.getByRole('listitem').filter({ hasText: silent });
    await expect(added).toContainText('added by you');
    await expect(added.getByRole('alert').first()).toBeVisible();
    // The application keeps it, not this browser.
    const kept = async (): Promise<unknown> =>
      JSON.parse(await readFile(join(application.data, 'settings.json'), 'utf8'));
    await expect.poll(kept).toMatchObject({ settings: { knownEngines: [silent] } });
    await added.getByRole('button', { name: `Remove ${silent}` }).click();
    await expect(added).toHaveCount(0);
    await expect.poll(kept).toMatchObject({ settings: { knownEngines: [] } });
    await drawer.getByRole('radio', { name: /^Automatic/ }).click();
    await drawer.getByRole('radio', { name: /^Raspberry Pi/ }).click();
    await expect(drawer.getByRole('radio', { name: /^Raspberry Pi/ })).toBeChecked();
    await drawer.getByLabel('Grafana listens on').first().click();
    await page.getByRole('option', { name: 'Every network' }).click();
    await expect(drawer).toContainText('Whoever is on that network can open Grafana’s sign-in page.');
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await expect(drawer).toBeHidden();

    const panel = page.getByRole('region', { name: 'Export for the Pi' });
    const path = panel.getByRole('textbox', { name: 'Folder' });
    await path.fill('relative/folder');
    await expect(path).toHaveAccessibleDescription(/A full path/);
    const folder = join(application.data, 'for-the-pi');
    await path.fill(folder);
    await page.keyboard.press('Enter');
    await expect(panel).toContainText(`Written to ${folder}`);
    expect(await readFile(join(folder, 'compose.yaml'), 'utf8')).toContain('mosquitto');

    for (const width of [390, 720, 1024]) {
      await page.setViewportSize({ width, height: 844 });
      await noSidewaysScroll(page);
      await expectAccessible(page);
    }
    await page.goto('about:blank');
  } finally {
    await application.cleanUp();
  }
});
