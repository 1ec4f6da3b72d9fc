/**
 * What a frame of the charts costs: two of them, 20 devices by 2 000 points each, in a real browser that draws in
 * software and is not held to the screen's 60 frames a second, so that the time between two frames is the time that
 * one takes. Each figure stands beside the same browser's empty page.
 */
import { existsSync } from 'node:fs';
import { chromium, type Page } from '@playwright/test';
import react from '@vitejs/plugin-react';
import { build, preview } from 'vite';

const framesEach = 400;
const outDir = `${process.cwd()}/out/bench-chart`;
const root = `${process.cwd()}/tests/bench/chart`;

type Gesture = 'nothing' | 'crosshair' | 'select' | 'pan' | 'zoom';

/** One step of the gesture per frame, as events of the page's own: a pointer moved from outside comes less often. */
interface Frames {
  readonly gaps: readonly number[];
  /** Processor time of the page's process per frame: unlike the clock, the same on a busy machine. */
  readonly cpuMs: number;
}

async function framesOf(page: Page, gesture: Gesture): Promise<Frames> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const taken = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ProcessTime')?.value ?? 0;
  };
  const before = await taken();
  const gaps = await gapsOf(page, gesture);
  const cpuMs = (((await taken()) - before) * 1_000) / gaps.length;
  await session.detach();
  return { gaps, cpuMs };
}

const gapsOf = (page: Page, gesture: Gesture): Promise<readonly number[]> =>
  page.evaluate(
    ({ gesture, frames }) =>
      new Promise<number[]>((resolve) => {
        const over = document.querySelector('.u-over');
        const box = over?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
        const event = (type: string, x: number, more: MouseEventInit = {}): MouseEvent =>
          new MouseEvent(type, {
            bubbles: true,
            cancelable: true,
            clientX: box.left + x,
            clientY: box.top + box.height / 2,
            movementX: 3,
            ...more,
          });
        const button = gesture === 'pan' ? 1 : 0;
        if (gesture === 'pan' || gesture === 'select')
          over?.dispatchEvent(event('mousedown', box.width * 0.5, { button }));
        const gaps: number[] = [];
        let last: number | undefined;
        const step = (): void => {
          const now = performance.now();
          if (last !== undefined) gaps.push(now - last);
          last = now;
          if (gaps.length >= frames) {
            if (gesture === 'pan' || gesture === 'select')
              document.dispatchEvent(event('mouseup', box.width * 0.5, { button }));
            resolve(gaps);
            return;
          }
          const x = box.width * (0.5 + 0.45 * Math.sin(gaps.length / 25));
          if (gesture === 'zoom')
            over?.dispatchEvent(
              new WheelEvent('wheel', {
                cancelable: true,
                clientX: box.left + x,
                deltaY: Math.sin(gaps.length / 20) * 40,
              }),
            );
          else if (gesture !== 'nothing') over?.dispatchEvent(event('mousemove', x));
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      }),
    { gesture, frames: framesEach },
  );

function tell(name: string, { gaps, cpuMs }: Frames): void {
  const sorted = [...gaps].sort((a, b) => a - b);
  const at = (part: number): string => (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(1);
  const late = gaps.filter((gap) => gap > 16).length;
  process.stdout.write(
    `${name.padEnd(34)} p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms, ` +
      `over 16 ms ${((late / gaps.length) * 100).toFixed(1)} %, processor ${cpuMs.toFixed(1)} ms a frame\n`,
  );
}

await build({
  configFile: false,
  root,
  base: './',
  logLevel: 'warn',
  plugins: [react()],
  build: { outDir, emptyOutDir: true, target: 'esnext' },
});
const server = await preview({
  configFile: false,
  root,
  build: { outDir },
  preview: { host: '127.0.0.1', port: 0 },
});
const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const browser = await chromium.launch({
  ...(installed === undefined ? {} : { executablePath: installed }),
  args: ['--no-sandbox', '--disable-gpu', '--disable-frame-rate-limit', '--disable-gpu-vsync'],
});
try {
  const [url = ''] = server.resolvedUrls?.local ?? [];
  for (const devices of [3, 20]) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto('about:blank');
    tell('empty page', await framesOf(page, 'nothing'));
    await page.goto(`${url}?devices=${devices}&points=2000`);
    await page.locator('.u-over').nth(1).waitFor();
    for (const gesture of ['nothing', 'crosshair', 'select', 'pan', 'zoom'] as const)
      tell(`2 x ${devices} devices x 2 000, ${gesture}`, await framesOf(page, gesture));
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}
