import { readFileSync } from 'node:fs';
import type { Download } from '@playwright/test';
import { PNG } from 'pngjs';
import { stories } from '../support/furnished-history.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';
import { all, chart, dayMs, go, openHistory, withDatabase } from './history-page.ts';

test.use({ timezoneId: 'Europe/Paris' });

async function contentOf(download: Download): Promise<string> {
  return readFileSync(await download.path(), 'utf8');
}

test('files: readings as CSV, whole and streamed, and a picture', async ({ page, application }) => {
  test.slow();
  await page.addInitScript(() => {
    // The browser's dialog cannot be pressed from here; without it the page gathers the file itself.
    Reflect.deleteProperty(window, 'showSaveFilePicker');
  });
  await openHistory(page, application);
  const [from, to] = [Date.now() - 3 * dayMs, Date.now() - 2 * dayMs];
  await go(page, `/history?sensors=${all}&range=${from}~${to}`);
  await expect(chart(page, 'Temperature')).toHaveAccessibleName(/A, CR1-04: \d/);
  const expected = await withDatabase(application, async (database) => {
    const { rows } = await database.query<{ n: number }>(
      `select count(*)::int as n from sensor_data where device_mac_addr = any($1)
       and time >= to_timestamp($2::float8 / 1000) and time < to_timestamp($3::float8 / 1000)`,
      [stories.map(({ mac }) => mac), from, to],
    );
    return rows[0]?.n ?? 0;
  });
  expect(expected).toBeGreaterThan(3_000);

  await page.getByRole('button', { name: 'Export CSV' }).click();
  const dialog = page.getByRole('dialog');
  await expectAccessible(page);
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: 30_000 }),
    dialog.getByRole('button', { name: 'Save file' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^HCS_3-sensors_\d{4}-\d\d-\d\d_\d{4}-\d\d-\d\d_raw\.csv$/);
  const lines = (await contentOf(download)).trimEnd().split(/\r?\n/);
  expect(lines[0]).toContain('device_mac_addr,');
  expect(lines.length - 1).toBe(expected);
  await expect(dialog.getByRole('status')).toContainText('Saved');

  await test.step('where the browser lets a page write a file, the same text is streamed into it', async () => {
    await page.evaluate(() => {
      Object.assign(window, {
        showSaveFilePicker: async () =>
          (await navigator.storage.getDirectory()).getFileHandle('streamed.csv', { create: true }),
      });
    });
    await dialog.getByRole('button', { name: 'Save file' }).click();
    await expect
      .poll(() =>
        page.evaluate(async () => {
          const folder = await navigator.storage.getDirectory();
          const handle = await folder.getFileHandle('streamed.csv', { create: true });
          return (await handle.getFile()).text();
        }),
      )
      .toBe(await contentOf(download));
    await page.evaluate(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  });

  await test.step('means of an hour', async () => {
    await dialog.getByText('Means of 1 h').click();
    const [hourly] = await Promise.all([
      page.waitForEvent('download', { timeout: 30_000 }),
      dialog.getByRole('button', { name: 'Save file' }).click(),
    ]);
    expect(hourly.suggestedFilename()).toMatch(/_hourly\.csv$/);
    const rows = (await contentOf(hourly)).trimEnd().split(/\r?\n/).length - 1;
    // 24 or 25 hours are touched by a day; one sensor was silent for a part of it.
    expect(rows).toBeGreaterThan(3 * 24 - 12);
    expect(rows).toBeLessThanOrEqual(3 * 25);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  });

  await test.step('the picture is drawn twice as fine, with the lines in it', async () => {
    const [picture] = await Promise.all([
      page.waitForEvent('download', { timeout: 30_000 }),
      page.getByRole('button', { name: 'PNG' }).click(),
    ]);
    expect(picture.suggestedFilename()).toMatch(/^HCS_3-sensors_.*\.png$/);
    const { width, height, data } = PNG.sync.read(readFileSync(await picture.path()));
    expect(width).toBe(2_800);
    expect(height).toBeGreaterThan(1_200);
    const inked = { blue: 0, orange: 0 };
    for (let at = 0; at < data.length; at += 4) {
      const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
      if (red === 0x21 && green === 0x42 && blue === 0xc8) inked.blue++;
      if (red === 0xb8 && green === 0x5a && blue === 0) inked.orange++;
    }
    expect(inked.blue).toBeGreaterThan(2_000);
    expect(inked.orange).toBeGreaterThan(1_000);
  });
});
