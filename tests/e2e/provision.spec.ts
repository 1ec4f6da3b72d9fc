import { readFile } from 'node:fs/promises';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database } from '../../src/main/storage/index.ts';
import type { TestApplication } from '../support/application.ts';
import { expect, expectAccessible, fromPalette, test } from './application-fixture.ts';
import { openProvision, tabTo } from './provision-page.ts';

const demoBoardMac = '02:DE:70:00:01:00';
const firstReadingLimitMs = 60_000;

interface StoredReading {
  readonly temperature: number;
  readonly humidity: number;
}

/** What the database holds of one device, oldest first. */
async function storedReadings(application: TestApplication, mac: string): Promise<readonly StoredReading[]> {
  const database = new Database({
    address: await application.database(),
    applicationName: 'test',
    poolSize: 1,
    log: silentLog,
  });
  try {
    const { rows } = await database.query<StoredReading>(
      'select temperature, humidity from sensor_data where device_mac_addr = $1 order by time',
      [mac],
    );
    return rows;
  } finally {
    await database.close();
  }
}

test('a demo board goes from plugging in to its stored first reading, with three decisions', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await openProvision(page, application);
  const begun = Date.now();
  await page.getByRole('button', { name: 'Plug in a demo board' }).click();
  const row = page.getByRole('row', { name: /Demo board 1/ });
  await expect(row).toContainText('Blank');
  await expect(row.getByRole('checkbox')).toBeChecked();
  await expect(row).toContainText('DEMO-04');
  const flash = page.getByRole('button', { name: /^Flash/ }).last();
  await expect(flash).toHaveText('Flash: the Wi-Fi network is missing');
  await page.getByLabel('Wi-Fi network').fill('Réseau de démo');
  await page.getByLabel('Wi-Fi password').fill('eight or more');
  await expect(flash).toHaveText('Flash 1 board');
  await flash.click();

  const lane = page.getByRole('region', { name: 'DEMO-04' });
  await expect(lane).toContainText('Ready, unplug', { timeout: firstReadingLimitMs });
  expect(Date.now() - begun).toBeLessThan(firstReadingLimitMs);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 ready');
  await expect(lane).toContainText(/\d\.\d °C/);
  await expect(lane).toContainText('dBm');
  await expect(lane.getByRole('img', { name: /Label of DEMO-04/ })).toBeVisible();
  const [stored] = await storedReadings(application, demoBoardMac);
  expect(stored?.temperature).toBeCloseTo(4.4, -1);
  // What the lane shows goes on with the board; each of it was stored.
  const shownIsStored = async (): Promise<boolean> => {
    const [, shown] = /(-?\d+\.\d) °C/.exec((await lane.textContent()) ?? '') ?? [];
    const readings = await storedReadings(application, demoBoardMac);
    return readings.some(({ temperature }) => temperature.toFixed(1) === shown);
  };
  await expect.poll(shownIsStored).toBe(true);

  await page.getByRole('button', { name: 'Continue to labels' }).click();
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download PDF' }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe('label-DEMO-04.pdf');
  const file = await readFile(await download.path());
  expect(file.subarray(0, 5).toString()).toBe('%PDF-');
  expect(file.length).toBeGreaterThan(2_000);

  // The browser has no paper here: what it would print is taken as a PDF of its own.
  await page.evaluate(() => {
    URL.revokeObjectURL = () => undefined;
    window.print = () => {
      const sheet = document.querySelector('.print-sheet');
      if (sheet !== null) document.body.append(sheet.cloneNode(true));
    };
  });
  await page.getByRole('button', { name: 'Print 1 label' }).click();
  await expect(page.locator('.print-sheet img')).toHaveCount(1);
  const printed = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  const pages = [...printed.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
  // Points of 1/72 inch.
  expect(pages.map(([, width, height]) => [Math.round(Number(width)), Math.round(Number(height))])).toEqual([
    [176, 82],
  ]);
});

test('every step of provisioning is accessible, light and dark', async ({ page, application }) => {
  await openProvision(page, application);
  await test.step('no board, light', () => expectAccessible(page));
  await page.getByRole('button', { name: 'Plug in a demo board' }).click();
  await expect(page.getByRole('row', { name: /Demo board 1/ })).toContainText('Blank');
  await test.step('board, light', () => expectAccessible(page));
  await page.getByRole('combobox', { name: 'Sensor' }).click();
  await expect(page.getByRole('option', { name: 'DHT11' })).toBeVisible();
  await test.step('open list, light', () => expectAccessible(page));
  await page.keyboard.press('Escape');
  await page.getByLabel('Wi-Fi network').fill('Demo');
  await page.getByLabel('This network has no password').check();
  await page.getByRole('button', { name: 'Flash 1 board' }).click();
  await expect(page.getByRole('region', { name: 'DEMO-04' })).toBeVisible();
  await test.step('at work, light', () => expectAccessible(page));
  await expect(page.getByRole('region', { name: 'DEMO-04' })).toContainText('Ready, unplug', {
    timeout: firstReadingLimitMs,
  });
  const steps = page.getByRole('list', { name: 'Steps' });
  for (const theme of ['light', 'dark']) {
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    for (const step of ['Boards and settings', 'Flash and verify', 'Labels']) {
      await steps.getByRole('button', { name: step }).click();
      await expect(steps.getByRole('button', { name: step })).toHaveAttribute('aria-current', 'step');
      await test.step(`${step}, ${theme}`, () => expectAccessible(page));
    }
    await steps.getByRole('button', { name: 'Boards and settings' }).click();
    await page.getByRole('button', { name: 'Details of the board on Demo board 1' }).click();
    await test.step(`details of a board, ${theme}`, () => expectAccessible(page));
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Light or dark' }).click();
  }
});

