import { readdir, rm, writeFile } from 'node:fs/promises';
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
  await expect(panel).toContainText(/, keep\s14/);
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

  await writeFile(join(folder, 'datayoti-20200101T000000Z.zip'), 'cut off');
  await panel.getByRole('button', { name: 'Back up now' }).press('Enter');
  await expect(panel).toContainText('3 backups kept');
  await panel.getByText('3 backups kept').click();
  const kept = panel.getByRole('list', { name: 'Backups kept' }).getByRole('listitem');
  await expect(kept).toHaveCount(3);
  const damaged = kept.filter({ hasText: 'Cannot be opened' });
  await damaged.getByRole('button', { name: /^Remove the backup of / }).click();
  const removal = page.getByRole('dialog', { name: 'Remove a backup' });
  await expect(removal).toContainText('datayoti-20200101T000000Z.zip');
  await expectAccessible(page);
  await removal.getByRole('button', { name: 'Keep' }).click();
  await expect(kept).toHaveCount(3);
  await damaged.getByRole('button', { name: /^Remove the backup of / }).click();
  await removal.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(kept).toHaveCount(2);
  const [newest] = (await readdir(folder)).toSorted().toReversed();
  await kept
    .first()
    .getByRole('button', { name: /^Remove the backup of / })
    .click();
  await expect(removal).toContainText(newest ?? '');
  await removal.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(panel).toContainText('1 backup kept');
  expect(await readdir(folder)).toEqual([name]);
  await expectAccessible(page);

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
  const other = await testApplication({ ready: true });
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
    await page.keyboard.press('Control+5');
    await expect(page.getByText('S-1')).toBeVisible();
    // The page must not miss the application that goes.
    await page.goto('about:blank');
  } finally {
    await other.cleanUp();
    await rm(folder, { recursive: true, force: true });
  }
});
