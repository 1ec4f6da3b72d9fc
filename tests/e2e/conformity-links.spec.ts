import type { Page } from '@playwright/test';
import { expect, test } from './application-fixture.ts';
import { dayCell, go, openConformity } from './conformity-page.ts';

const title = (page: Page) => page.getByRole('heading', { level: 1 });
const site = (page: Page) => page.getByRole('combobox', { name: 'Site', exact: true });
const navigation = (page: Page) => page.getByRole('navigation', { name: 'Pages' });
const tabs = (page: Page) => page.getByRole('navigation', { name: 'Readings: history or conformity' });
const temperature = (page: Page) => page.getByRole('img', { name: /^Temperature\./ });

test('ways between Conformity, History and a device, and each address opens the same again', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.slow();
  expect(consoleErrors).toEqual([]);
  const { doorDay, humidDay } = await openConformity(page, application, true);
  await go(page, '/conformity');
  await expect(title(page)).toHaveText(/days kept every rule$/);

  await test.step('the tabs lead there and back, and the navigation stays at History', async () => {
    for (const [tab, heading] of [
      ['History', /^History$/],
      ['Conformity', /days kept every rule$/],
    ] as const) {
      await tabs(page).getByRole('link', { name: tab }).click();
      await expect(title(page)).toHaveText(heading);
      await expect(tabs(page).getByRole('link', { name: tab })).toHaveAttribute('aria-current', 'page');
      await expect(navigation(page).getByRole('link', { name: 'History' })).toHaveClass('active');
      await expect(navigation(page).locator('.active')).toHaveCount(1);
    }
  });

  await test.step('a day stays chosen after a reload, and so does its site', async () => {
    const details = page.getByRole('complementary', { name: 'Day' });
    await dayCell(page, humidDay).click();
    await expect(page).toHaveURL(new RegExp(`#/conformity\\?site=HCS&day=${humidDay}$`));
    await page.reload();
    await expect(dayCell(page, humidDay)).toHaveAttribute('aria-pressed', 'true');
    await expect(site(page)).toHaveValue('Harbour Cold Store');
    await expect(details.getByRole('listitem').filter({ hasText: 'Highest humidity' })).toContainText(
      'not kept',
    );
    await details.getByRole('link', { name: 'Show this day in History' }).click();
    await expect(temperature(page)).toHaveAccessibleName(/CR1-01: \d.*CR1-02: \d.*CR1-03: \d/);
  });

  await test.step('another site of the header is another site of the address', async () => {
    await go(page, `/conformity?site=LAB&day=${humidDay}`);
    await expect(title(page)).toHaveText('No rules yet');
    await expect(site(page)).toHaveValue('Laboratory');
    await site(page).click();
    await page.getByRole('option', { name: 'Harbour Cold Store' }).click();
    await expect(page).toHaveURL(new RegExp(`site=HCS&day=${humidDay}$`));
    await expect(title(page)).toHaveText(/days kept every rule$/);
    await go(page, '/conformity?site=NONE&day=2025-02-30');
    await expect(page).toHaveURL(/#\/conformity\?site=HCS$/);
    await expect(title(page)).toHaveText(/days kept every rule$/);
  });

  await test.step('an excursion leads to its curve, which is still there after a reload', async () => {
    const row = page.getByRole('row', { name: /CR1-02/ }).first();
    const start = Date.parse(`${doorDay}T10:00:00Z`);
    await row.getByRole('link', { name: /^Show in History: CR1-02/ }).click();
    for (const again of [false, true]) {
      if (again) await page.reload();
      await expect(temperature(page)).toHaveAccessibleName(/^Temperature\. A, CR1-02: [\d.]+ to 14\.5 °C$/);
      await expect(page.getByRole('checkbox', { name: /CR1-02/ })).toBeChecked();
      await expect(page.getByRole('checkbox', { name: /CR1-01/ })).not.toBeChecked();
      const [, from = '', to = ''] = /range=(\d+)~(\d+)/.exec(decodeURIComponent(page.url())) ?? [];
      expect(Number(from)).toBeLessThan(start);
      expect(Number(from)).toBeGreaterThan(start - 3 * 3_600_000);
      expect(Number(to)).toBeGreaterThan(start + 3 * 3_600_000);
      expect(Number(to)).toBeLessThan(start + 6 * 3_600_000);
    }
  });

  await test.step('a device leads to the days of its own site', async () => {
    await site(page).click();
    await page.getByRole('option', { name: 'Laboratory' }).click();
    await go(page, '/devices/24:6F:28:00:00:02');
    await page.getByRole('main').getByRole('link', { name: 'Conformity' }).click();
    await expect(page).toHaveURL(/#\/conformity\?site=HCS$/);
    await expect(site(page)).toHaveValue('Harbour Cold Store');
    await expect(title(page)).toHaveText(/days kept every rule$/);
    await page.reload();
    await expect(title(page)).toHaveText(/days kept every rule$/);
    await expect(site(page)).toHaveValue('Harbour Cold Store');
  });
});
