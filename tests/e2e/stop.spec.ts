import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './application-fixture.ts';

/** Every way to stop the stack, each with what a person does for it. */
const ways: readonly { readonly name: string; readonly ask: (page: Page) => Promise<void> }[] = [
  {
    name: 'the strip',
    ask: (page) => page.getByRole('contentinfo').getByRole('button', { name: 'Stop stack' }).click(),
  },
  {
    name: 'the Stack page',
    ask: async (page) => {
      await page.evaluate(() => {
        location.hash = '/stack';
      });
      await page.getByRole('main').getByRole('button', { name: 'Stop stack' }).click();
    },
  },
  { name: 'the keys', ask: (page) => page.keyboard.press('Control+Shift+S') },
  {
    name: 'the palette',
    ask: async (page) => {
      await page.keyboard.press('Control+K');
      await page.getByRole('textbox', { name: 'Find a device, page or command' }).fill('Stop stack');
      await page.keyboard.press('Enter');
    },
  },
];

test('every way to stop the stack asks the same question, and nothing stops before the answer', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  const strip = page.getByRole('contentinfo');
  const dialog = page.getByRole('dialog', { name: 'Stop the stack' });
  for (const { name, ask } of ways) {
    await test.step(`${name}: keep`, async () => {
      await ask(page);
      await expect(dialog).toContainText('Broker, ingest and database stop.');
      await expect(dialog).toContainText('Boards keep measuring');
      await expectAccessible(page);
      // Enter on what has the focus keeps it running.
      await expect(dialog.getByRole('button', { name: 'Keep running' })).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(dialog).toBeHidden();
      await expect(strip).toContainText('Embedded');
    });
  }
  for (const { name, ask } of ways) {
    await test.step(`${name}: stop`, async () => {
      await ask(page);
      await dialog.getByRole('button', { name: 'Stop stack' }).click();
      await expect(strip).toContainText('Stopped');
      await strip.getByRole('button', { name: 'Start stack' }).click();
      await expect(strip).toContainText('Embedded');
      await expect(strip).toContainText(`Port ${application.ports.mqtt}`);
    });
  }
});

test('restarting the stack asks first, too', async ({ page, application }) => {
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  const strip = page.getByRole('contentinfo');
  await page.evaluate(() => {
    location.hash = '/stack';
  });
  const restart = page.getByRole('main').getByRole('button', { name: 'Restart stack' });
  const dialog = page.getByRole('dialog', { name: 'Restart stack' });
  const log = page.getByRole('log');
  const starts = async (): Promise<number> =>
    (await log.innerText()).split('database system is ready to accept connections').length - 1;
  await expect(log).toContainText('database system is ready to accept connections');
  const before = await starts();

  await restart.click();
  await expect(dialog).toContainText('Boards keep measuring and connect again by themselves.');
  await expectAccessible(page);
  await expect(dialog.getByRole('button', { name: 'Keep running' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  expect(await starts()).toBe(before);

  await restart.click();
  await dialog.getByRole('button', { name: 'Restart stack' }).click();
  await expect.poll(starts).toBe(before + 1);
  await expect(strip).toContainText(`Port ${application.ports.mqtt}`);
});
