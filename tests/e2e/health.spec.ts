import type { Page } from '@playwright/test';
import { connectAsync, type MqttClient } from 'mqtt';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database } from '../../src/main/storage/index.ts';
import type { TestApplication } from '../support/application.ts';
import { furnishSite, type Furnishing } from '../support/furnished-site.ts';
import { expect, expectAccessible, picture, test } from './application-fixture.ts';

const ours = '24:6F:28:00:00:01';
const published = '24:6F:28:00:00:02';
const bootedSecondsAgo = 1_400_000;
const device = (mac: string, name: string): Furnishing => ({
  mac,
  name,
  position: 'Rack A, top',
  zone: 'Cold room',
  temperature: 5,
  humidity: 60,
  rssi: -60,
  silentMinutes: 14,
});

/** A running stack with a site of two boards that reported each minute: one of ours, one of the published firmware. */
async function twoBoards(page: Page, application: TestApplication): Promise<MqttClient> {
  await application.start();
  await page.goto(application.link());
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet');
  await furnishSite(
    application,
    { ref: 'HCS', name: 'Harbour' },
    [{ name: 'Cold room', min: 2, max: 8 }],
    [device(ours, 'CR1-01'), device(published, 'CR1-02')],
    240,
  );
  await restartStack(page);
  await application.accounts.create({
    username: 'boards',
    role: 'admin',
    mac: null,
    password: 'boards-pass',
  });
  const boards = await connectAsync(`mqtt://127.0.0.1:${application.ports.mqtt}`, {
    username: 'boards',
    password: 'boards-pass',
  });
  for (let minute = 12; minute >= 0; minute--) {
    await report(boards, ours, minute, { fw: '2.4.1', rssi: -61 });
    await report(boards, published, minute, { rssi: -88 });
  }
  return boards;
}

