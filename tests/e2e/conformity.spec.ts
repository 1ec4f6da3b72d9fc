import { expect, expectAccessible, fromPalette, test } from './application-fixture.ts';
import { dayCell, go, openConformity } from './conformity-page.ts';

/** The day before or after. */
function beside(day: string, step: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + step * 86_400_000).toISOString().slice(0, 10);
}

test('the days of a year tell which rules were kept, by mouse and by keys', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.slow();
  expect(consoleErrors).toEqual([]);
  const { doorDay, silentDay, humidDay } = await openConformity(page, application, true);
  await go(page, '/settings/sites');
  await page.getByRole('link', { name: 'Conformity of Harbour Cold Store' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^\d+ of \d+ days kept every rule$/);
  await expect(dayCell(page, doorDay)).toHaveAccessibleName(
    /3 of 4 rules kept, 1 critical broken$|2 of 4 rules kept, 1 critical broken$/,
  );
  await expect(dayCell(page, humidDay)).toHaveAccessibleName(/3 of 4 rules kept$/);
  await expect(dayCell(page, silentDay)).toHaveAccessibleName(/no readings$/);
  await expectAccessible(page);

  await dayCell(page, doorDay).click();
  const details = page.getByRole('complementary', { name: 'Day' });
  const range = details.getByRole('listitem').filter({ hasText: 'Temperature range' });
  await expect(range).toContainText('Permitted: 2 to 8 °C');
  await expect(range).toContainText('not kept');
  await expect(details).toContainText('288 readings of the site');

  // One cell is in the tab order; the arrows walk, and the day follows.
  await page.keyboard.press('ArrowLeft');
  await expect(dayCell(page, beside(doorDay, -1))).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(dayCell(page, beside(doorDay, -8))).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(dayCell(page, silentDay)).toBeFocused();
  await expect(details).toContainText('No readings on this day');
  await expect(page.locator('button.day[tabindex="0"]')).toHaveCount(1);

  // The door that was left open is an excursion, with a way to its curve.
  const row = page.getByRole('row', { name: /CR1-02/ }).first();
  await expect(row).toContainText('above 8 °C');
  await expect(row).toContainText('14.5 °C');
  await expect(row.getByRole('link')).toHaveAttribute(
    'href',
    /#\/history\?sensors=24%3A6F%3A28%3A00%3A00%3A02&range=\d+~\d+|%7E/,
  );
  await page.getByText('60 min', { exact: true }).click();
  await expect(row).toContainText('14.5 °C');

  await page
    .getByRole('button', { name: /^Show \d{4}$/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/No readings in this year|days kept/);

  // The same from the palette, at every width and in French, and no wider than the window.
  await fromPalette(page, 'Français');
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
  for (const width of [390, 1024, 1280, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('main')].map(
        (e) => e.scrollWidth - e.clientWidth,
      ),
    );
    expect([width, ...wide]).toEqual([width, 0, 0]);
  }
  await expectAccessible(page);
});

test('rules are added, changed and removed; what cannot be right says so under its field', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.slow();
  expect(consoleErrors).toEqual([]);
  await openConformity(page, application, false);
  await fromPalette(page, 'Conformity');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No rules yet');

  const add = page.getByRole('button', { name: 'Add rule' });
  await add.focus();
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog', { name: 'Add rule' });
  const [lowest, highest] = [drawer.getByLabel(/^Lowest allowed/), drawer.getByLabel(/^Highest allowed/)];
  const save = drawer.getByRole('button', { name: 'Save' });
  await lowest.fill('9');
  await expect(save).toBeDisabled();
  await highest.fill('8');
  await expect(highest).toHaveAccessibleDescription('Must not be below the lowest');
  await expect(save).toBeDisabled();
  await lowest.fill('cold');
  await expect(lowest).toHaveAccessibleDescription('That is no number');
  await lowest.fill('2,5');
  await expectAccessible(page);
  await highest.press('Enter');
  await expect(drawer).toBeHidden();
  await expect(add).toBeFocused();
  await expect(page.getByRole('row', { name: /Temperature range/ })).toContainText('2.5 to 8 °C');

  // A share is typed as a percentage, and never above one hundred.
  await add.click();
  await drawer.getByRole('combobox', { name: 'Kind' }).click();
  await page.getByRole('option', { name: 'Readings received' }).click();
  await expect(highest).toHaveCount(0);
  await lowest.fill('950');
  await expect(lowest).toHaveAccessibleDescription('At most 100 %');
  await expect(save).toBeDisabled();
  await lowest.fill('95');
  await save.click();
  await expect(drawer).toBeHidden();
  const share = page.getByRole('row', { name: /Readings received/ });
  await expect(share).toContainText('at least 95 %');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  const exported = await (await download).createReadStream();
  const text = (await exported.toArray()).join('');
  expect(text).toContain('HCS,uptime_ratio,0.95,,MEDIUM');

  await share.getByRole('button', { name: /^Edit rule/ }).click();
  const edit = page.getByRole('dialog', { name: 'Edit rule' });
  await expect(edit.getByLabel(/^Lowest allowed/)).toHaveValue('95');
  await edit.getByLabel(/^Lowest allowed/).fill('12.5');
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(share).toContainText('at least 12.5 %');
  await share.getByRole('button', { name: /^Remove rule/ }).click();
  const question = page.getByRole('dialog', { name: /^Remove the rule/ });
  await expect(question).toContainText('Readings stay');
  await question.getByRole('button', { name: 'Keep' }).click();
  await expect(share).toBeVisible();
  await share.getByRole('button', { name: /^Remove rule/ }).click();
  await question.getByRole('button', { name: 'Remove' }).click();
  await expect(share).toHaveCount(0);

  // A file is looked at first; with a bad line nothing is taken.
  await page.getByRole('button', { name: 'Import' }).click();
  const importer = page.getByRole('dialog', { name: 'Import rules' });
  const choose = (lines: string) =>
    importer.locator('input[type=file]').setInputFiles({
      name: 'rules.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`\uFEFFsite_ref;metric_type;min_allowed;max_allowed\r\n${lines}`),
    });
  await choose('x\r\n'.repeat(150));
  await expect(importer.getByRole('button', { name: 'Correct 150 lines first' })).toBeDisabled();
  await expect(importer.getByText('and 50 more lines')).toBeVisible();
  await choose('HCS;uptime_ratio;95;\r\nNONE;humidity_floor;30;\r\n');
  await expect(importer.getByRole('row', { name: /There is no such site/ })).toContainText('3');
  await expectAccessible(page);
  await choose('HCS;uptime_ratio;95;\r\nHCS;humidity_floor;30,5;\r\n');
  await expect(importer.getByText('1 rule can never be kept')).toBeVisible();
  await importer.getByRole('button', { name: 'Take 2 rules' }).click();
  await expect(importer.getByText('Done: 2 new, 0 replaced, 0 unchanged.')).toBeVisible();
  await importer.getByRole('button', { name: 'Close' }).last().click();
  await expect(share).toContainText('at least 9 500 %');
  await expect(share).toContainText('No day can keep this');
  await importer.waitFor({ state: 'hidden' });
});
