import { InvalidArgumentError, type Command } from 'commander';
import type { Client } from '../../../shared/contract/contract.ts';
import { siteRef as siteRefForm } from '../../../shared/contract/common.ts';
import type { Alert } from '../../../shared/contract/alerts.ts';
import type { HealthRow } from '../../../shared/contract/health.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { argument, dataFolder, exitCodes, print, show, withCommon, type Common } from './answer.ts';
import { untilSignal } from './board-work.ts';
import { alertLine, checkLines, healthLine } from './health-lines.ts';
import { loadWords, say, type Words } from './words.ts';

type OfSite = (row: { readonly siteRef: string | null }) => boolean;

interface HealthOptions extends Common {
  readonly site?: string;
  readonly watch?: boolean;
}

interface CheckOptions extends Common {
  readonly readings: number;
  readonly fresh?: boolean;
  readonly rssi?: number;
  readonly firmware?: string;
  readonly technician: string;
}

const severe = new Set<HealthRow['verdict']>(['faulty', 'offline']);

/** `health`, `check` and `alerts`: of the application that runs on the data folder, else of one inside the command. */
export function addHealthCommands(program: Command): void {
  withCommon(program.command('health'))
    .description('the verdict on each device, with its reasons; exit code 1 where one is faulty or offline')
    .option('--site <ref>', 'only the devices of this site')
    .option('--watch', 'go on and tell each change, until it is ended')
    .action(health);
  withCommon(program.command('check <site>'))
    .description('commissioning check of all devices of a site, stored; exit code 1 where one fails')
    .option('--readings <count>', 'readings in a row that must be on time, 2 to 30', wholeNumber, 5)
    .option('--fresh', 'wait for readings that are taken from now on')
    .option('--rssi <dBm>', 'weakest signal; else the site’s own threshold', wholeNumber)
    .option('--firmware <version>', 'the version that every board must have')
    .option('--technician <name>', 'who checks', '')
    .action(check);
  const alerts = program.command('alerts').description('what somebody should know');
  withCommon(alerts.command('list', { isDefault: true }))
    .description('alerts that last, most urgent first; exit code 1 where one is open')
    .option('--log', 'also those that are over, newest first')
    .action(listAlerts);
  withCommon(alerts.command('acknowledge <id...>'))
    .description('say that somebody takes care of them')
    .requiredOption('--by <name>', 'who does')
    .option('--note <text>', 'what is done about it', '')
    .action((ids: readonly string[], options: Common & { readonly by: string; readonly note: string }) =>
      change(options, ids, 'cli.alerts.acknowledged', (client, signal) =>
        client.alerts.acknowledge({ ids: [...ids], by: options.by, note: options.note }, { signal }),
      ),
    );
  withCommon(alerts.command('snooze <id...>'))
    .description('neither count nor notify them for a while')
    .option('--hours <count>', 'for so long; 0 ends a snooze', number, 8)
    .action((ids: readonly string[], options: Common & { readonly hours: number }) =>
      change(options, ids, 'cli.alerts.snoozed', (client, signal) => {
        const untilMs = options.hours === 0 ? null : Date.now() + Math.round(options.hours * 3_600_000);
        return client.alerts.snooze({ ids: [...ids], untilMs }, { signal });
      }),
    );
}

async function health(options: HealthOptions): Promise<void> {
  const site = options.site === undefined ? null : argument(siteRefForm, options.site, 'site');
  const words = await loadWords();
  const ofSite: OfSite = (row) => site === null || row.siteRef === site;
  if (options.watch === true) return watchHealth(options, ofSite, words);
  await using(options, async (client, signal) => {
    const names = await namesOf(client, signal);
    if (site !== null && !names.sites.has(site))
      throw new AppError('site.unknown', `There is no site ${site}.`, { siteRef: site });
    for await (const update of await client.health.watch({}, { signal })) {
      const rows = update.rows.filter(ofSite);
      show(options, { items: rows }, [
        ...rows.map((row) => healthLine(row, names.devices.get(row.mac) ?? '', words, Date.now())),
        say(words, 'health.summary', {
          devices: rows.length,
          unwell: rows.filter(({ verdict }) => verdict !== 'healthy').length,
        }),
      ]);
      if (rows.some(({ verdict }) => severe.has(verdict))) process.exitCode = exitCodes.failed;
      return;
    }
  });
}

