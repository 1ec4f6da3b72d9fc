import type { Page, WebSocketRoute } from '@playwright/test';
import { connectAsync } from 'mqtt';
import { furnishSite, type Furnishing } from '../support/furnished-site.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';

const hexOf = (index: number): string => index.toString(16).toUpperCase().padStart(4, '0');
const macOf = (index: number): string => `24:6F:28:00:${hexOf(index).slice(0, 2)}:${hexOf(index).slice(2)}`;
const sensor = (index: number, own: Partial<Furnishing> = {}): Furnishing => ({
  mac: macOf(index),
  name: `S-${String(index).padStart(3, '0')}`,
  position: 'Rack A, top',
  zone: 'Cold room',
  temperature: 5,
  humidity: 60,
  rssi: -60,
  silentMinutes: 0.1,
  ...own,
});

/** The page's line to the real server, which can be cut and mended. */
async function lineOf(page: Page): Promise<{ cut: () => Promise<void>; mend: () => void }> {
  let isCut = false;
  const open = new Set<WebSocketRoute>();
  await page.routeWebSocket(/\/rpc$/, async (socket) => {
    if (isCut) {
      await socket.close({ code: 1001 });
      return;
    }
    socket.connectToServer();
    open.add(socket);
  });
  return {
    cut: async () => {
      isCut = true;
      for (const socket of open) await socket.close({ code: 1001 });
      open.clear();
    },
    mend: () => {
      isCut = false;
    },
  };
}

test('three hundred devices, hostile names and silent sensors; nothing scrolls sideways on a phone', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await application.start();
  await page.goto(application.link());
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet');
  const hostile = '<img src=x onerror="document.title=1">';
  await furnishSite(
    application,
    { ref: 'HCS', name: 'The very long name of a harbour cold store '.repeat(5) },
    [{ name: 'Cold room', min: 2, max: 8 }],
    [
      ...Array.from({ length: 298 }, (_, index) => sensor(index)),
      sensor(298, { name: hostile, position: '{{x}} $t(shell.site)'.repeat(5), temperature: 9.4 }),
      sensor(299, { silentMinutes: 700 }),
    ],
    240,
  );
  await page.goto(`${new URL(page.url()).origin}/#/stack`);
  await page.getByRole('button', { name: 'Restart stack' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restart stack' }).click();
  await page.keyboard.press('Control+5');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('300 sensors, 1 to visit');
  await expect(page.getByText(hostile)).toBeVisible();
  expect(await page.getByRole('row').count()).toBeLessThan(60);
  await page.getByRole('button', { name: 'Outside limits 1' }).click();
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByLabel('Name, MAC, position').fill('nothing has this name');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page.getByText('S-299')).toBeVisible();
  for (const width of [390, 720, 1024]) {
    await page.setViewportSize({ width, height: 844 });
    for (const path of [
      '/',
      '/devices',
      `/devices/${macOf(298)}`,
      '/history',
      '/stack',
      '/settings/sites',
      '/settings/broker',
    ]) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      const { inner, needed } = await page
        .locator('html')
        .evaluate((html) => ({ inner: html.clientWidth, needed: html.scrollWidth }));
      expect([width, path, needed]).toEqual([width, path, inner]);
    }
    await expectAccessible(page);
  }
});

test('a value changes in place at most ten times a second, and goes on by itself after the line was cut', async ({
  page,
  application,
}) => {
  const line = await lineOf(page);
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  await application.accounts.create({
    username: 'fast',
    role: 'sensors',
    mac: null,
    password: 'installer-pass',
  });
  await page.keyboard.press('Control+5');
  const mac = '02:DE:70:00:00:01';
  await expect(page.getByRole('row', { name: /DEMO-01/ })).toBeVisible();
  await page.evaluate(() => {
    const changes: number[] = [];
    const cell = [...document.querySelectorAll('tbody tr')]
      .find((row) => row.textContent?.includes('DEMO-01'))
      ?.querySelector('.reading');
    if (cell === null || cell === undefined) throw new Error('no cell');
    new MutationObserver(() => changes.push(performance.now())).observe(cell, {
      characterData: true,
      subtree: true,
      childList: true,
    });
    Object.assign(window, { changes });
  });
  const client = await connectAsync(`mqtt://127.0.0.1:${application.ports.mqtt}`, {
    username: 'fast',
    password: 'installer-pass',
  });
  // One after the other, each committed before the next: without a limit each would change the screen.
  const begun = Date.now();
  const publish = (temperature: number): Promise<unknown> =>
    client.publishAsync(
      `datayoti/sensor/${mac}/data`,
      JSON.stringify({ device_id: mac, temperature, humidity: 60, timestamp: new Date().toISOString() }),
      { qos: 1 },
    );
  for (let index = 0; index < 400; index++) await publish((index % 90) / 10);
  const seconds = (Date.now() - begun) / 1_000;
  // A machine on which they take longer than a tenth of a second each proves nothing here, and fails nothing.
  const count = await page.evaluate(() => (window as unknown as { changes: number[] }).changes.length);
  expect(count).toBeGreaterThan(1);
  // Two changes of grace: the ones that begin and end the time measured.
  expect(count).toBeLessThanOrEqual(Math.ceil(seconds * 10) + 2);

  await line.cut();
  await expect(page.getByText('The connection to the application is lost')).toBeVisible();
  await expect(page.getByRole('row', { name: /DEMO-01/ })).toBeVisible();
  line.mend();
  await expect(page.getByText('The connection to the application is lost')).toBeHidden();
  // The demo's own sensor speaks in between, so the value is sent until it is seen.
  const cell = page.getByRole('row', { name: /DEMO-01/ }).locator('.reading');
  await expect(async () => {
    await publish(-17.5);
    await expect(cell).toHaveText('−17.5', { timeout: 1_000 });
  }).toPass({ timeout: 45_000 });
  await client.endAsync();
});

test('what is wrong is said beside its field', async ({ page, application, consoleErrors }) => {
  expect(consoleErrors).toEqual([]);
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  const open = async (section: string): Promise<void> => {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `/settings/${section}`);
  };
  await open('broker');
  const mqtt = page.getByRole('textbox', { name: 'MQTT', exact: true });
  await mqtt.fill('70000');
  await expect(mqtt).toHaveAccessibleDescription('From 1 to 65535');
  await mqtt.fill(String(application.ports.postgres));
  await expect(mqtt).toHaveAccessibleDescription('Another listener has this port');
  const name = page.getByLabel('Account name');
  await name.fill('with space');
  await expect(name).toHaveAccessibleDescription(/no spaces/);
  const mac = page.getByLabel('MAC address');
  await mac.fill('1C:69:20');
  await expect(mac).toHaveAccessibleDescription('Such as 1C:69:20:E9:18:24');
  await expectAccessible(page);

  await open('sites');
  const code = page.getByLabel('Site code');
  await code.fill('a b');
  await expect(code).toHaveAccessibleDescription(/Letters, digits, dot/);
  await page.getByLabel('Lowest, °C').first().fill('8');
  const highest = page.getByLabel('Highest, °C').first();
  await highest.fill('2');
  await expect(highest).toHaveAccessibleDescription('Must be above the lowest');
  await expect(page.getByRole('button', { name: 'Save zone' }).first()).toBeDisabled();
  await page
    .getByRole('button', { name: /^Remove zone/ })
    .first()
    .click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Keep' }).click();
  await page.keyboard.press('Control+Shift+S');
  await page.getByRole('button', { name: 'Keep running' }).click();
  await expect(page.getByRole('contentinfo')).toContainText('Embedded');
});
