import type { Page } from '@playwright/test';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database } from '../../src/main/storage/index.ts';
import type { TestApplication } from '../support/application.ts';
import { furnishHistory, stories } from '../support/furnished-history.ts';
import { expect } from './application-fixture.ts';

export const dayMs = 86_400_000;
/** The addresses of all sensors, as a link to the page has them. */
export const all = stories.map(({ mac }) => mac).join(',');

/** The application with a year of readings, its History page open on the last seven days of the three sensors. */
export async function openHistory(page: Page, application: TestApplication): Promise<void> {
  await application.start();
  await page.goto(application.link());
  await page.getByRole('main').getByRole('button', { name: 'Start embedded stack' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No sensors yet', { timeout: 60_000 });
  await furnishHistory(application, Date.now());
  await page.goto(`${new URL(page.url()).origin}/#/stack`);
  await page.getByRole('button', { name: 'Restart stack' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restart stack' }).click();
  await expect(page.getByRole('contentinfo').getByRole('button', { name: 'Start' })).toBeVisible();
  await expect(page.getByRole('contentinfo').getByRole('button', { name: 'Stop' })).toBeVisible({
    timeout: 60_000,
  });
  await page.keyboard.press('Control+6');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('History');
  await expect(page.getByRole('checkbox', { name: /CR1-04/ })).toBeVisible();
  await go(page, `/history?sensors=${all}&range=7d`);
  await expect(chart(page, 'Temperature')).toHaveAccessibleName(/A, CR1-04: .* B, CR2-02: .* C, CR2-05: /);
}

export const go = (page: Page, hash: string): Promise<void> =>
  page.evaluate((text) => {
    location.hash = text;
  }, hash);

export const chart = (page: Page, name: string) => page.getByRole('img', { name: new RegExp(`^${name}\\.`) });

export async function plotBox(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.locator('.u-over').first().boundingBox();
  if (box === null) throw new Error('not drawn');
  return box;
}

/** What the address says of the zoom; `undefined` without one. */
export function zoomOf(page: Page): { from: number; to: number } | undefined {
  const text = decodeURIComponent(/zoom=([^&]+)/.exec(page.url())?.[1] ?? '').replaceAll('"', '');
  const [from, to] = text.split('~').map(Number);
  return from === undefined || to === undefined ? undefined : { from, to };
}

export async function zoomSpan(page: Page): Promise<number> {
  await expect.poll(() => zoomOf(page)).toBeDefined();
  const zoom = zoomOf(page);
  return zoom === undefined ? 0 : Number.isNaN(zoom.from) ? zoom.to : zoom.to - zoom.from;
}

export async function withDatabase<T>(
  application: TestApplication,
  ask: (database: Database) => Promise<T>,
): Promise<T> {
  const database = new Database({
    address: await application.database(),
    applicationName: 'history-spec',
    poolSize: 1,
    log: silentLog,
  });
  try {
    return await ask(database);
  } finally {
    await database.close();
  }
}
