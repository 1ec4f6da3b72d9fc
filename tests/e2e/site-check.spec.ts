import { readFileSync } from 'node:fs';
import { expect, expectAccessible, fromPalette, picture, test } from './application-fixture.ts';

const widths = [
  { width: 1440, height: 900 },
  { width: 1280, height: 800 },
  { width: 1024, height: 720 },
  { width: 390, height: 844 },
];

test('one button checks a site: passes and failures with their reasons, kept, downloaded and removed', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.slow();
  expect(consoleErrors).toEqual([]);
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  await page.keyboard.press('Control+5');
  await page.getByRole('link', { name: /^Commissioning check of / }).click();
  const title = page.getByRole('heading', { level: 1 });
  await expect(title).toHaveText('Not checked yet');
  await expectAccessible(page);

  await page.getByLabel('Readings in a row').fill('99');
  await expect(page.getByLabel('Readings in a row')).toHaveAccessibleDescription('From 2 to 30');
  await page.getByRole('button', { name: 'Run check' }).click();
  await expect(title).toHaveText('Not checked yet');
  await page.getByLabel('Weakest signal, dBm').fill('-20');
  await expect(page.getByLabel('Weakest signal, dBm')).toHaveAccessibleDescription(/^From −100 to −30/);
  await page.getByLabel('Weakest signal, dBm').fill('-99');
  // Thirty readings of two seconds each: long enough to be cancelled.
  await page.getByLabel('Readings in a row').fill('30');
  await page.getByRole('button', { name: 'Run check' }).click();
  await expect(title).toHaveText('0 of 3 devices are ready');
  await expect(page.getByRole('progressbar', { name: 'Devices that are ready' })).toHaveAttribute(
    'aria-valuemax',
    '100',
  );
  await expect(page.getByText('at the latest')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Cancel check' }).click();
  await expect(title).toHaveText('Not checked yet');
  await expect(page.getByText('None yet.')).toBeVisible();

  await page.getByLabel('Readings in a row').fill('2');
  await page.getByLabel('Your name').fill('Ada');
  await page.getByRole('button', { name: 'Run check' }).click();
  await expect(page.getByRole('heading', { name: 'Result' })).toBeVisible({ timeout: 60_000 });
  const result = page.getByRole('list', { name: 'Result' });
  await expect(result.getByRole('group')).toHaveCount(3);
  await expect(page.getByRole('main')).toContainText('By Ada.');
  const first = await title.textContent();

  await page.getByText('Stored readings').click();
  await page.getByLabel('Firmware version').fill('9.9.9');
  await page.getByRole('button', { name: 'Run check' }).click();
  await expect(page.getByText('Firmware 9.9.9.')).toBeVisible();
  await picture(page, 'site-check');
  const runs = page.getByRole('complementary').getByRole('button', { pressed: true });
  await expect(runs).toHaveCount(1);
  await expect(page.getByRole('complementary').getByRole('button', { name: /passed/ })).toHaveCount(2);
  await expectAccessible(page);
  for (const size of widths) {
    await page.setViewportSize(size);
    const beyond = await page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth);
    expect([size.width, beyond]).toEqual([size.width, 0]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^check-.+-\d{4}-\d\d-\d\d-\d+\.csv$/);
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(lines).toHaveLength(1 + 3 * 7);
  expect(lines.filter((line) => line.includes(',firmware,'))).toHaveLength(3);

  await page
    .getByRole('button', { name: /^Remove the check of / })
    .first()
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('complementary').getByRole('button', { name: /passed/ })).toHaveCount(1);
  await expect(page.getByText('Firmware 9.9.9.')).toBeHidden();
  await expect(title).toHaveText(first ?? '');
});

test('a site without devices, one that does not exist, a stopped stack; French and dark', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.slow();
  expect(consoleErrors).toEqual([]);
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  await page.evaluate(() => {
    location.hash = '/settings/sites';
  });
  await page.getByLabel('Site code').fill('EMPTY');
  await page.getByLabel('Site name').fill('Empty hall');
  await page.getByRole('button', { name: 'Create site' }).click();
  await page.getByRole('link', { name: 'Commissioning check of Empty hall' }).click();
  await expect(page.getByRole('heading', { name: 'This site has no devices' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Run check' })).toBeDisabled();
  await expectAccessible(page);
  await page.evaluate(() => {
    location.hash = '/sites/NOWHERE/check';
  });
  await expect(page.getByRole('heading', { name: 'That site does not exist' })).toBeVisible();
  await expectAccessible(page);

  await fromPalette(page, 'Commissioning check of Demo');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not checked yet');
  await page.getByText('Stored readings').click();
  await page.getByRole('button', { name: 'Run check' }).click();
  await expect(page.getByRole('list', { name: 'Result' })).toBeVisible();
  await fromPalette(page, 'Français');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(page.getByRole('button', { name: 'Lancer le contrôle' })).toBeVisible();
  await expectAccessible(page);
  for (const size of widths) {
    await page.setViewportSize(size);
    const beyond = await page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth);
    expect([size.width, beyond]).toEqual([size.width, 0]);
  }
  await page.keyboard.press('Control+Shift+S');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /Arrêter/ })
    .click();
  await expect(page.getByText('La pile est arrêtée : rien ne peut être contrôlé.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Lancer le contrôle' })).toBeDisabled();
});
