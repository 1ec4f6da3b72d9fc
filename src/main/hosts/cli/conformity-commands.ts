import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import type { Handlers } from '../../../shared/contract/contract.ts';
import { conformityContract, criticality, metricType, utcDay } from '../../../shared/contract/conformity.ts';
import { siteRef as siteRefForm } from '../../../shared/contract/common.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { Conformity } from '../../conformity/index.ts';
import { systemClock } from '../../foundation/clock.ts';
import { silentLog } from '../../foundation/log.ts';
import { argument, print, show, targetOf, withTarget, type Common } from './answer.ts';
import { dayLine, excursionLine, importLines, ruleLine } from './conformity-lines.ts';
import { withDatabase } from './database-target.ts';

const dayMs = 86_400_000;

type ConformityHandlers = Handlers['conformity'];

/** `conformity ...`: the rules of a site and how it kept them; of an external database, or of the embedded one. */
export function addConformityCommands(program: Command): void {
  const conformity = program
    .command('conformity')
    .description('the rules that a site must keep to, and how it did');
  addRuleCommands(conformity.command('rules').description('rules in the warehouse’s form'));
  withTarget(conformity.command('days <site>'))
    .description('each UTC day of a site: share of the rules that were kept')
    .option('--from <day>', 'first UTC day, such as 2025-01-31; else 364 days before the last')
    .option('--to <day>', 'last UTC day; else today')
    .action(async (site: string, options: Common & { from?: string; to?: string }) => {
      const siteRef = argument(siteRefForm, site, 'site');
      const toDay = argument(utcDay, options.to ?? dayOf(Date.now()), '--to');
      const fromDay = argument(utcDay, options.from ?? dayOf(Date.parse(toDay) - 364 * dayMs), '--from');
      const answer = await using(options, (handlers, signal) =>
        handlers.days({ siteRef, fromDay, toDay }, signal),
      );
      const known = answer.days.filter(({ readings }) => readings > 0);
      show(options, answer, [
        ...known.map(dayLine),
        `${known.length} days with readings of ${answer.days.length}.`,
      ]);
    });
  withTarget(conformity.command('excursions <site>'))
    .description('stretches of readings beyond a limit, newest first')
    .option('--from <day>', 'first UTC day; else 30 days before the last')
    .option('--to <day>', 'last UTC day; else today')
    .option('--tolerance <minutes>', 'leave out shorter ones', wholeMinutes, 0)
    .option('--limit <count>', 'so many at most, up to 1000', wholeCount, 200)
    .action(async (site: string, options: Common & ExcursionOptions) => {
      const toDay = argument(utcDay, options.to ?? dayOf(Date.now()), '--to');
      const fromDay = argument(utcDay, options.from ?? dayOf(Date.parse(toDay) - 30 * dayMs), '--from');
      const question = argument(
        conformityContract.excursions.input,
        {
          siteRef: site,
          fromMs: Date.parse(fromDay),
          toMs: Date.parse(toDay) + dayMs,
          toleranceMs: options.tolerance * 60_000,
          limit: options.limit,
        },
        'excursions',
      );
      const answer = await using(options, (handlers, signal) => handlers.excursions(question, signal));
      show(options, answer, [
        ...answer.items.map(excursionLine),
        ...(answer.more === 0 ? [] : [`and ${answer.more} more`]),
      ]);
    });
}

interface ExcursionOptions {
  readonly from?: string;
  readonly to?: string;
  readonly tolerance: number;
  readonly limit: number;
}

