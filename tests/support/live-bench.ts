import { existsSync } from 'node:fs';
import { chromium, type Browser, type CDPSession } from '@playwright/test';
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

/** Of the page's main thread since it began, seconds. */
export async function busySeconds(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
