import { expect, expectAccessible, fromPalette, test } from './application-fixture.ts';
import { openProvision, plugAnother, tabTo } from './provision-page.ts';

test('firmware of another maker is set up over Improv, by keyboard alone', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await openProvision(page, application);
  const { keyboard } = page;
  await tabTo(page, /^Another demo board/);
  await keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'With firmware of another maker' })).toBeFocused();
  await test.step('open menu', () => expectAccessible(page));
  await keyboard.press('Enter');
  const row = page.getByRole('row', { name: /Demo board 1/ }).first();
  await expect(row).toContainText('demo-lamp, 2.3.1');
  await expect(row.getByRole('checkbox')).not.toBeChecked();
  await test.step('board with other firmware', () => expectAccessible(page));

  await tabTo(page, /^Set up over Improv, Demo board 1/);
  await keyboard.press('Enter');
  const panel = page.getByRole('dialog', { name: 'Improv, Demo board 1' });
  await expect(panel.getByRole('status').first()).toHaveText('Speaks Improv, waits for its network');
  for (const [what, value] of [
    ['Firmware', 'demo-lamp 2.3.1'],
    ['Chip', 'ESP32'],
    ['Device name', 'demo-lamp'],
    ['Host name', 'device-0100'],
    ['Network', 'not connected'],
  ] as const)
    await expect(panel.getByRole('term').filter({ hasText: what }).locator('+ dd')).toHaveText(value);
  const secured = panel.getByRole('radio', { name: /Demo network/ });
  await expect(secured).toHaveAccessibleName(/secured .*54 dBm/);
  await expect(panel.getByRole('radio', { name: /Demo guests/ })).toHaveAccessibleName(/open .*71 dBm/);
  await test.step('panel', () => expectAccessible(page));

  await expect(panel.getByRole('button', { name: 'Join: no network chosen' })).toBeDisabled();
  await secured.focus();
  await keyboard.press('Space');
  await keyboard.press('ArrowDown');
  await expect(panel.getByRole('radio', { name: /Demo guests/ })).toBeChecked();
  await expect(panel.getByText('Open network, no password')).toBeVisible();
  await keyboard.press('ArrowUp');
  await expect(secured).toBeChecked();
  await tabTo(page, /^Wi-Fi password/);
  await keyboard.type('not the password');
  await keyboard.press('Enter');
  await expect(panel.getByRole('status').last()).toHaveText(/^The board is joining Demo network/);
  await expect(panel.getByRole('alert')).toContainText('The board could not join the Wi-Fi network.');
  await test.step('refusal', () => expectAccessible(page));

  await panel.getByLabel('Wi-Fi password').fill('demo-password');
  await panel.getByText('Names on the network').click();
  await panel.getByLabel('Host name').fill('lamp-7');
  await keyboard.press('Enter');
  await expect(panel.getByRole('status').last()).toHaveText('The board has joined Demo network.');
  await expect(panel.getByRole('alert')).toBeHidden();
  await expect(panel.getByRole('term').filter({ hasText: 'Host name' }).locator('+ dd')).toHaveText('lamp-7');
  await expect(panel.getByText('online, Wi-Fi')).toBeVisible();
  const link = panel.getByRole('link', { name: 'Open http://192.168.4.23 in the browser' });
  await expect(link).toHaveAttribute('href', 'http://192.168.4.23');
  await expect(link).toHaveAttribute('rel', 'noreferrer');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await panel.getByRole('button', { name: 'Copy http://192.168.4.23' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('http://192.168.4.23');
  await test.step('joined', () => expectAccessible(page));
  await keyboard.press('Escape');
  await expect(panel).toBeHidden();
});

test('a board that speaks no Improv is told so, as a fact and not as a fault, in both languages', async ({
  page,
  application,
}) => {
  await openProvision(page, application);
  await plugAnother(page, 'With firmware of another maker');
  const row = page.getByRole('row', { name: /Demo board 1/ }).first();
  await expect(row).toContainText('demo-lamp');
  // In its boot loader a board runs no firmware that could answer.
  await row.getByRole('button', { name: /^Serial monitor/ }).click();
  const monitor = page.getByRole('dialog', { name: /Serial monitor/ });
  await monitor.getByRole('button', { name: 'Into boot loader' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Set up over Improv/ }).click();
  const panel = page.getByRole('dialog', { name: 'Improv, Demo board 1' });
  const said = panel.getByRole('status');
  // While the reset goes on the port is taken, which is a failure with words of its own.
  await expect(async () => {
    if (await panel.getByText('Another job works on Demo board 1.').isVisible())
      await panel.getByRole('button', { name: 'Ask again' }).click();
    await expect(said).not.toHaveText('Asking the board who it is …');
    await expect(said).toHaveText('This firmware does not speak Improv.', { timeout: 100 });
  }).toPass();
  await expect(panel.getByRole('alert')).toHaveCount(0);
  await test.step('English, light', () => expectAccessible(page));
  await page.keyboard.press('Escape');
  for (const word of ['Dark', 'Français']) await fromPalette(page, word);
  await page.getByRole('button', { name: /^Configurer par Improv/ }).click();
  const french = page.getByRole('dialog', { name: 'Improv, Demo board 1' });
  await expect(french.getByRole('status')).toHaveText('Ce micrologiciel ne parle pas Improv.');
  await test.step('French, dark', () => expectAccessible(page));
});
