/**
 * The table of the fleet in a real browser, with all of the application: how soon 5 000 devices are on the screen, how
 * it scrolls, and how soon a reading that is published changes its row.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { connectAsync } from 'mqtt';
import { createPartitionsAhead } from '../../src/main/storage/index.ts';
import { testApplication } from '../support/application.ts';
import {
  benchBrowser,
  browserCpuSeconds,
  busySeconds,
  profiled,
  profilingOptions,
  say,
  startFurnished,
} from '../support/live-bench.ts';

const { values: options } = parseArgs({
  options: {
    devices: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '20' },
    // A folder for profiles of the page and of the application; measured figures are then a little worse.
    profile: { type: 'string' },
    // Of the other part of this benchmark.
    seconds: { type: 'string' },
    rate: { type: 'string' },
    topics: { type: 'string' },
    sensors: { type: 'string' },
  },
});
const devices = Number(options.devices);
const rounds = Number(options.rounds);
const perSite = 100;
const scrollMs = 5_000;
/** The address of device `n`. */
const macSql = `upper(regexp_replace(lpad(to_hex(0x02BF00000000 + n), 12, '0'), '(..)(?=.)', '\\1:', 'g'))`;

say(
  `\nMachine: ${cpus().length} x ${cpus()[0]?.model ?? '?'}, Node ${process.versions.node}; ${devices} devices.`,
);
const application = await testApplication({
  firstRunDone: true,
  settings: { onStart: 'start-stack' },
  nodeOptions: profilingOptions(options.profile),
});
const browser = await benchBrowser();
try {
  await startFurnished(application, async (database) => {
    await createPartitionsAhead(database, Date.now());
    await database.query(
      `insert into sites (site_ref, site_name)
       select 'S' || n, 'Site ' || n from generate_series(0, ($1::int - 1) / $2::int) n`,
      [devices, perSite],
    );
    await database.query(
      `with made as (
         insert into devices (device_mac_addr, site_ref)
         select ${macSql}, 'S' || n / $2::int from generate_series(0, $1::int - 1) n returning device_mac_addr)
       insert into field.device_profiles (device_mac_addr, name, position)
       select device_mac_addr, 'N-' || row_number() over (order by device_mac_addr), 'Rack' from made`,
      [devices, perSite],
    );
    await database.query(
      `insert into sensor_data (time, device_mac_addr, temperature, humidity, reception_time)
       select t, ${macSql}, 5, 60, t from generate_series(0, $1::int - 1) n
       cross join generate_series(now() - interval '30 minutes', now(), interval '1 minute') t`,
      [devices],
    );
    await database.query(
      `insert into device_heartbeats (time, device_mac_addr, rssi, free_heap, uptime, min_heap, ntp_sync, reception_time)
       select now(), ${macSql}, -60, 178000, 1400000, 161000, true, now() from generate_series(0, $1::int - 1) n`,
      [devices],
    );
  });
  const { password } = await application.accounts.create({
    username: 'load',
    role: 'admin',
    mac: null,
    password: '',
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(application.link());
  await page.getByText(`Port ${application.ports.mqtt}`).waitFor({ timeout: 60_000 });
  await goTo(page, '/devices');
  await page.getByRole('heading', { level: 1, name: new RegExp(`^${devices} sensors`) }).waitFor();
  await firstPaint(page);
  const bare = await bareList();
  await scrolling(bare, 'a bare list, for comparison');
  await bare.close();
  await profiled(page, { folder: options.profile, name: 'scrolling' }, () => scrolling(page, 'scrolling'));
  await change(page, { port: application.ports.mqtt, password });
} finally {
  await browser.close();
  await application.cleanUp();
}
process.exit();

/** From the change of the address to the frame that has the first row. */
async function firstPaint(page: Page): Promise<void> {
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await goTo(page, '/quarantine');
    await page.locator('.devices').waitFor({ state: 'detached' });
    took.push(
      await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const began = performance.now();
            const look = (): void => {
              if (document.querySelector('.devices tbody th a') === null) requestAnimationFrame(look);
              // The frame after the one in which it is there has painted it.
              else requestAnimationFrame(() => resolve(performance.now() - began));
            };
            location.hash = '/devices';
            requestAnimationFrame(look);
          }),
      ),
    );
  }
  tell('first paint of the table', took, 'ms', 'under 300 ms');
}

