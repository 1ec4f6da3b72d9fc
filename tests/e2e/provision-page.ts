import type { Page } from '@playwright/test';
import type { TestApplication } from '../support/application.ts';
import { expect } from './application-fixture.ts';

/** The demo with its three sensors, and the Provision page open. */
export async function openProvision(page: Page, application: TestApplication): Promise<void> {
  await application.start('--demo');
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 of 3 sensors online');
  await page.keyboard.press('Control+2');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Provision sensors');
}

/** Presses Tab until an element of that name has the focus; every stop on the way shows that it has it. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let step = 0; step < 80; step++) {
    await page.keyboard.press('Tab');
    const { label, visible } = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!(focused instanceof HTMLElement)) return { label: '', visible: false };
      const shown = (element: Element | null): boolean => {
        if (element === null) return false;
        const style = getComputedStyle(element);
        return style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2;
      };
      const label =
        focused.getAttribute('aria-label') ??
        (focused instanceof HTMLInputElement ? (focused.labels?.[0]?.textContent ?? '') : null) ??
        focused.textContent ??
        '';
      // A switch is drawn by the element after its input.
      return { label: label.trim(), visible: shown(focused) || shown(focused.nextElementSibling) };
    });
    passed.push(label);
    if (label !== '') expect([label, visible]).toEqual([label, true]);
    if (name.test(label)) return;
  }
  throw new Error(`Tab never reached ${name.source}; it passed ${passed.join(', ')}`);
}

/** Plugs in one of the demo boards that are not blank, by its name in the list. */
export async function plugAnother(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Another demo board' }).click();
  await page.getByRole('menuitem', { name }).click();
}
