import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { exportCsv } from '../support/readings-csv.ts';
import { furnishSite } from '../support/furnished-site.ts';
import type { TestApplication } from '../support/application.ts';
import { expect, expectAccessible, fromPalette, test } from './application-fixture.ts';

// Each starts its database twice.
test.setTimeout(180_000);

const mac = '24:6F:28:00:00:01';
const stranger = '24:6F:28:00:00:09';
const noon = Date.UTC(2025, 10, 3, 12);
let folder: string;
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-import-spec-'));
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function openImport(page: Page, application: TestApplication): Promise<void> {
  await application.start();
  await page.goto(application.link());
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet', { timeout: 60_000 });
  await furnishSite(
    application,
    { ref: 'HCS', name: 'Harbour Cold Store' },
    [{ name: 'Cold room', min: 2, max: 8 }],
    [
      {
        mac,
        name: 'S-1',
        position: 'Rack A',
        zone: 'Cold room',
        temperature: 5,
        humidity: 60,
        rssi: -60,
        silentMinutes: 0.1,
      },
    ],
    240,
  );
  // The page must not miss the application that goes.
  await page.goto('about:blank');
  await application.stop();
  await application.start();
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/1 sensor/);
  await fromPalette(page, 'import');
  await expect(page.getByRole('heading', { level: 1, name: 'Import readings' })).toBeVisible();
}

test('an export of ours is checked, imported and undone; an unknown device is adopted on the way', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await openImport(page, application);
  const main = page.getByRole('main');
  await expect(main).toContainText('Nothing was imported yet.');
  await expectAccessible(page);
  const rows = [
    { mac, timeMs: noon, temperature: 5, humidity: 60 },
    { mac, timeMs: noon + 60_000, temperature: 99, humidity: 60 },
    { mac: stranger, timeMs: noon, temperature: 6, humidity: 60 },
  ];
  await page.getByLabel('CSV file').setInputFiles(write('readings.csv', exportCsv(rows)));
  await expect(main).toContainText('Our own export: columns, times and units are known.');
  await page.getByRole('button', { name: 'Check the whole file' }).click();
  await expect(main).toContainText('1 line cannot be imported');
  const faults = page.getByRole('region', { name: 'Lines that cannot be imported' });
  await expect(faults.getByRole('row', { name: /^3 Temperature outside/ })).toContainText('99');
  await expect(main).toContainText('Left out, device not known1');
  await expectAccessible(page);

  await page.getByRole('button', { name: `Adopt ${stranger}` }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('S-9');
  await page.getByRole('dialog').getByRole('button', { name: 'Adopt device' }).click();
  await expect(main).toContainText('Left out, device not known0');
  await expect(main).toContainText('New readings2');
  await page.getByRole('button', { name: 'Import now' }).click();
  await expect(main).toContainText('readings.csv: 2 new, 0 replaced, 0 unchanged.');
  const list = page.getByRole('region', { name: 'Imports' });
  await expect(list).toContainText('2 new, 0 replaced');
  await expectAccessible(page);

  await list.getByRole('button', { name: 'Undo the import of readings.csv' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('The readings that it added go (2)');
  await dialog.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(main).toContainText('Undone: 2 readings removed, 0 restored as before.');
  await expect(list).toContainText('Undone');
});

test('a French logger is understood by a mapping, seen at once, and assigned to a device', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await openImport(page, application);
  const main = page.getByRole('main');
  const text =
    'Enregistreur;Date;Heure;Température;Humidité\nCave;03/11/2025;13:00;5,5;61\nCave;04/11/2025;13:00;5,75;62\n';
  await page.getByLabel('CSV file').setInputFiles(write('cave.csv', Buffer.from(text, 'latin1')));
  await page.getByRole('combobox', { name: 'Time zone' }).fill('Europe/Paris');
  await page.getByRole('combobox', { name: 'Time zone' }).press('Enter');
  await expect(page.getByRole('row', { name: /^2 Cave/ })).toContainText('2025-11-03 12:00:00 UTC');
  await expect(page.getByRole('row', { name: /^3 Cave/ })).toContainText('5.75 °C');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Check the whole file' }).click();
  await expect(main).toContainText('2 readings, not known: left out');
  await expect(page.getByRole('button', { name: 'Import now' })).toBeDisabled();
  await page.getByRole('combobox', { name: 'Device for Cave' }).click();
  await page.getByRole('option', { name: 'S-1' }).click();
  await expect(main).toContainText('New readings2');
  await page.getByRole('button', { name: 'Import now' }).click();
  await expect(main).toContainText('cave.csv: 2 new, 0 replaced, 0 unchanged.');
});

test('wrong files are refused in words; bad lines are told by number', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await openImport(page, application);
  const main = page.getByRole('main');
  const noise = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256));
  for (const [name, content, words] of [
    ['picture.csv', noise, 'The file is no text.'],
    ['empty.csv', '', 'The file is empty.'],
    [
      'heading.csv',
      'device_mac_addr,time,temperature,humidity\n',
      'The file holds no line beyond its heading.',
    ],
  ] as const) {
    await page.getByLabel('CSV file').setInputFiles(write(name, content));
    await expect(main.getByRole('alert')).toContainText(words);
  }
  await expectAccessible(page);
  const good = exportCsv([{ mac, timeMs: noon, temperature: 5, humidity: 60 }]);
  const bad = Array.from({ length: 3000 }, () => '"nonsense').join('\n');
  await page.getByLabel('CSV file').setInputFiles(write('bad.csv', `${good}${bad}\n`));
  await page.getByRole('button', { name: 'Check the whole file' }).click();
  await expect(main).toContainText('The first 100 are shown; all are counted.');
  const faults = page.getByRole('region', { name: 'Lines that cannot be imported' });
  await expect(faults.getByRole('row', { name: /^3 / })).toContainText('nonsense');
  await expect(main).toContainText('New readings1');
});
