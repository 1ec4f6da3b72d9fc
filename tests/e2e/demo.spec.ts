import { expect, expectAccessible, test } from './application-fixture.ts';

test('the demo shows three live sensors, and one click removes every trace', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  await expect(page.getByRole('img', { name: /Cold room, permitted 2 to 8 °C/ })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Devices', exact: false }).first().click();
  await expect(page.getByRole('row')).toHaveCount(4);
  const stored = page.getByRole('row', { name: /DEMO-01/ });
  await expect(stored).toContainText('Healthy');
  await page.keyboard.press('Control+1');
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet');
});

test('every screen is accessible, light and dark, English and French', async ({ page, application }) => {
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  const pages = [
    '/',
    '/devices',
    '/devices/02:DE:70:00:00:01',
    '/history',
    '/quarantine',
    '/traffic',
    '/alerts',
    '/alerts/log',
    '/alerts/rules',
    '/survey',
    '/settings/display',
    '/settings/sites',
    '/settings/broker',
    '/stack',
    '/settings/stack',
    '/settings/sync',
    '/settings/keyboard',
    '/settings/about',
  ];
  for (const path of pages) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.waitForLoadState('networkidle');
    await test.step(`light ${path}`, () => expectAccessible(page));
  }
  await page.evaluate(() => {
    location.hash = '/settings/display';
  });
  await page.getByRole('radio', { name: /^Dark/ }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByLabel('Language', { exact: true }).first().click();
  await page.getByRole('option', { name: 'Français' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Réglages');
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
  for (const path of pages) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await test.step(`dark ${path}`, () => expectAccessible(page));
  }
});
