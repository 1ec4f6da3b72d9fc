import { readFile } from 'node:fs/promises';
import { furnishSite } from '../support/furnished-site.ts';
import { expect, expectAccessible, picture, test } from './application-fixture.ts';

const macOf = (index: number): string =>
  `24:6F:28:00:${[8, 0].map((shift) => ((index >> shift) & 255).toString(16).padStart(2, '0')).join(':')}`.toUpperCase();

test('the fleet: verdicts with their reasons, order, columns, groups, saved views and the list as a file', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.setTimeout(150_000);
  expect(consoleErrors).toEqual([]);
  await application.start();
  await page.goto(application.link());
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet');
  const sensor = (index: number, rest = {}) => ({
    mac: macOf(index),
    name: `S-${index}`,
    position: `Rack ${index}`,
    zone: 'Cold room',
    humidity: 70,
    temperature: 3 + index / 10,
    rssi: -60,
    silentMinutes: 0,
    ...rest,
  });
  await furnishSite(
    application,
    { ref: 'HCS', name: 'Harbour cold store' },
    [{ name: 'Cold room', min: 2, max: 8 }],
    [...Array.from({ length: 12 }, (_, index) => sensor(index)), sensor(12, { silentMinutes: 700 })],
    240,
  );
  await page.goto(`${new URL(page.url()).origin}/#/stack`);
  await page.getByRole('button', { name: 'Restart stack' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restart stack' }).click();
  await page.keyboard.press('Control+5');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('13 sensors, 1 to visit');
  const silent = page.getByRole('row', { name: /S-12/ });
  // It was silent before the application listened: that is no proof that it is off.
  await expect(silent).toContainText('Unknown');
  await expect(silent).toContainText(/Last heard 11 h 4\d min ago/);
  await expectAccessible(page);

  const firstName = page.locator('.devices tbody th a').first();
  const head = page.getByRole('columnheader', { name: 'Temperature, limits' });
  await head.getByRole('button').click();
  await expect(head).toHaveAttribute('aria-sort', 'ascending');
  await expect(firstName).toHaveText('S-0');
  await page.keyboard.press('Enter');
  await expect(head).toHaveAttribute('aria-sort', 'descending');
  await expect(firstName).toHaveText('S-12');

  await page.getByRole('button', { name: 'Columns', exact: true }).click();
  await page.getByLabel('MAC', { exact: true }).check();
  await page.getByLabel('Uptime').uncheck();
  await page.getByLabel('Group by site').check();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('columnheader', { name: 'MAC' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Uptime' })).toHaveCount(0);
  await expect(page.getByRole('rowheader', { name: 'Harbour cold store 13 sensors' })).toBeVisible();
  await picture(page, 'fleet');

  await page.getByLabel('Name, MAC, position').fill('Rack 1');
  await expect(page.locator('.devices tbody th a')).toHaveCount(4);
  await page.getByRole('button', { name: 'Views', exact: true }).click();
  await page.getByLabel('Save what is shown as').fill('Rack one');
  await page.keyboard.press('Enter');
  const views = page.getByRole('button', { name: 'Views: Rack one' });
  await expect(views).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByLabel('Name, MAC, position').fill('');
  await expect(page.locator('.devices tbody th a')).toHaveCount(13);
  // It is kept with the installation, not with the page.
  await page.reload();
  await expect(page.locator('.devices tbody th a')).toHaveCount(13);
  await page.getByRole('button', { name: 'Views', exact: true }).click();
  await page.getByRole('button', { name: 'Rack one', exact: true }).click();
  await expect(page.locator('.devices tbody th a')).toHaveText(['S-12', 'S-11', 'S-10', 'S-1']);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export list' }).click(),
  ]);
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
  expect(lines[0]).toContain('device_mac_addr');
  expect(lines.slice(1).map((line) => /24:6F:28:[0-9A-F:]+/.exec(line)?.[0])).toEqual(
    [12, 11, 10, 1].map(macOf),
  );

  await views.click();
  await page.getByRole('button', { name: 'Remove the view Rack one' }).click();
  await expect(page.getByText('No view is saved yet.')).toBeVisible();
});
