/**
 * How the traffic screen keeps up, in a real browser, with all of the application: 10 000 readings a second into the
 * embedded broker, once with the screen open and once with it closed; then a tree of 50 000 topics. Everything runs on
 * this machine: broker, ingest, PostgreSQL, publisher and browser.
 */
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { CDPSession, Page } from '@playwright/test';
import { createPartitionsAhead } from '../../src/main/storage/index.ts';
import { testApplication, type TestApplication } from '../support/application.ts';
import { benchBrowser, busySeconds, say, startFurnished, withDatabase } from '../support/live-bench.ts';
import { until } from '../support/until.ts';
import { publishPaced, sensorOf, type PacedResult, type PacedWish } from './paced-publisher.ts';

const [mode, wish] = process.argv.slice(2);
if (mode === 'publish' && wish !== undefined) {
  process.stdout.write(JSON.stringify(await publishPaced(JSON.parse(wish) as PacedWish)));
  process.exit();
}

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '10000' },
    topics: { type: 'string', default: '50000' },
    sensors: { type: 'string', default: '100' },
  },
});
const seconds = Number(options.seconds);
const rate = Number(options.rate);
const topics = Number(options.topics);
const sensors = Number(options.sensors);
const connections = 4;

interface Login {
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

say(
  `Machine: ${cpus().length} x ${cpus()[0]?.model ?? '?'}, Node ${process.versions.node}; ` +
    `${rate} messages/s for ${seconds} s from ${sensors} sensors.`,
);
const application = await testApplication({ firstRunDone: true, settings: { onStart: 'start-stack' } });
const browser = await benchBrowser();
try {
  await furnish(application);
  const { password } = await application.accounts.create({
    username: 'load',
    role: 'admin',
    mac: null,
    password: '',
  });
  const login = { port: application.ports.mqtt, username: 'load', password };
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(application.link());
  await page.getByText('Port ' + String(application.ports.mqtt)).waitFor({ timeout: 60_000 });
  const closed = await load(login);
  tellLoad('screen closed', closed);
  await stored(application);
  const open = await withScreen(page, login, application);
  say(
    `  ingest with the screen open / closed: ${(perSecond(open) / perSecond(closed)).toFixed(3)} (aim: at least 0.95)`,
  );
  await bigTree(page, login);
} finally {
  await browser.close();
  await application.cleanUp();
}
process.exit();

async function withScreen(page: Page, login: Login, of: TestApplication): Promise<PacedResult> {
  await page.keyboard.press('Control+4');
  await page.getByRole('treeitem', { name: /^datayoti / }).waitFor();
  const before = await counted(page);
  const rowsBefore = await stored(of);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  await watchTasks(page);
  const began = await busySeconds(cdp);
  const wall = performance.now();
  const running = load(login);
  const half = await heapAfter(cdp, (seconds / 2) * 1_000, page);
  const end = await heapAfter(cdp, (seconds / 2) * 1_000 - 500, page);
  const busy = ((await busySeconds(cdp)) - began) / ((performance.now() - wall) / 1_000);
  const longest = await longestTask(page);
  const result = await running;
  const part = await page.locator('.list-note span').first().textContent();
  tellLoad('screen open', result);
  await until(async () => (await counted(page)) >= before + result.acknowledged, {
    timeoutMs: 30_000,
    what: 'the screen has counted all',
  }).catch(() => undefined);
  const count = (await counted(page)) - before;
  const rows = (await stored(of)) - rowsBefore;
  say(`  counted on the screen: ${count} of ${result.acknowledged} acknowledged; stored rows: ${rows}`);
  say(`  the list said: ${part ?? ''}`);
  say(`  main thread busy: ${(busy * 100).toFixed(1)} % (aim: under 50 %)`);
  say(
    `  longest task: ${longest === 0 ? 'none over 50 ms' : `${longest.toFixed(0)} ms`} (aim: none over 50 ms)`,
  );
  say(
    `  heap after collection: ${mb(half)} MB at half time, ${mb(end)} MB at the end, ${(((end - half) / half) * 100).toFixed(1)} % (aim: under 10 %)`,
  );
  return result;
}

/**
 * Readings of sensors on the screen; the application's own messages, such as the time, are none. Their row is drawn
 * once the sensors above it are folded away.
 */
async function counted(page: Page): Promise<number> {
  const above = page.getByRole('treeitem', { name: /^sensor / });
  const folds = (await above.count()) > 0 && (await above.getAttribute('aria-expanded')) === 'true';
  if (folds) await above.click();
  await page.getByRole('treeitem', { name: /^time / }).waitFor({ timeout: 15_000 });
  const count = await countedNow(page);
  if (folds) await above.click();
  return count;
}

async function countedNow(page: Page): Promise<number> {
  const digits = (text: string | null): number => Number((text ?? '').replaceAll(/\D/g, ''));
  const subtitle = (await page.locator('.traffic-title .secondary').textContent()) ?? '';
  const time = page.getByRole('treeitem', { name: /^time / }).locator('.tree-count');
  const own = (await time.count()) === 0 ? 0 : digits(await time.textContent());
  return digits(subtitle.split('·')[1] ?? '') - own;
}

async function bigTree(page: Page, login: Login): Promise<void> {
  const result = await load(login, {
    perSecond: 20_000,
    total: topics,
    topics: { kind: 'plain', count: topics },
  });
  const many = page.getByRole('treeitem', { name: /^many / });
  // The sensors of the load before stand above it, and rows out of sight are not drawn.
  const sensorsAbove = page.getByRole('treeitem', { name: /^datayoti / });
  if ((await sensorsAbove.getAttribute('aria-expanded')) === 'true') await sensorsAbove.click();
  await page
    .getByText(new RegExp(`${thousands(topics)} topics`))
    .first()
    .waitFor({ timeout: 60_000 })
    .catch(() => undefined);
  say(`\n${result.acknowledged} topics in the tree`);
  await many.click();
  await page.getByRole('treeitem', { name: /^0 / }).first().waitFor();
  const expand: number[] = [];
  const filter: number[] = [];
  for (let round = 0; round < 10; round++) {
    expand.push(await timed(page, 'expand', String(round)));
    // Folded again, since what is below it pushes the next level out of sight.
    await timed(page, 'expand', String(round));
    filter.push(await timed(page, 'filter', `x${round}7`));
    await timed(page, 'filter', '');
  }
  tell('expand a level of the tree', expand);
  tell('filter by text', filter);
}

/** From the press or the key to the first rows that are other ones, inside the page. */
function timed(page: Page, what: 'expand' | 'filter', value: string): Promise<number> {
  return page.evaluate(
    ({ what: action, value: text }) =>
      new Promise<number>((resolve, reject) => {
        const tree = document.querySelector('[role=tree]');
        if (tree === null) throw new Error('no tree');
        const names = (): string =>
          [...tree.querySelectorAll('[role=treeitem] .tree-name')].map((one) => one.textContent).join('\n');
        const before = names();
        const giveUp = setTimeout(() => reject(new Error(`nothing changed: ${action} ${text}`)), 10_000);
        const observer = new MutationObserver(() => {
          if (names() === before) return;
          clearTimeout(giveUp);
          observer.disconnect();
          requestAnimationFrame(() => resolve(performance.now() - began));
        });
        observer.observe(tree, { childList: true, subtree: true, characterData: true });
        const began = performance.now();
        if (action === 'filter') {
          const field = document.querySelector<HTMLInputElement>('.tree-filter input');
          if (field === null) throw new Error('no field');
          // Past React's own note of the value, as a key press goes.
          Reflect.set(HTMLInputElement.prototype, 'value', text, field);
          field.dispatchEvent(new Event('input', { bubbles: true }));
        } else {
          const level = [...tree.querySelectorAll<HTMLElement>('[role=treeitem][aria-level="2"]')].find(
            (one) => one.querySelector('.tree-name')?.textContent === text,
          );
          if (level === undefined) throw new Error(`no level ${text}`);
          level.click();
        }
      }),
    { what, value },
  );
}

/** Sensors that are adopted, so that their readings are stored. */
function furnish(of: TestApplication): Promise<void> {
  const macs = Array.from({ length: sensors }, (_, index) => sensorOf(index));
  return startFurnished(of, async (database) => {
    await database.query("insert into sites (site_ref, site_name) values ('BENCH', 'Bench')");
    await database.query(
      "insert into devices (device_mac_addr, site_ref) select mac, 'BENCH' from unnest($1::text[]) as mac",
      [macs],
    );
    await createPartitionsAhead(database, Date.now());
  });
}

/** Rows in the database, once no more come. */
async function stored(of: TestApplication): Promise<number> {
  let rows = -1;
  await until(
    async () => {
      const now = await withDatabase(of, async (database) => {
        const answer = await database.query<{ n: number }>('select count(*)::int as n from sensor_data');
        return answer.rows[0]?.n ?? 0;
      });
      const still = now === rows;
      rows = now;
      return still;
    },
    { timeoutMs: 60_000, what: 'everything is stored' },
  );
  return rows;
}

/** A publisher in a process of its own, which does not share our thread. */
function load(login: Login, other: Partial<PacedWish> = {}): Promise<PacedResult> {
  const told: PacedWish = {
    ...login,
    connections,
    perSecond: rate,
    total: rate * seconds,
    topics: { kind: 'sensors', count: sensors },
    ...other,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1] ?? '', 'publish', JSON.stringify(told)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(JSON.parse(output) as PacedResult)
        : reject(new Error(`the publisher ended with ${String(code)}`)),
    );
  });
}

