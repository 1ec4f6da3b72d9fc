import { silentLog } from '../../src/main/foundation/log.ts';
import { Database } from '../../src/main/storage/index.ts';
import { storeConformityHistory } from '../support/conformity-history.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';

const views = [
  'device_health',
  'latest_sensor_readings',
  'sensor_data_daily',
  'sensor_data_hourly',
  'sensor_data_semi_hourly',
];

test('views are dropped, created and recreated from the settings; the days are computed before the eyes', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.setTimeout(240_000);
  await application.start();
  await page.goto(application.link());
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet', { timeout: 60_000 });
  await storeConformityHistory(application, { days: 200, minutesBetween: 5, rules: false });
  const database = new Database({
    address: await application.database(),
    applicationName: 'views-spec',
    poolSize: 1,
    log: silentLog,
  });
  try {
    const there = async (): Promise<readonly string[]> => {
      const { rows } = await database.query<{ name: string }>(
        `select viewname as name from pg_views where schemaname = 'public' and viewname = any($1) order by 1`,
        [views],
      );
      return rows.map(({ name }) => name);
    };
    const count = async (relation: string): Promise<number> => {
      const { rows } = await database.query<{ n: number }>(`select count(*)::float8 as n from ${relation}`);
      return rows[0]?.n ?? 0;
    };
    const dialog = page.getByRole('dialog');
    const settled = page.getByRole('status').filter({ hasText: 'All views are there and up to date.' });
    await page.evaluate(() => {
      location.hash = '/settings/stack';
    });
    await expect(settled).toBeVisible({ timeout: 60_000 });
    await expectAccessible(page);
    const readings = await count('sensor_data');

    await page.getByRole('button', { name: 'Drop views' }).click();
    await expect(dialog).toContainText('Every reading stays.');
    await dialog.getByRole('button', { name: 'Keep' }).click();
    await expect(dialog).toBeHidden();
    expect(await there()).toEqual(views);
    await page.getByRole('button', { name: 'Drop views' }).click();
    await dialog.getByRole('button', { name: 'Drop views' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'Views are missing.' })).toBeVisible();
    expect(await there()).toEqual([]);
    expect(await count('sensor_data')).toBe(readings);

    await page.getByRole('button', { name: 'Create views' }).click();
    await expect(page.getByRole('button', { name: 'Recreate views' })).toBeVisible();
    expect(await there()).toEqual(views);

    await page.getByRole('button', { name: 'Recreate views' }).click();
    await dialog.getByRole('button', { name: 'Recreate views' }).click();
    const progress = page.getByRole('progressbar', { name: 'Days computed' });
    await expect(progress).toBeVisible({ timeout: 60_000 });
    expect(Number(await progress.getAttribute('max'))).toBeGreaterThan(0);
    await expect(progress).toBeHidden({ timeout: 120_000 });
    await expect(settled).toBeVisible();
    await expect(page.getByText(/Kept by the application\. Stored until /)).toBeVisible();
    expect(await count('sensor_data')).toBe(readings);
    expect(await count('field.rollup_daily')).toBeGreaterThan(3 * 190);
  } finally {
    await database.close();
  }
  expect(consoleErrors).toEqual([]);
});
