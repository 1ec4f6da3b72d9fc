import type { Page } from '@playwright/test';
import type { TestApplication } from '../support/application.ts';
import { storeConformityHistory } from '../support/conformity-history.ts';
import { expect } from './application-fixture.ts';

const startLimitMs = 60_000;

/** A running application with two sites, one of them with readings of twenty days, opened at its conformity. */
export async function openConformity(page: Page, application: TestApplication, rules: boolean) {
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online', {
    timeout: startLimitMs,
  });
  const days = await storeConformityHistory(application, { days: 20, minutesBetween: 15, rules });
  await go(page, '/stack');
  await page.getByRole('main').getByRole('button', { name: 'Restart stack' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restart stack' }).click();
  const selector = page.getByRole('combobox', { name: 'Site', exact: true });
  await expect(async () => {
    await selector.click();
    await page.getByRole('option', { name: 'Harbour Cold Store' }).click({ timeout: 1_000 });
  }).toPass({ timeout: startLimitMs });
  return days;
}

export async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, path);
}

export const dayCell = (page: Page, day: string) => page.locator(`button[data-day="${day}"]`);