function addRuleCommands(rules: Command): void {
  withTarget(rules.command('list'))
    .option('--site <code>', 'of one site only')
    .action(async (options: Common & { site?: string }) => {
      const answer = await using(options, (handlers, signal) => handlers.rules(siteOf(options), signal));
      show(options, answer, answer.items.map(ruleLine));
    });
  withTarget(rules.command('export [file]'))
    .description('as CSV in the warehouse’s columns; without a file to the output')
    .option('--site <code>', 'of one site only')
    .action(async (file: string | undefined, options: Common & { site?: string }) => {
      const exported = await using(options, (handlers, signal) =>
        handlers.exportRules(siteOf(options), signal),
      );
      const text = await exported.file.text();
      if (file === undefined && options.json !== true) return print(text.replace(/\r\n$/, ''));
      if (file !== undefined) await write(resolve(file), text);
      show(options, file === undefined ? { csv: text } : { file: resolve(file) }, [
        `Written: ${resolve(file ?? '')}`,
      ]);
    });
  withTarget(rules.command('import <file>'))
    .description('take rules from a CSV file in the warehouse’s columns; with one bad line, none')
    .option('--dry-run', 'say what would change')
    .action(async (file: string, options: Common & { dryRun?: boolean }) => {
      const content = await read(resolve(file));
      const report = await using(options, (handlers, signal) =>
        handlers.importRules({ file: new Blob([content]), apply: options.dryRun !== true }, signal),
      );
      show(options, report, importLines(report, options.dryRun === true));
      if (report.faults.length > 0) process.exitCode = 1;
    });
  withTarget(rules.command('add'))
    .requiredOption('--site <code>', 'the site')
    .requiredOption('--type <type>', `one of ${metricType.options.join(', ')}`)
    .option('--min <number>', 'lowest allowed: °C, % relative humidity, or a ratio from 0 to 1', bound)
    .option('--max <number>', 'highest allowed', bound)
    .option('--criticality <level>', `one of ${criticality.options.join(', ')}`, 'MEDIUM')
    .option('--description <text>', 'what it is for', '')
    .action(async (options: Common & AddOptions) => {
      const rule = argument(
        conformityContract.saveRule.input,
        {
          id: null,
          siteRef: options.site,
          metricType: options.type,
          minAllowed: options.min ?? null,
          maxAllowed: options.max ?? null,
          criticality: options.criticality,
          description: options.description,
        },
        'rule',
      );
      const saved = await using(options, (handlers, signal) => handlers.saveRule(rule, signal));
      show(options, saved, [ruleLine(saved)]);
    });
  withTarget(rules.command('remove <id>')).action(async (text: string, options: Common) => {
    const { id } = argument(conformityContract.removeRule.input, { id: bound(text) }, 'id');
    await using(options, (handlers, signal) => handlers.removeRule({ id }, signal));
    show(options, {}, ['Removed.']);
  });
}

interface AddOptions {
  readonly site: string;
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly criticality: string;
  readonly description: string;
}

function using<T>(
  options: Common,
  work: (handlers: ConformityHandlers, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withDatabase({ ...targetOf(options), mayCreate: false }, async (owner, signal) => {
    const conformity = new Conformity({ clock: systemClock, log: silentLog });
    conformity.open(owner);
    try {
      return await work(conformity.handlers, signal);
    } finally {
      await conformity.detach();
    }
  });
}

function siteOf({ site }: { readonly site?: string }): { siteRef?: string } {
  return site === undefined ? {} : { siteRef: argument(siteRefForm, site, '--site') };
}

const dayOf = (ms: number): string => (Number.isNaN(ms) ? '' : new Date(ms).toISOString().slice(0, 10));

function bound(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError('That is no number.');
  return value;
}

function wholeMinutes(text: string): number {
  const value = bound(text);
  if (value < 0 || value > 1440) throw new InvalidArgumentError('Between 0 and 1440.');
  return Math.round(value);
}

function wholeCount(text: string): number {
  const value = bound(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000)
    throw new InvalidArgumentError('Between 1 and 1000.');
  return value;
}

async function read(file: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return Buffer.from(await readFile(file));
  } catch (error) {
    throw new AppError('file.unreadable', `The file ${file} cannot be read.`, { file }, error);
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new AppError('file.unwritable', `The file ${file} cannot be written.`, { file }, error);
  }
}
