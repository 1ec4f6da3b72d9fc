import { silentLog } from '../../src/main/foundation/log.ts';
import { Database, migrate } from '../../src/main/storage/index.ts';
import { migrationOptions } from '../support/storage-bench-options.ts';
import { startPlainPostgres } from '../support/plain-postgres.ts';
import { fillLocal, publishedContent } from '../support/sync-bench.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';

test('a central database is set up, looked at and synced; the status bar says how many rows wait', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.setTimeout(240_000);
  await application.start();
  await page.goto(application.link());
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet', { timeout: 60_000 });
  const server = await startPlainPostgres();
  const open = (address: Database['address']): Database =>
    new Database({ address, applicationName: 'sync-spec', poolSize: 2, log: silentLog });
  const [local, central] = [open(await application.database()), open(server.address)];
  try {
    await migrate(central, migrationOptions);
    await fillLocal(local, { devices: 2, steps: 100, stepSeconds: 600 });
    const strip = page.getByRole('contentinfo');
    await expect(strip.getByRole('link', { name: /Not synced/ })).toContainText('No central database');
    await strip.getByRole('link', { name: /Not synced/ }).click();
    await page.getByRole('button', { name: 'Set up a central database' }).click();
    const { host, port, database, user, password } = server.address;
    await page.getByLabel('Name', { exact: true }).fill('Office');
    await page.getByLabel('Host', { exact: true }).fill(host);
    await page.getByLabel('Port', { exact: true }).fill(String(port));
    await page.getByLabel('Database', { exact: true }).fill(database);
    await page.getByLabel('User', { exact: true }).fill(user);
    await page.getByLabel('Password', { exact: true }).fill(password);
    // Verified unless somebody says otherwise: this server has no TLS.
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByText(/cannot be made secure/)).toBeVisible();
    await page.getByRole('combobox', { name: 'Security' }).click();
    await page.getByRole('option', { name: /Without TLS/ }).click();
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByText(/answers as owner/)).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('403 rows not synced')).toBeVisible();
    await expect(strip).toContainText('403 rows');

    await page.getByRole('button', { name: 'See what would change' }).click();
    await expect(page.getByText('Nothing was changed. This is what a sync would do.')).toBeVisible();
    await expect(page.getByRole('row', { name: /^Readings 200 0 0 0 0/ })).toBeVisible();
    expect((await central.query('select from sensor_data')).rowCount).toBe(0);
    for (const [width, height] of [
      [1280, 800],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: test.info().outputPath(`sync-${width}.png`), fullPage: true });
    }
    await page.setViewportSize({ width: 1280, height: 800 });

    await page.getByRole('button', { name: 'Sync now' }).click();
    await expect(page.getByText('Synced. 0 rows wait.')).toBeVisible({ timeout: 60_000 });
    await expect(strip.getByRole('link', { name: /Not synced/ })).toContainText('0 rows');
    await expect(page.getByText('Sync to Office')).toBeVisible();
    expect(await publishedContent(central)).toEqual(await publishedContent(local));

    // A newer row there is asked about before anything is overwritten.
    await central.query(`update sites set site_name = 'Theirs'`);
    await local.query(`update sites set site_name = 'Ours'`);
    await page.getByRole('button', { name: 'Sync now' }).click();
    await expect(page.getByText('1 row differs from a newer one there')).toBeVisible({ timeout: 60_000 });
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Send ours: HCS' }).click();
    await page.getByRole('button', { name: 'Sync now' }).click();
    await expect(page.getByText('Synced. 0 rows wait.')).toBeVisible({ timeout: 60_000 });
    expect((await central.query('select from sites where site_name = $1', ['Ours'])).rowCount).toBe(1);
    expect(consoleErrors).toEqual([]);
  } finally {
    await Promise.all([local.close(), central.close()]);
    await server.stop();
  }
});
