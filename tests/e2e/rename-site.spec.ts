import { furnishSite } from '../support/furnished-site.ts';
import { expect, expectAccessible, test } from './application-fixture.ts';

test('a site is renamed by the keyboard alone, and shows its new name everywhere at once', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  await furnishSite(application, { ref: 'HCS', name: 'Harbor' }, [], []);
  await page.evaluate(() => {
    location.hash = '/stack';
  });
  await page.getByRole('main').getByRole('button', { name: 'Restart stack' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restart stack' }).click();

  const selector = page.getByRole('combobox', { name: 'Site', exact: true });
  await expect(async () => {
    await selector.click();
    await page.getByRole('option', { name: 'Harbor' }).click({ timeout: 1_000 });
  }).toPass();
  await selector.press('Enter');
  await page.getByRole('option', { name: 'Rename site' }).click();
  await expect(page).toHaveURL(/settings\/sites/);
  await expect(selector).toHaveValue('Harbor');

  const rename = page.getByRole('button', { name: 'Rename site Harbor' });
  await rename.focus();
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog', { name: 'Rename site HCS' });
  const name = drawer.getByLabel('Site name');
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription(/HCS stays/);
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(rename).toBeFocused();

  await page.keyboard.press('Enter');
  await name.fill('  ');
  await expect(name).toHaveAccessibleDescription(/needs a name/);
  await expect(drawer.getByRole('button', { name: 'Save' })).toBeDisabled();
  await name.fill('Harbour Cold Store');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Quay 4, gate by the crane');
  await name.focus();
  await page.keyboard.press('Enter');
  await expect(drawer).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Harbour Cold Store' })).toBeVisible();
  await expect(page.getByText('Quay 4, gate by the crane')).toBeVisible();
  await expect(selector).toHaveValue('Harbour Cold Store');

  // What the drawer shows next is what was stored, not what it remembers.
  await page.reload();
  await page.getByRole('button', { name: 'Rename site Harbour Cold Store' }).click();
  await expect(name).toHaveValue('Harbour Cold Store');
  await expect(drawer.getByLabel('Description')).toHaveValue('Quay 4, gate by the crane');
});
