import type { Page } from '@playwright/test';
import { expect, test } from './application-fixture.ts';
import { openProvision, plugAnother } from './provision-page.ts';

const widths = [390, 1024, 1180, 1280];
const paths = [
  '/',
  '/provision',
  '/devices',
  '/devices/02:DE:70:00:00:01',
  '/history',
  '/quarantine',
  '/conformity',
  '/traffic',
  '/alerts',
  '/alerts/log',
  '/alerts/rules',
  '/survey',
  '/settings/display',
  '/settings/sites',
  '/settings/broker',
  '/settings/stack',
  '/settings/sync',
  '/settings/keyboard',
  '/settings/about',
];
const firstReadingLimitMs = 60_000;

/**
 * What is wider than the room it has: the page itself, a part of it that scrolls, or a word of the navigation.
 * A log scrolls sideways by its nature, and so does the status strip on a phone.
 */
async function tooWide(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const html = document.documentElement;
    const parts = [...document.querySelectorAll<HTMLElement>('main, main *, .navigation a')].filter(
      (element) =>
        element.closest('.log-lines, .visually-hidden, svg') === null &&
        (element.matches('main, .navigation a') || getComputedStyle(element).overflowX === 'auto'),
    );
    return [html, ...parts]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map(
        (element) =>
          `${element.tagName} ${element.className} ${element.scrollWidth} > ${element.clientWidth}`,
      );
  });
}

async function expectFits(page: Page, what: string): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    // What depends on the width by more than style sheets follows it a moment later.
    await expect.poll(async () => [what, width, ...(await tooWide(page))]).toEqual([what, width]);
  }
}

async function speak(page: Page, language: 'English' | 'Français'): Promise<void> {
  await page.keyboard.press('Control+k');
  await expect(page.locator('input.mantine-Spotlight-search')).toBeFocused();
  await page.keyboard.type(language);
  await expect(page.locator('.mantine-Spotlight-action')).toHaveText([language]);
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('lang', language === 'English' ? 'en' : 'fr');
}

test('no page is wider than its window, in English and French', async ({ page, application }) => {
  test.slow();
  await openProvision(page, application);
  await page.getByRole('button', { name: 'Plug in a demo board' }).click();
  await plugAnother(page, 'With firmware of another maker');
  await expect(page.getByRole('row', { name: /Demo board 2/ }).first()).toContainText('demo-lamp');
  await expect(page.getByRole('row', { name: /Demo board 1/ })).toContainText('DEMO-04');
  for (const language of ['English', 'Français'] as const) {
    await speak(page, language);
    for (const path of paths) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, path);
      await expect(page).toHaveURL(new RegExp(`#${path}$`));
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expectFits(page, `${language} ${path}`);
    }
  }
});

test('what a lane asks for is in sight at 1280 x 800, and fits at every width', async ({
  page,
  application,
}) => {
  test.slow();
  await page.setViewportSize({ width: 1280, height: 800 });
  await openProvision(page, application);
  await page.getByLabel('Wi-Fi network').fill('Demo');
  await page.getByLabel('This network has no password').check();
  const flash = async (count: number): Promise<void> => {
    await plugAnother(page, 'Whose sensor does not answer');
    await expect(page.getByRole('row', { name: new RegExp(`Demo board ${count}`) })).toContainText('Blank');
    await page.getByRole('button', { name: 'Flash 1 board' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(
      count === 1 ? '1 needs you' : `${count} need you`,
      { timeout: firstReadingLimitMs },
    );
  };
  for (const count of [1, 2, 3]) {
    await flash(count);
    for (const language of ['Français', 'English'] as const) {
      await speak(page, language);
      await page.setViewportSize({ width: 1280, height: 800 });
      await expect(page.locator('.lane-buttons')).toHaveCount(count);
      for (const buttons of await page.locator('.lane-buttons').all())
        await expect(buttons).toBeInViewport({ ratio: 1 });
      // The log and the action bar cover what lies below the scrolled part: its bottom is the window's.
      const [body, last] = await Promise.all([
        page.locator('.flash-body').boundingBox(),
        page.locator('.lane-buttons').last().boundingBox(),
      ]);
      if (body === null || last === null) throw new Error('not drawn');
      expect(last.y + last.height).toBeLessThanOrEqual(body.y + body.height + 1);
      await expectFits(page, `${count} lanes, ${language}`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Boards and settings' }).click();
  }
  // As a batch under the operator lock, the banner takes nothing from what can be touched.
  await page.getByText('Lock the page while it runs').click();
  await page.getByText('Start when plugged in').click();
  await expect(page.getByText('Locked for the batch')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Stop all' })).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('button', { name: 'Unlock' })).toBeInViewport({ ratio: 1 });
  await expectFits(page, 'locked batch');
  await page.setViewportSize({ width: 390, height: 844 });
  const [rows, log] = await Promise.all([
    page.locator('.batch-rows').boundingBox(),
    page.getByRole('region', { name: 'Serial log' }).boundingBox(),
  ]);
  if (rows === null || log === null) throw new Error('not drawn');
  expect(rows.y + rows.height).toBeLessThanOrEqual(log.y + 1);
});
