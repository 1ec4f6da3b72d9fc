import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { connectAsync } from 'mqtt';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database } from '../../src/main/storage/index.ts';
import { storeAlerts } from '../../src/main/storage/queries/alerts.ts';
import { alert, type Alert } from '../../src/shared/contract/alerts.ts';
import type { TestApplication } from '../support/application.ts';
import { furnishSite } from '../support/furnished-site.ts';
import { expect, expectAccessible, fromPalette, picture, test } from './application-fixture.ts';

const minuteMs = 60_000;
const widths = [
  { width: 1440, height: 900 },
  { width: 1280, height: 800 },
  { width: 1024, height: 720 },
  { width: 390, height: 844 },
];

async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, path);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

async function expectFits(page: Page): Promise<void> {
  for (const size of widths) {
    await page.setViewportSize(size);
    const room = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
    const inside = await page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth);
    expect([size.width, room, inside]).toEqual([size.width, 0, 0]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** Sends as a board with an account of its own does. */
async function publisher(application: TestApplication) {
  await application.accounts.create({
    username: 'sensors',
    role: 'sensors',
    mac: null,
    password: 'installer-pass',
  });
  const client = await connectAsync(`mqtt://127.0.0.1:${application.ports.mqtt}`, {
    username: 'sensors',
    password: 'installer-pass',
  });
  let lastMs = 0;
  const send = (mac: string, temperature: number): Promise<unknown> => {
    // Of two readings with one time stamp the second is a repetition.
    lastMs = Math.max(lastMs + 1, Date.now());
    return client.publishAsync(
      `datayoti/sensor/${mac}/data`,
      JSON.stringify({
        device_id: mac,
        temperature,
        humidity: 60,
        timestamp: new Date(lastMs).toISOString(),
      }),
      { qos: 1 },
    );
  };
  return { send, end: () => client.endAsync() };
}

async function raiseAtOnce(page: Page, rule: string): Promise<void> {
  const fields = page.getByRole('group', { name: rule });
  await fields.getByLabel('Raise after, seconds').fill('0');
}

test('rules are changed; an alert is told by the bell and the browser, acknowledged, snoozed, and stays in the log', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.slow();
  expect(consoleErrors).toEqual([]);
  await page.context().grantPermissions(['notifications']);
  await page.addInitScript(() => {
    const shown: string[] = [];
    class Recorded extends Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        shown.push(title);
      }
    }
    Object.assign(window, { shown, Notification: Recorded });
  });
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  await fromPalette(page, 'Alerts');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No alert is open');
  await expect(page.getByText('silence raises no alert before')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Rules' }).click();
  await expect(page.getByText('New alerts are shown by this browser')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save rules' })).toBeDisabled();
  const outside = page.getByRole('group', { name: 'Outside limits' });
  await outside.getByLabel('Raise after, seconds').fill('86401');
  await expect(outside.getByLabel('Raise after, seconds')).toHaveAccessibleDescription('From 0 to 86400');
  await expect(page.getByRole('button', { name: 'Save rules' })).toBeDisabled();
  await page.getByRole('button', { name: 'Use the defaults' }).click();
  await expect(outside.getByLabel('Raise after, seconds')).toHaveValue('600');
  await raiseAtOnce(page, 'Outside limits');
  await raiseAtOnce(page, 'Unknown device');
  await page.getByRole('button', { name: 'Save rules' }).click();
  await expect(page.getByText('Rules are saved.')).toBeVisible();
  await expectAccessible(page);
  await expectFits(page);
  await page.reload();
  await expect(outside.getByLabel('Raise after, seconds')).toHaveValue('0');

  const { send, end } = await publisher(application);
  await send('1C:69:20:E9:18:24', 5);
  const bell = page.getByRole('link', { name: /^Alerts: / });
  await expect(bell).toHaveAccessibleName('Alerts: 1 open');
  const shown = () => page.evaluate(() => (window as unknown as { shown: string[] }).shown);
  await expect.poll(shown).toEqual(['1 unknown device sends.']);
  await bell.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 alert is open');
  const unknown = page.getByRole('listitem').filter({ hasText: '1 unknown device sends.' });
  await expect(unknown).toContainText('1C:69:20:E9:18:24');
  await expect(unknown.getByRole('link', { name: 'Open the unknown devices' })).toBeVisible();

  // Both of the last readings have to be outside, between those that the sensor itself sends.
  const hot = page.getByRole('listitem').filter({ hasText: 'DEMO-01 is outside its limits' });
  await expect
    .poll(async () => {
      await Promise.all([39.1, 39.2, 39.3, 39.4].map((value) => send('02:DE:70:00:00:01', value)));
      return hot.count();
    })
    .toBe(1);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('2 alerts are open');
  await expect(page.getByRole('main').getByRole('list').getByRole('heading').first()).toContainText(
    'DEMO-01 is outside its limits',
  );
  await expectAccessible(page);

  await hot.getByRole('button', { name: /^Acknowledge: / }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Your name')).toBeFocused();
  await expect(dialog.getByRole('button', { name: 'Acknowledge' })).toBeDisabled();
  await page.keyboard.type('Ada');
  await dialog.getByLabel('Note').fill('<b>door</b> stands open');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(dialog).toBeHidden();
  await expect(hot).toContainText('Ada takes care of it');
  await expect(hot).toContainText('<b>door</b> stands open');
  await expect(bell).toHaveAccessibleName('Alerts: 1 open');
  await expect(hot.getByRole('button', { name: /^Change the note: / })).toBeFocused();

  await unknown.getByRole('button', { name: /^Acknowledge: / }).click();
  await expect(dialog.getByLabel('Your name')).toHaveValue('Ada');
  await page.keyboard.press('Escape');
  await unknown.getByRole('button', { name: /^Snooze: / }).click();
  await dialog.getByLabel('Or until').fill('2020-01-01T00:00');
  await expect(dialog.getByLabel('Or until')).toHaveAccessibleDescription('Must be in the future');
  await expect(dialog.getByRole('button', { name: 'Snooze until then' })).toBeDisabled();
  await dialog.getByLabel('Or until').fill('2099-01-01T00:00');
  await expect(dialog.getByLabel('Or until')).toHaveAccessibleDescription('At most 30 days ahead');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'For 8 h' }).click();
  await expect(unknown).toContainText('Snoozed until');
  await expect(bell).toHaveAccessibleName('Alerts: 0 open');
  await expect(page.getByText('Also here: 1 acknowledged, 1 snoozed.')).toBeVisible();
  await unknown.getByRole('button', { name: /^End the snooze: / }).click();
  await expect(unknown).not.toContainText('Snoozed until');
  await expect(bell).toHaveAccessibleName('Alerts: 1 open');
  await unknown.getByRole('button', { name: /^Snooze: / }).click();
  await dialog.getByRole('button', { name: 'Snooze until then' }).click();
  await expect(unknown).toContainText('Snoozed until');

  await page.getByRole('link', { name: 'Log' }).click();
  await expect(page.getByRole('row')).toHaveCount(3);
  await expect(page.getByRole('row', { name: /DEMO-01/ })).toContainText('Ada takes care of it');
  await expect(page.getByRole('row', { name: /DEMO-01/ })).toContainText('still lasts');
  await page.getByRole('combobox', { name: 'Kind' }).click();
  await page.getByRole('option', { name: 'Unknown device' }).click();
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('combobox', { name: 'Kind' }).click();
  await page.getByRole('option', { name: 'Low memory' }).click();
  await expect(page.getByRole('heading', { name: 'No alert matches' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByRole('combobox', { name: 'Device' }).fill('DEMO-01');
  await page.getByRole('option', { name: /DEMO-01/ }).click();
  await expect(page.getByRole('row')).toHaveCount(2);
  await expectAccessible(page);
  await expectFits(page);
  await end();
});

test('an alert of a site names what its devices share; a long log has pages; French and dark', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.slow();
  expect(consoleErrors).toEqual([]);
  await application.start();
  await page.goto(application.link());
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet');
  const macs = Array.from(
    { length: 12 },
    (_, index) => `24:6F:28:00:00:${index.toString(16).toUpperCase().padStart(2, '0')}`,
  );
  await furnishSite(
    application,
    { ref: 'HCS', name: 'Harbour Cold Store' },
    [],
    macs.map((mac, index) => ({
      mac,
      name: `S-${String(index).padStart(2, '0')}`,
      position: '',
      zone: null,
      temperature: 5,
      humidity: 60,
      rssi: -60,
      silentMinutes: 50,
    })),
    240,
  );
  await keepAlerts(application, macs);
  await page.goto(`${new URL(page.url()).origin}/#/stack`);
  await page.getByRole('button', { name: 'Restart stack' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restart stack' }).click();
  await expect(page.getByRole('link', { name: /^Alerts: / })).toHaveAccessibleName('Alerts: 2 open');
  await go(page, '/alerts');
  const wide = page.getByRole('listitem').filter({ hasText: '2 sites went offline together: 9 devices.' });
  await expect(wide).toContainText('the broker, the network to it, or a server that they share');
  const common = page.getByRole('listitem').filter({ hasText: '12 devices of Harbour Cold Store' });
  await expect(common).toContainText('the cause is likely one that they share at Harbour Cold Store');
  await picture(page, 'alerts');
  await common.getByText('12 devices', { exact: true }).click();
  await expect(common.getByRole('link')).toHaveCount(12);
  await expectAccessible(page);
  await expectFits(page);
  await common.getByRole('link', { name: 'S-07' }).click();
  await expect(page).toHaveURL(/#\/devices\/24(:|%3A)6F(:|%3A)28(:|%3A)00(:|%3A)00(:|%3A)07$/);

  await go(page, '/alerts/log');
  await expect(page.getByRole('row')).toHaveCount(51);
  await page.getByRole('button', { name: 'Show older ones' }).click();
  await expect(page.getByRole('row')).toHaveCount(63);
  await expect(page.getByRole('button', { name: 'Show older ones' })).toBeHidden();
  await page.getByRole('main').getByRole('combobox', { name: 'Site' }).click();
  await page.getByRole('option', { name: 'Harbour Cold Store' }).click();
  // Its own, and the one that it shares with another.
  await expect(page.getByRole('row')).toHaveCount(3);

  await fromPalette(page, 'Français');
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const path of ['/alerts', '/alerts/log', '/alerts/rules']) {
    await go(page, path);
    await expectFits(page);
    await expectAccessible(page);
  }
});

/** One that twelve devices of a site share and one of two sites, which still last, and sixty that are over. */
async function keepAlerts(application: TestApplication, macs: readonly string[]): Promise<void> {
  const now = Date.now();
  const of = (own: object): Alert =>
    alert.parse({
      id: randomUUID(),
      kind: 'low-heap',
      severity: 'warning',
      scope: 'device',
      mac: macs[0],
      siteRef: null,
      devices: macs.slice(0, 1),
      deviceCount: 1,
      data: {},
      sinceMs: now - 30 * minuteMs,
      raisedMs: now - 29 * minuteMs,
      clearedMs: null,
      acknowledged: null,
      snoozedUntilMs: null,
      ...own,
    });
  const database = new Database({
    address: await application.database(),
    applicationName: 'furnish',
    poolSize: 1,
    log: silentLog,
  });
  try {
    await storeAlerts(database, [
      of({
        kind: 'offline',
        severity: 'critical',
        scope: 'site',
        mac: null,
        siteRef: 'HCS',
        devices: macs,
        deviceCount: macs.length,
      }),
      of({
        kind: 'offline',
        severity: 'critical',
        scope: 'stack',
        mac: null,
        devices: [
          ...macs.slice(0, 4),
          ...['01', '02', '03', '04', '05'].map((end) => `24:6F:28:00:01:${end}`),
        ],
        deviceCount: 9,
        data: { sites: 2 },
      }),
      ...Array.from({ length: 60 }, (_, index) => {
        const raisedMs = now - (60 + index) * minuteMs;
        return of({ sinceMs: raisedMs, raisedMs, clearedMs: raisedMs + minuteMs });
      }),
    ]);
  } finally {
    await database.close();
  }
}
