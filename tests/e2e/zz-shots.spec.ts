import { expect, expectAccessible, test } from './application-fixture.ts';

test('shots', async ({ page, application }) => {
  page.on('console', (m) => m.type() === 'error' && console.log('CONSOLE', m.text()));
  page.on('pageerror', (e) => console.log('PAGEERROR', e.message));
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  await page.keyboard.press('Control+3');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Embedded stack is running');
  await page.waitForTimeout(4000);
  await page.screenshot({ path: '/tmp/stackui/1440.png' });
  await expectAccessible(page);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.screenshot({ path: '/tmp/stackui/1280.png' });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: '/tmp/stackui/1280-dark.png' });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: '/tmp/stackui/390-dark.png' });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: '/tmp/stackui/390.png' });
  for (let i = 1; i < 5; i++) {
    await page.locator('main').evaluate((m, n) => (m.scrollTop = n * 700), i);
    await page.screenshot({ path: `/tmp/stackui/390-${i}.png` });
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Docker: switch and start' }).click();
  await page.waitForTimeout(3000);
  await page.screenshot({ path: '/tmp/stackui/preflight.png' });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Choose engine and addresses' }).click();
  await page.waitForTimeout(3000);
  await page.screenshot({ path: '/tmp/stackui/engine.png' });
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.locator('main').evaluate((m) => (m.scrollTop = 700));
  await page.screenshot({ path: '/tmp/stackui/1280-b.png' });
});