/** What the browser of this machine can do at most: as many lines of the same height, each with nothing but a number. */
async function bareList(): Promise<Page> {
  const bare = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await bare.setContent(
    `<style>body { margin: 0 } .table-scroll { height: 900px; overflow: auto } p { height: 52px; margin: 0 }</style>
    <div class="table-scroll">${Array.from({ length: devices }, (_, index) => `<p>${index}</p>`).join('')}</div>`,
  );
  return bare;
}

/** A wheel that turns without a pause, 100 pixels a frame. */
async function scrolling(page: Page, name: string): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const cpuBefore = await browserCpuSeconds(browser);
  const busyBefore = await busySeconds(cdp);
  const gaps = await page.evaluate(
    (lasts) =>
      new Promise<number[]>((resolve) => {
        const scroller = document.querySelector('.table-scroll');
        if (scroller === null) throw new Error('no table');
        scroller.scrollTop = 0;
        const found: number[] = [];
        const end = performance.now() + lasts;
        let before = performance.now();
        const frame = (now: number): void => {
          found.push(now - before);
          before = now;
          scroller.scrollTop += 100;
          if (now < end) requestAnimationFrame(frame);
          else resolve(found.slice(1));
        };
        requestAnimationFrame(frame);
      }),
    scrollMs,
  );
  const busy = (await busySeconds(cdp)) - busyBefore;
  const cpu = await browserCpuSeconds(browser);
  await cdp.detach();
  const seconds = gaps.reduce((sum, gap) => sum + gap, 0) / 1_000;
  const each = (took: number): string => `${((took / gaps.length) * 1_000).toFixed(1)} ms`;
  say(`  ${name.padEnd(28)} ${(gaps.length / seconds).toFixed(1)} frames/s (aim: at least 55)`);
  say(
    `    a frame took               ${each(busy)} of the main thread; CPU: page ${each(cpu.pages - cpuBefore.pages)}, drawing ${each(cpu.drawing - cpuBefore.drawing)}`,
  );
  tell('  time between two frames', gaps, 'ms', 'one at 60 frames/s: 16.7 ms');
}

/** From the publication to the frame that shows the value in its row. */
async function change(
  page: Page,
  login: { readonly port: number; readonly password: string },
): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${login.port}`, {
    username: 'load',
    password: login.password,
    reconnectPeriod: 0,
  });
  await page.locator('.table-scroll').evaluate((scroller) => {
    scroller.scrollTop = 0;
  });
  const link = page.locator('.devices tbody tr:first-child th a');
  await link.waitFor();
  const mac = decodeURIComponent((await link.getAttribute('href'))?.split('/').at(-1) ?? '');
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const value = (6 + (round % 30) / 10).toFixed(1);
    const shown = page.evaluate(
      ({ wanted, href }) =>
        new Promise<number>((resolve) => {
          const look = (): void => {
            const row = document.querySelector(`.devices a[href$="${href}"]`)?.closest('tr');
            if (row?.querySelector('.reading')?.textContent === wanted) resolve(Date.now());
            else requestAnimationFrame(look);
          };
          look();
        }),
      { wanted: value, href: encodeURIComponent(mac) },
    );
    const began = Date.now();
    await client.publishAsync(
      `datayoti/sensor/${mac}/data`,
      JSON.stringify({
        device_id: mac,
        temperature: Number(value),
        humidity: 60,
        timestamp: new Date().toISOString(),
      }),
      { qos: 1 },
    );
    took.push((await shown) - began);
  }
  await client.endAsync(true);
  tell('a reading until it is shown', took, 'ms', 'within 1 s');
}

function goTo(page: Page, hash: string): Promise<void> {
  return page.evaluate((text) => {
    location.hash = text;
  }, hash);
}

function tell(name: string, took: readonly number[], unit: string, aim: string): void {
  const sorted = [...took].sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0);
  say(
    `  ${name.padEnd(28)} p50 ${at(0.5)} ${unit}, p95 ${at(0.95)} ${unit}, longest ${at(1)} ${unit} (aim: ${aim})`,
  );
}