/** With `--json` one update a line, as the application tells them. */
async function watchHealth(options: HealthOptions, ofSite: OfSite, words: Words): Promise<void> {
  await using(
    options,
    async (client, signal) => {
      const names = await namesOf(client, signal);
      for await (const update of await client.health.watch({}, { signal })) {
        const rows = update.rows.filter(ofSite);
        if (options.json === true) print(JSON.stringify({ ...update, rows }));
        else
          for (const row of rows)
            print(
              `${new Date().toISOString()}  ${healthLine(row, names.devices.get(row.mac) ?? '', words, Date.now())}`,
            );
      }
    },
    'finish',
  );
}

async function check(site: string, options: CheckOptions): Promise<void> {
  const siteRef = argument(siteRefForm, site, 'site');
  const words = await loadWords();
  const wish = {
    siteRef,
    readings: options.readings,
    mode: options.fresh === true ? ('fresh' as const) : ('stored' as const),
    technician: options.technician,
    ...(options.rssi === undefined ? {} : { rssiLeastDbm: options.rssi }),
    ...(options.firmware === undefined ? {} : { firmware: options.firmware }),
  };
  await using(options, async (client, signal) => {
    let told = '';
    for await (const item of await client.siteCheck.run(wish, { signal })) {
      if (item.type === 'done') {
        show(options, item.check, checkLines(item.check, words));
        if (!item.check.passed) process.exitCode = exitCodes.failed;
        return;
      }
      const { ready, devices } = item;
      const line = say(words, 'check.ready', { ready, devices });
      if (options.fresh === true && line !== told) process.stderr.write(`${line}\n`);
      told = line;
    }
    throw new AppError('connection.lost', 'The check ended without a result.');
  });
}

async function listAlerts(options: Common & { readonly log?: boolean }): Promise<void> {
  const words = await loadWords();
  await using(options, async (client, signal) => {
    const names = await namesOf(client, signal);
    const nameOf = ({ mac, siteRef }: Pick<Alert, 'siteRef'> & { readonly mac: string | null }): string =>
      (mac === null ? names.sites.get(siteRef ?? '') : names.devices.get(mac)) || (mac ?? siteRef ?? '');
    if (options.log === true) {
      const page = await client.alerts.log({ limit: 200 }, { signal });
      show(
        options,
        page,
        page.items.map((one) => alertLine(one, nameOf(one), words)),
      );
      return;
    }
    for await (const state of await client.alerts.watch({}, { signal })) {
      show(options, state, [
        ...state.active.map((one) => alertLine(one, nameOf(one), words)),
        say(words, 'alerts.summary', { active: state.active.length, open: state.open }),
      ]);
      if (state.open > 0) process.exitCode = exitCodes.failed;
      return;
    }
  });
}

async function change(
  options: Common,
  ids: readonly string[],
  done: string,
  work: (client: Client, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const words = await loadWords();
  await using(options, async (client, signal) => {
    await work(client, signal);
    show(options, { ids }, [words(done, { count: ids.length }) ?? done]);
  });
}

interface Names {
  readonly devices: ReadonlyMap<string, string>;
  readonly sites: ReadonlyMap<string, string>;
}

async function namesOf(client: Client, signal: AbortSignal): Promise<Names> {
  for await (const update of await client.devices.watch({}, { signal })) {
    if (update.type !== 'snapshot') continue;
    return {
      devices: new Map(update.devices.map(({ mac, name }) => [mac as string, name])),
      sites: new Map(update.sites.map(({ ref, name }) => [ref, name])),
    };
  }
  throw new AppError('connection.lost', 'The application told no devices.');
}

/** Its stack runs: of a data folder that nobody works on, inside this command and for its time. */
async function using(
  options: Common,
  work: (client: Client, signal: AbortSignal) => Promise<void>,
  onEnd: 'cancel' | 'finish' = 'cancel',
): Promise<void> {
  await untilSignal(async (signal) => {
    const { applicationClient } = await import('./application-client.ts');
    const application = await applicationClient(dataFolder(options), signal);
    try {
      await work(application.client, signal);
    } finally {
      await application.close();
    }
  }, onEnd);
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It is a number.');
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value)) throw new InvalidArgumentError('It is a whole number.');
  return value;
}