async function restartStack(page: Page): Promise<void> {
  await goTo(page, '/stack');
  await page.getByRole('main').getByRole('button', { name: 'Restart stack' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restart stack' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await goTo(page, '/');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('of 2 sensors online');
}

const goTo = (page: Page, path: string): Promise<void> =>
  page.evaluate((hash) => {
    location.hash = hash;
  }, path);

/** A reading and a heartbeat of some minutes ago, as a board that had queued them sends. */
async function report(boards: MqttClient, mac: string, minutesAgo: number, more: object): Promise<void> {
  const timestamp = new Date(Date.now() - minutesAgo * 60_000).toISOString();
  const send = (channel: string, body: object) =>
    boards.publishAsync(
      `datayoti/sensor/${mac}/${channel}`,
      JSON.stringify({ device_id: mac, timestamp, ...body }),
      { qos: 1 },
    );
  await send('data', { temperature: 5 + (minutesAgo % 3) / 10, humidity: 60 + (minutesAgo % 2) / 10 });
  await send('heartbeat', {
    free_heap: 180_000,
    uptime: bootedSecondsAgo - minutesAgo * 60,
    ntp_sync: true,
    ...more,
  });
}

test('a device page gives the verdict, its reasons and the next step; thresholds of the site change it', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  const boards = await twoBoards(page, application);

  const summary = page.getByRole('region', { name: 'Health of the devices' });
  await expect(summary.getByRole('link')).toHaveText(['Faulty1', 'Healthy1']);
  const needed = page.getByRole('listitem').filter({ hasText: 'CR1-02: Faulty' });
  await expect(needed).toContainText(/RSSI −88 dBm for .*Move the board or the access point\./);
  await expectAccessible(page);
  await summary.getByRole('link', { name: 'Faulty' }).click();
  await expect(page.getByRole('row', { name: /CR1-02/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /CR1-01/ })).toBeHidden();

  await goTo(page, `/devices/${published}`);
  const health = page.getByRole('region', { name: 'Health', exact: true });
  await expect(health).toContainText('Faulty');
  await expect(health.getByRole('listitem')).toContainText([/^RSSI −88 dBm for \d+ min\.Move the board/]);
  for (const name of ['Blink', 'Measure now', 'Restart'])
    await expect(health.getByRole('button', { name })).toBeDisabled();
  await expect(health).toContainText('Its firmware is the published one, which ignores commands.');
  await expectAccessible(page);

  await picture(page, 'device-health');

  const opener = health.getByRole('button', { name: 'Health thresholds of Harbour' });
  await opener.click();
  const drawer = page.getByRole('dialog', { name: 'Health thresholds of Harbour' });
  const weak = drawer.getByLabel('Weak signal below, dBm');
  const unusable = drawer.getByLabel('Unusable signal below, dBm');
  await expect(drawer).toContainText('All values are the defaults.');
  await expect(unusable).toHaveAccessibleDescription(/Default: −85/);
  await weak.fill('-20');
  await expect(weak).toHaveAccessibleDescription(/From −100 to −30/);
  await expect(drawer.getByRole('button', { name: 'Save' })).toBeDisabled();
  await weak.fill('-90');
  await expect(unusable).toHaveAccessibleDescription(/Must not be above the value for a weak signal/);
  await expectAccessible(page);
  await unusable.fill('-95');
  await expect(drawer).toContainText('2 values of its own');
  await unusable.press('Enter');
  await expect(drawer).toBeHidden();
  await expect(opener).toBeFocused();
  await expect(health).toContainText('Healthy');
  await expect(health).toContainText('No fault found.');

  await goTo(page, '/settings/sites');
  await page.getByRole('button', { name: 'Health thresholds of Harbour' }).click();
  await expect(weak).toHaveValue('-90');
  await drawer.getByRole('button', { name: 'Use all defaults' }).click();
  await expect(weak).toHaveValue('');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await expect(drawer).toBeHidden();
  await goTo(page, `/devices/${published}`);
  await expect(health).toContainText('Faulty');

  await page.keyboard.press('Control+Shift+S');
  await page.getByRole('dialog').getByRole('button', { name: /^Stop/ }).click();
  await expect(health).toContainText('the stack does not run.');
  await boards.endAsync(true);
});

test('a command says what is known of it and no more, and stands in the timeline', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  const boards = await twoBoards(page, application);
  await boards.subscribeAsync(`datayoti/sensor/${ours}/cmd`);
  let answers = true;
  const heard: string[] = [];
  boards.on('message', (_topic, payload) => {
    const text = payload.toString();
    heard.push(text);
    if (answers && text.includes('measure')) void report(boards, ours, 0, { fw: '2.4.1', rssi: -61 });
    if (answers && text.includes('restart'))
      void report(boards, ours, 0, { fw: '2.4.1', rssi: -61, uptime: 0 });
  });
  await goTo(page, `/devices/${ours}`);
  const commands = page.getByRole('region', { name: 'Commands' });
  const told = commands.getByRole('status');
  const timeline = page.getByRole('region', { name: 'Timeline' });

  await commands.getByRole('button', { name: 'Blink' }).click();
  await expect(told).toContainText('it blinks for 20 s. Look at the board: blinking leaves no trace.');
  await commands.getByRole('button', { name: 'Measure now' }).click();
  await expect(told).toContainText(/Measure now, .*The board did it\./);
  answers = false;
  await commands.getByRole('button', { name: 'Measure now' }).click();
  await expect(told).toContainText('Waiting up to 10 s for a reading out of turn.');
  await expect(commands.getByRole('button', { name: 'Blink' })).toBeDisabled();
  await expect(told).toContainText('Nothing shows that the board did it.', { timeout: 20_000 });
  answers = true;
  await commands.getByRole('button', { name: 'Restart' }).click();
  const asked = page.getByRole('dialog', { name: 'Restart CR1-01' });
  await expectAccessible(page);
  await asked.getByRole('button', { name: 'Cancel' }).click();
  expect(heard.filter((text) => text.includes('restart'))).toEqual([]);
  await commands.getByRole('button', { name: 'Restart' }).click();
  await asked.getByRole('button', { name: 'Restart' }).click();
  await expect(told).toContainText(/Restart, .*The board did it\./);
  expect(heard.map((text) => (JSON.parse(text) as { cmd: string }).cmd)).toEqual([
    'blink',
    'measure',
    'measure',
    'restart',
  ]);
  await expect(timeline).toContainText('Measure now: Nothing shows that the board did it.');
  await expect(timeline).toContainText('Restart: The board did it.');
  await expectAccessible(page);

  await eventsOfYesterday(application, 60);
  await page.reload();
  const entries = timeline.getByRole('listitem');
  await expect(timeline.getByRole('button', { name: 'Show older' })).toBeVisible();
  const first = await entries.count();
  await timeline.getByRole('button', { name: 'Show older' }).click();
  await expect.poll(() => entries.count()).toBeGreaterThan(first);
  await expect(async () => {
    await timeline.getByRole('button', { name: 'Show older' }).click({ timeout: 1_000 });
    await expect(timeline.getByRole('button', { name: 'Show older' })).toBeHidden({ timeout: 1_000 });
  }).toPass();
  await expect(timeline.getByText('Watch: signal weak')).toHaveCount(60);
  await boards.endAsync(true);
});

/** What the application would have noted of a bad day before. */
async function eventsOfYesterday(application: TestApplication, count: number): Promise<void> {
  const database = new Database({
    address: await application.database(),
    applicationName: 'test',
    poolSize: 1,
    log: silentLog,
  });
  await database.query(
    `insert into field.device_events (device_mac_addr, time, topic, value, data)
     select $1, now() - interval '2 days' - n * interval '1 minute', 'verdict', 'watch', '{"reason":"signal-weak"}'
     from generate_series(1, $2::int) n`,
    [ours, count],
  );
  await database.close();
}

test('the page of a device holds at every width, in both languages and in the dark', async ({
  page,
  application,
}) => {
  const boards = await twoBoards(page, application);
  await goTo(page, `/devices/${published}`);
  await expect(page.getByRole('region', { name: 'Health', exact: true })).toContainText('Faulty');
  for (const language of ['English', 'Français'])
    for (const display of ['light', 'dark']) {
      await page.keyboard.press('Control+k');
      await page.locator('input.mantine-Spotlight-search').fill(language);
      await page.keyboard.press('Enter');
      await page.emulateMedia({ colorScheme: display === 'dark' ? 'dark' : 'light' });
      for (const [width, height] of [
        [1440, 900],
        [1280, 800],
        [1024, 720],
        [390, 844],
      ] as const) {
        await page.setViewportSize({ width, height });
        const excess = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect([width, excess <= 0]).toEqual([width, true]);
      }
      await expectAccessible(page);
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  await boards.endAsync(true);
});
