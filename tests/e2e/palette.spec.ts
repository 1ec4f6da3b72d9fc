import { expect, test } from './application-fixture.ts';

test('what is typed right after the shortcut belongs to the palette, and the focus comes back', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await application.start();
  await page.goto(application.link());
  await expect(page.getByText('All ports are free')).toBeVisible();
  const field = page.locator('input.mantine-Spotlight-search');
  const start = page.getByRole('main').getByRole('button', { name: 'Start embedded stack' });

  // In the very event: no key that follows can come before.
  await start.focus();
  const focused = await page.evaluate(() => {
    const keys = { key: 'k', code: 'KeyK', ctrlKey: true, bubbles: true, cancelable: true };
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', keys));
    return document.activeElement?.className ?? '';
  });
  expect(focused).toContain('mantine-Spotlight-search');
  await page.keyboard.press('Escape');
  await expect(field).toBeHidden();
  await expect(start).toBeFocused();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('Settings: Keyboard');
  await expect(field).toHaveValue('Settings: Keyboard');
  await page.keyboard.press('Escape');

  // The same for the button, and from within a field.
  await page.getByRole('button', { name: /Find a device/ }).click();
  await page.keyboard.type('dev');
  await expect(field).toHaveValue('dev');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('ices');
  await expect(field).toHaveValue('devices');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/devices$/);
  await expect(field).toBeHidden();
});