test('the keyboard alone takes a board to its label, with the focus in sight at every stop', async ({
  page,
  application,
}) => {
  await openProvision(page, application);
  const { keyboard } = page;
  await tabTo(page, /^Plug in a demo board/);
  await keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /Demo board 1/ }).getByRole('checkbox')).toBeChecked();
  await tabTo(page, /^Wi-Fi network/);
  await keyboard.type('Demo');
  await tabTo(page, /^Wi-Fi password/);
  await keyboard.type('12345678');
  await tabTo(page, /^Flash 1 board/);
  await keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'DEMO-04' })).toContainText('Ready, unplug', {
    timeout: firstReadingLimitMs,
  });
  expect(await storedReadings(application, demoBoardMac)).not.toEqual([]);
  await tabTo(page, /^Continue to labels/);
  await keyboard.press('Enter');
  await tabTo(page, /^Download PDF/);
  const waiting = page.waitForEvent('download');
  await keyboard.press('Enter');
  expect((await waiting).suggestedFilename()).toBe('label-DEMO-04.pdf');
});

test('whether labels are printed when verified is remembered; a browser asks for it first', async ({
  page,
  application,
}) => {
  await openProvision(page, application);
  const print = page.getByRole('switch', { name: 'Print labels when verified' });
  await expect(print).not.toBeChecked();
  // Its label is the target; it turns when the choice is kept.
  await page.getByText('Print labels when verified').click();
  await expect(print).toBeChecked();
  await page.reload();
  await expect(print).toBeChecked();
  await application.stop();
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  await page.keyboard.press('Control+2');
  await expect(print).toBeChecked();
  await page.getByText('Print labels when verified').click();
  await expect(print).not.toBeChecked();
  await page.reload();
  await expect(print).not.toBeChecked();
});

test('a wrong entry is answered beside its field, in English and French', async ({ page, application }) => {
  await openProvision(page, application);
  const words = {
    en: {
      ssid: 'Wi-Fi network',
      password: 'Wi-Fi password',
      long: 'Longer than 32 bytes',
      short: 'At least 8 characters',
    },
    fr: {
      ssid: 'Réseau Wi-Fi',
      password: 'Mot de passe Wi-Fi',
      long: 'Plus de 32 octets',
      short: 'Au moins 8 caractères',
    },
  };
  for (const { ssid, password, long, short } of [words.en, words.fr]) {
    const network = page.getByLabel(ssid);
    // 17 characters, 34 bytes.
    await network.fill('é'.repeat(17));
    await expect(network).toHaveAccessibleDescription(long);
    await network.fill('é'.repeat(16));
    await expect(network).not.toHaveAccessibleDescription(long);
    const secret = page.getByLabel(password, { exact: true });
    await secret.fill('12345');
    await expect(secret).toHaveAccessibleDescription(short);
    await secret.fill('12345678');
    await expect(secret).not.toHaveAccessibleDescription(short);
    await fromPalette(page, 'Français');
    await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
  }
});

test('a board is backed up, erased and restored; its device shows how it was commissioned', async ({
  page,
  application,
}) => {
  // The board's line is as slow as a real one, and all of it goes over it three times.
  test.slow();
  await openProvision(page, application);
  await page.getByRole('button', { name: 'Plug in a demo board' }).click();
  await page.getByLabel('Wi-Fi network').fill('Demo');
  await page.getByLabel('Wi-Fi password').fill('12345678');
  await page.getByRole('button', { name: 'Flash 1 board' }).click();
  await expect(page.getByRole('region', { name: 'DEMO-04' })).toContainText('Ready, unplug', {
    timeout: firstReadingLimitMs,
  });
  await page.getByRole('button', { name: 'Boards and settings' }).click();
  await page.getByRole('button', { name: 'Rescan' }).click();
  const row = page.getByRole('row', { name: /Demo board 1/ });
  await expect(row).toContainText('DEMO-04, 1.0.0');
  await row.getByRole('checkbox').check();
  await page.getByLabel('Reading every').fill('30');
  await row.getByRole('button', { name: /^Details/ }).click();
  const details = page.getByRole('dialog', { name: 'Board on Demo board 1' });
  await expect(details.getByRole('row', { name: /Interval/ })).toHaveText(/60\s*30/);
  await expect(details.getByRole('row', { name: /nvs/ })).toContainText('0x9000');

  await details.getByRole('button', { name: 'Back up now' }).click();
  await details.getByRole('button', { name: 'Cancel' }).click();
  await expect(details.getByRole('button', { name: 'Back up now' })).toBeEnabled();
  await expect(details.getByText('The backup is kept on this machine.')).toBeHidden();
  await details.getByRole('button', { name: 'Back up now' }).click();
  await expect(details.getByText('The backup is kept on this machine.')).toBeVisible({ timeout: 60_000 });
  await details.getByRole('button', { name: 'Erase the whole chip' }).click();
  await page.getByRole('dialog').last().getByRole('button', { name: 'Erase the whole chip' }).click();
  await expect(details.getByText('There is no partition table on this board.')).toBeVisible();
  await details.getByRole('button', { name: /^Restore/ }).click();
  await page.getByRole('dialog').last().getByRole('button', { name: 'Restore' }).click();
  await expect(details.getByRole('row', { name: /Interval/ })).toHaveText(/60\s*30/, { timeout: 60_000 });
  await details.getByRole('button', { name: 'Unplug the demo boards' }).click();
  await expect(page.getByRole('heading', { name: 'No board is connected' })).toBeVisible();

  await page.evaluate((hash) => {
    location.hash = hash;
  }, `/devices/${demoBoardMac}`);
  await expect(page.getByText('The chain of records is intact.')).toBeVisible();
  await expect(page.getByRole('row', { name: /Ready/ })).toContainText('°C');
  await expectAccessible(page);
});
