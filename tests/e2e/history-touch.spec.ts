import type { CDPSession, Page } from '@playwright/test';
import { expect, test } from './application-fixture.ts';
import { dayMs, openHistory, plotBox, zoomOf, zoomSpan } from './history-page.ts';

test.use({ timezoneId: 'Europe/Paris', hasTouch: true });

const week = 7 * dayMs;
const steps = 12;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Fingers that go down, move together in small steps, and are lifted. */
async function drag(
  touch: CDPSession,
  fingers: readonly { readonly from: Place; readonly to: Place }[],
): Promise<void> {
  const at = (part: number) =>
    fingers.map(({ from, to }, id) => ({
      id,
      x: from.x + (to.x - from.x) * part,
      y: from.y + (to.y - from.y) * part,
    }));
  // One after the other, as on a hand.
  for (let down = 1; down <= fingers.length; down++)
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0).slice(0, down) });
  for (let step = 1; step <= steps; step++)
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(step / steps) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

/** Of whatever scrolls the charts. */
const scrolled = (page: Page): Promise<number> =>
  page.evaluate(() => {
    let top = 0;
    for (let at = document.querySelector('.u-over'); at !== null; at = at.parentElement) top += at.scrollTop;
    return top;
  });

test('one finger moves the time, two spread it under themselves, and up and down scrolls', async ({
  page,
  application,
}) => {
  test.slow();
  await openHistory(page, application);
  const touch = await page.context().newCDPSession(page);
  const { x, y, width, height } = await plotBox(page);
  const place = (part: number, down = 0.5): Place => ({ x: x + width * part, y: y + height * down });

  await test.step('one finger to the right shows what was before', async () => {
    const now = Date.now();
    await drag(touch, [{ from: place(0.3), to: place(0.7) }]);
    expect(await zoomSpan(page)).toBeCloseTo(week, -5);
    expect(((zoomOf(page)?.to ?? 0) - now) / week).toBeCloseTo(-0.4, 2);
  });

  await test.step('two fingers that go apart show a third, with the same times under them', async () => {
    const before = zoomOf(page) ?? { from: 0, to: 0 };
    await drag(touch, [
      { from: place(0.4), to: place(0.2) },
      { from: place(0.6), to: place(0.8) },
    ]);
    await expect.poll(async () => (await zoomSpan(page)) / week).toBeCloseTo(1 / 3, 2);
    const after = zoomOf(page) ?? { from: 0, to: 0 };
    expect((after.from + after.to - before.from - before.to) / 2 / week).toBeCloseTo(0, 2);
    expect((after.from + (after.to - after.from) * 0.2 - (before.from + week * 0.4)) / week).toBeCloseTo(
      0,
      2,
    );
  });

  await test.step('two that come together show more again', async () => {
    await drag(touch, [
      { from: place(0.2), to: place(0.4) },
      { from: place(0.8), to: place(0.6) },
    ]);
    await expect.poll(async () => (await zoomSpan(page)) / week).toBeCloseTo(1, 1);
  });

  await test.step('up scrolls the page and leaves the time alone', async () => {
    const before = zoomOf(page);
    await page.setViewportSize({ width: 1024, height: 600 });
    const narrow = await plotBox(page);
    const middle = narrow.x + narrow.width / 2;
    await drag(touch, [
      { from: { x: middle, y: narrow.y + narrow.height - 10 }, to: { x: middle, y: narrow.y - 140 } },
    ]);
    await expect.poll(() => scrolled(page)).toBeGreaterThan(20);
    expect(zoomOf(page)).toEqual(before);
  });
});
