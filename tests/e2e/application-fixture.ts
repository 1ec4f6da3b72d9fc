import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test as base, expect, type Page } from '@playwright/test';
import { testApplication, type TestApplication } from '../support/application.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Fixtures {
  /** Without a database, which the application has to make; else it has an empty one, as a first start leaves it. */
  readonly firstStart: boolean;
  /** The real application, not started yet. */
  readonly application: TestApplication;
  /** Messages that the page wrote to its console as errors; a spec ends with none. */
  readonly consoleErrors: string[];
}

/**
 * One way to the screens for all specs. Here it is the web host; where Electron's runtime exists the same
 * specs can be pointed at the desktop window by another launch in this one place.
 */
export const test = base.extend<Fixtures>({
  firstStart: [false, { option: true }],
  application: async ({ firstStart }, use) => {
    const application = await testApplication({ ready: !firstStart });
    await use(application);
    await application.cleanUp();
  },
  consoleErrors: async ({ page }, use) => {
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    await use(errors);
    expect(errors).toEqual([]);
  },
});

export { expect };

/** Chooses from the palette by the keys alone; what is typed before it has the focus goes where the focus was. */
export async function fromPalette(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await expect(page.locator('input.mantine-Spotlight-search')).toBeFocused();
  await page.keyboard.type(words);
  await expect(page.locator('.mantine-Spotlight-action').first()).toContainText(words, { ignoreCase: true });
  await page.keyboard.press('Enter');
}

/** The window as the documentation shows it, into the folder that `PICTURES` names; without it nothing is taken. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
}

/** axe, every rule of WCAG 2.2 A and AA; the page's own policy stays in force. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          context: Document,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
      };
    };
    const result = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return result.violations.map(
      (violation) =>
        `${violation.id}: ${violation.nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`).join(' | ')}`,
    );
  });
  expect(violations).toEqual([]);
}
