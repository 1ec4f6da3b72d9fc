import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type CDPSession, type Page } from '@playwright/test';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database } from '../../src/main/storage/index.ts';
import type { TestApplication } from './application.ts';
import { until } from './until.ts';

export function benchBrowser(): Promise<Browser> {
  const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
  return chromium.launch({
    ...(installed === undefined ? {} : { executablePath: installed }),
    args: ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info'],
  });
}

/** With the database of a running application, as its owner. */
export async function withDatabase<T>(
  of: TestApplication,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = new Database({
    address: await of.database(),
    applicationName: 'bench',
    poolSize: 1,
    log: silentLog,
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/**
 * Starts the application with its stack, has `work` write into its tables as soon as they are there, and starts it
 * again: then it knows what was written.
 */
export async function startFurnished(
  of: TestApplication,
  work: (database: Database) => Promise<void>,
): Promise<void> {
  await of.start();
  await until(
    async () => {
      try {
        return await withDatabase(of, async (database) => {
          const { rows } = await database.query<{ there: boolean }>(
            "select to_regclass('field.imports') is not null as there",
          );
          return rows[0]?.there === true;
        });
      } catch {
        return false;
      }
    },
    { timeoutMs: 60_000, what: 'the tables are there' },
  );
  await withDatabase(of, work);
  await of.stop();
  await of.start();
}

/** What Node is told so that each of the application's threads leaves its profile in this folder when it ends. */
export function profilingOptions(folder: string | undefined): readonly string[] {
  return folder === undefined ? [] : ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${folder}`];
}

/** Does `work`, and leaves a profile of the page's main thread meanwhile as `folder/name.cpuprofile`. */
export async function profiled<T>(
  page: Page,
  wish: { readonly folder: string | undefined; readonly name: string },
  work: () => Promise<T>,
): Promise<T> {
  if (wish.folder === undefined) return work();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Profiler.enable');
  await cdp.send('Profiler.setSamplingInterval', { interval: 500 });
  await cdp.send('Profiler.start');
  try {
    return await work();
  } finally {
    const { profile } = await cdp.send('Profiler.stop');
    mkdirSync(wish.folder, { recursive: true });
    writeFileSync(join(wish.folder, `${wish.name}.cpuprofile`), JSON.stringify(profile));
    await cdp.detach();
  }
}

/** CPU seconds that the processes of a browser have taken so far; other programs on the machine do not change it. */
export async function browserCpuSeconds(
  browser: Browser,
): Promise<{ readonly pages: number; readonly drawing: number }> {
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
  await cdp.detach();
  const of = (kind: string): number =>
    processInfo.filter(({ type }) => type === kind).reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  return { pages: of('renderer'), drawing: of('GPU') };
}

/** Of the page's main thread since it began, seconds. */
export async function busySeconds(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
