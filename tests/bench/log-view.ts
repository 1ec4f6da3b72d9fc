/**
 * How the log panel keeps up: 100 000 lines held while 5 000 more come each second, in a real browser. What is
 * measured is the time between two frames of the page's own; beside it the same browser's idle page.
 */
import { existsSync } from 'node:fs';
import { chromium, type Page } from '@playwright/test';
import react from '@vitejs/plugin-react';
import { build, preview } from 'vite';

const secondsEach = 15;
const outDir = `${process.cwd()}/out/bench-log-view`;
const root = `${process.cwd()}/tests/bench/log-view`;

const framesOf = (page: Page): Promise<readonly number[]> =>
  page.evaluate(
    (ms) =>
      new Promise<number[]>((resolve) => {
        const gaps: number[] = [];
        const begun = performance.now();
        let last: number | undefined;
        const frame = (now: number): void => {
          if (last !== undefined) gaps.push(now - last);
          last = now;
          if (now - begun < ms) requestAnimationFrame(frame);
          else resolve(gaps);
        };
        requestAnimationFrame(frame);
      }),
    secondsEach * 1_000,
  );

/** The number that the line on top begins with. */
async function newest(page: Page): Promise<number> {
  const text = (await page.locator('.log-row').first().locator('span').last().textContent()) ?? '';
  return Number.parseInt(text, 10);
}

function tell(name: string, gaps: readonly number[]): void {
  const sorted = [...gaps].sort((a, b) => a - b);
  const at = (part: number): string => (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(1);
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  const late = gaps.filter((gap) => gap > 20).length;
  process.stdout.write(
    `${name.padEnd(34)} ${((gaps.length / total) * 1_000).toFixed(1)} frames/s, ` +
      `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms, ` +
      `over 20 ms ${((late / gaps.length) * 100).toFixed(1)} %\n`,
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
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto('about:blank');
  tell('empty page', await framesOf(page));
  const [url = ''] = server.resolvedUrls?.local ?? [];
  await page.goto(url);
  await page.getByText(/of 100.000 lines/).waitFor();
  const before = await newest(page);
  tell('following, everything', await framesOf(page));
  process.stdout.write(
    `  taken meanwhile: ${Math.round(((await newest(page)) - before) / secondsEach)} lines/s\n`,
  );
  await page.getByRole('textbox').fill('ESP32Client-24:6F:28:00:7');
  tell('following, searched', await framesOf(page));
  await page.getByRole('textbox').fill('');
  const scrolling = framesOf(page);
  const log = page.getByRole('log');
  for (let turn = 0; turn < secondsEach * 5; turn++) {
    await log.hover();
    await page.mouse.wheel(0, 900);
    await page.waitForTimeout(150);
  }
  tell('held, being scrolled', await scrolling);
} finally {
  await browser.close();
  await server.close();
}
