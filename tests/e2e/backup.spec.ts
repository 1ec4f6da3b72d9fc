import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { testApplication } from '../support/application.ts';
import { furnishSite } from '../support/furnished-site.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';

async function openStackPage(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet');
  await page.goto(`${new URL(page.url()).origin}/#/stack`);
  await expect(page.getByRole('heading', { name: 'Backup', exact: true })).toBeVisible();
}

test('a backup is made, looked into, refused by a full database and restored into an empty one', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await application.start();
  await openStackPage(page, application.link());
  await furnishSite(
    application,
    { ref: 'HCS', name: 'Harbour Cold Store' },
    [{ name: 'Cold room', min: 2, max: 8 }],
    [
      {
        mac: '24:6F:28:00:00:01',
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
  const panel = page.getByRole('region', { name: 'Backup', exact: true });
  await expect(panel).toContainText('No backup yet');
  await panel.getByRole('button', { name: 'Back up now' }).press('Enter');
  await expect(panel).toContainText('Backup written and checked: datayoti-');
  await expect(panel).toContainText('Checked');
  await expect(panel).toContainText(/Last backup .+ Read back and compared\./);
  await expect(panel).toContainText(/, keep 14/);
  const folder = join(application.data, 'backups');
  const [name] = (await readdir(folder)).filter((file) => file.startsWith('datayoti-'));
  expect(name).toMatch(/Z\.zip$/);
  await expectAccessible(page);

  await panel.getByRole('button', { name: 'Restore' }).click();
  const dialog = page.getByRole('dialog', { name: 'Restore a backup' });
  // The dialog takes the focus when it is there; a key pressed before would go where the focus goes then.
  await expect(dialog.getByRole('button', { name: 'Close' }).first()).toBeFocused();
  await dialog.getByRole('button', { name: 'Look inside' }).press('Enter');
  await expect(dialog).toContainText('Harbour Cold Store');
  await expect(dialog).toContainText('The file is whole and as it was written.');
  await expect(dialog).toContainText('The database is not empty');
  await expect(dialog.getByRole('button', { name: 'Restore into this database' })).toBeDisabled();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  const open = (path: string): Promise<void> =>
    page.evaluate((hash) => {
      location.hash = hash;
    }, path);
  await open('/settings/stack');
  await page.getByLabel('Backups to keep').fill('7');
  await page.keyboard.press('Enter');
  await open('/stack');
  await expect(panel).toContainText(', keep 7');
  await open('/settings/stack');
  await page.getByLabel('Folder for backups').fill('backups');
  await expect(page.getByLabel('Folder for backups')).toHaveAccessibleDescription(/A full path, such as/);

  // Another machine: nothing there yet.
  const other = await testApplication();
  try {
    await other.start();
    await openStackPage(page, other.link());
    await page.getByRole('button', { name: 'Restore' }).click();
    await dialog
      .getByRole('textbox', { name: 'Full path of the file on this computer' })
      .fill(join(folder, 'none.zip'));
    await dialog.getByRole('button', { name: 'Look inside' }).click();
    await expect(dialog.getByRole('alert')).toBeVisible();
    await dialog
      .getByRole('textbox', { name: 'Full path of the file on this computer' })
      .fill(join(folder, name ?? ''));
    await dialog.getByRole('button', { name: 'Look inside' }).click();
    await expect(dialog).toContainText('The database is empty: nothing stands in the way.');
    await dialog.getByRole('button', { name: 'Restore into this database' }).click();
    await expect(dialog).toContainText(/Restored: .+ rows\. Everything is there\./, { timeout: 30_000 });
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.keyboard.press('Control+4');
    await expect(page.getByText('S-1')).toBeVisible();
    // The page must not miss the application that goes.
    await page.goto('about:blank');
  } finally {
    await other.cleanUp();
    await rm(folder, { recursive: true, force: true });
  }
});
