import { expect, expectAccessible, test } from './application-fixture.ts';
import { openProvision } from './provision-page.ts';

test('while a batch is locked nothing but start and stop can be touched, wherever it is', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await openProvision(page, application);
  const { keyboard } = page;
  await page.getByLabel('Wi-Fi network').fill('Demo');
  await page.getByLabel('This network has no password').check();
  await page.getByRole('button', { name: 'Plug in a demo board' }).click();
  await expect(page.getByRole('row', { name: /Demo board 1/ })).toContainText('Blank');
  await page.getByText('Lock the page while it runs').click();
  await page.getByText('Start when plugged in').click();
  await expect(page.getByRole('status').filter({ hasText: 'Locked for the batch' })).toBeVisible();
  await expect(page).toHaveURL(/#\/provision$/);

  // The keyboard reaches the page's own buttons, and nothing around them.
  const reached = new Set<string>();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (let step = 0; step < 12; step++) {
    await keyboard.press('Tab');
    // After the last one the browser itself has the focus, for the page that is its body.
    const words = await page.evaluate(() =>
      document.activeElement === document.body ? '' : (document.activeElement?.textContent ?? ''),
    );
    if (words !== '') reached.add(words.trim());
  }
  expect([...reached].toSorted()).toEqual(['Skip to the page', 'Stop all', 'Unlock']);

  const stays = async (): Promise<void> => {
    await expect(page.getByRole('button', { name: 'Stop all' })).toBeVisible();
    await expect(page).toHaveURL(/#\/provision$/);
    await expect(page.getByRole('dialog')).toHaveCount(0);
  };
  for (const keys of [
    'Control+1',
    'Control+3',
    'Control+,',
    'F1',
    'Control+k',
    'Control+Shift+S',
    'r',
    'b',
  ]) {
    await keyboard.press(keys);
    await stays();
  }
  const nav = await page.locator('nav a').first().boundingBox();
  const strip = await page.locator('.strip-button').boundingBox();
  const search = await page.locator('.search').boundingBox();
  for (const box of [nav, strip, search]) {
    if (box === null) throw new Error('not drawn');
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await stays();
  }
  await page.evaluate(() => {
    location.hash = '/devices';
  });
  await stays();
  await page.goBack();
  await stays();
  await page.reload();
  await stays();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Stop all' }).click();
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeVisible();
  await keyboard.press('Control+1');
  await keyboard.press('Control+Shift+S');
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByText('Locked for the batch')).toBeHidden();
  // No key was kept for later.
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await keyboard.press('Control+1');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
});