async function watchTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const tasks: number[] = [];
    (globalThis as { benchTasks?: number[] }).benchTasks = tasks;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: 'longtask' });
  });
}

function longestTask(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, ...((globalThis as { benchTasks?: number[] }).benchTasks ?? [])));
}

/** Collecting what is garbage is no task of the page's own: it does not count among the long ones. */
async function heapAfter(cdp: CDPSession, ms: number, page: Page): Promise<number> {
  await page.waitForTimeout(ms);
  const longest = await longestTask(page);
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  await page.evaluate((before) => {
    const tasks = (globalThis as { benchTasks?: number[] }).benchTasks;
    tasks?.splice(0, tasks.length, before);
  }, longest);
  return usedSize;
}

function tellLoad(name: string, result: PacedResult): void {
  say(
    `  ${name.padEnd(14)} ${result.acknowledged} acknowledged in ${result.seconds.toFixed(1)} s, ${Math.round(perSecond(result))}/s`,
  );
}

function perSecond({ acknowledged, seconds: took }: PacedResult): number {
  return acknowledged / took;
}

function tell(name: string, took: readonly number[]): void {
  const sorted = [...took].sort((a, b) => a - b);
  say(
    `  ${name.padEnd(28)} p50 ${(sorted[sorted.length >> 1] ?? 0).toFixed(0)} ms, longest ${(sorted.at(-1) ?? 0).toFixed(0)} ms (aim: under 100 ms)`,
  );
}

function thousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '.');
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
