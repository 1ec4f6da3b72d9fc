import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import { mac as macSchema } from '../../../shared/contract/common.ts';
import type { RangeStatistics } from '../../../shared/contract/history.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { parseMacAddress } from '../../../shared/domain/mac-address.ts';
import { systemClock } from '../../foundation/clock.ts';
import { silentLog } from '../../foundation/log.ts';
import { History } from '../../history/index.ts';
import { argument, show, targetOf, withTarget, type Common } from './answer.ts';
import { withDatabase } from './database-target.ts';
import { rangeFrom } from './time-range.ts';

type RangeOptions = Common & { readonly from?: string; readonly to?: string; readonly last?: string };
type SeriesOptions = RangeOptions & { readonly width: string; readonly gap: string };
type ExportOptions = RangeOptions & { readonly resolution: string; readonly output?: string };

const resolutions = ['raw', 'semi-hourly', 'hourly', 'daily'] as const;
const secondMs = 1000;

/** `history ...`: what was measured, of an external database or of the embedded one. */
export function addHistoryCommands(program: Command): void {
  const history = program.command('history').description('what was measured, over any range of time');
  withRange(history.command('series <mac...>'))
    .description('points as a chart of that width shows them')
    .option('--width <pixels>', 'of the chart', '1200')
    .option('--gap <seconds>', 'shortest silence that counts as a gap', '300')
    .action(async (macs: readonly string[], options: SeriesOptions) => {
      const widthPx = whole(options.width, 'width', 50, 8_000);
      const gapMs = whole(options.gap, 'gap', 60, 86_400) * secondMs;
      const answer = await asked(options, macs, (on, question, signal) =>
        on.series({ ...question, widthPx, gapMs }, signal),
      );
      show(options, answer, seriesLines(answer));
    });
  withRange(history.command('summary <mac...>'))
    .description('received and expected readings, extremes, time outside the limits, longest gap')
    .action(async (macs: readonly string[], options: RangeOptions) => {
      const answer = await asked(options, macs, (on, question, signal) =>
        on.summary({ ...question, gapMs: 300_000 }, signal),
      );
      show(options, answer, answer.items.flatMap(summaryLines));
    });
  withRange(history.command('statistics <mac...>'))
    .description('percentiles, deviation and mean kinetic temperature, from every reading')
    .action(async (macs: readonly string[], options: RangeOptions) => {
      const answer = await asked(options, macs, (on, question, signal) => on.statistics(question, signal));
      show(options, answer, answer.items.flatMap(statisticsLines));
    });
  withRange(history.command('export <mac...>'))
    .description('readings or buckets as CSV, to a file or to standard output')
    .option('--resolution <name>', resolutions.join(', '), 'raw')
    .option('--output <file>', 'where the CSV goes; without it to standard output')
    .action(exportTo);
}

function withRange(command: Command): Command {
  return withTarget(command)
    .option('--from <time>', 'ISO date or time, UTC where it names no zone')
    .option('--to <time>', 'the same; not included; now unless given')
    .option('--last <span>', 'such as 6h, 7d, 4w or 1y, instead of --from');
}

type Answer<Name extends 'series' | 'summary' | 'statistics'> = Awaited<
  ReturnType<History['handlers'][Name]>
>;

interface Question {
  readonly macs: ReturnType<typeof macsFrom>;
  readonly fromMs: number;
  readonly toMs: number;
}

async function asked<T>(
  options: RangeOptions,
  macs: readonly string[],
  ask: (on: History['handlers'], question: Question, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const question = { macs: macsFrom(macs), ...rangeFrom(options, systemClock.now()) };
  return withDatabase({ ...targetOf(options), mayCreate: false }, async (database, signal) => {
    const history = new History({ clock: systemClock, log: silentLog });
    history.open(database);
    try {
      return await ask(history.handlers, question, signal);
    } finally {
      await history.detach();
    }
  });
}

/** With `--json` the answer tells of the file; the CSV itself never mixes with it. */
async function exportTo(macs: readonly string[], options: ExportOptions): Promise<void> {
  const resolution = resolutions.find((name) => name === options.resolution);
  if (resolution === undefined)
    throw new AppError('request.invalid', `resolution is one of ${resolutions.join(', ')}.`, {
      field: 'resolution',
    });
  if (options.json === true && options.output === undefined)
    throw new AppError('request.invalid', 'With --json the CSV needs a file: --output.', { field: 'output' });
  const file = options.output === undefined ? undefined : resolve(options.output);
  const rows = await asked(options, macs, async (on, question, signal) => {
    const target: Writable = file === undefined ? process.stdout : createWriteStream(file, { flags: 'wx' });
    return written(target, file, on.exportCsv({ ...question, resolution }, signal));
  });
  if (file !== undefined) show(options, { file, rows }, [`Written: ${file} (${rows} rows).`]);
}

/** A reader that has seen enough (`| head`) ends the export without a failure. */
async function written(
  target: Writable,
  file: string | undefined,
  parts: ReturnType<History['handlers']['exportCsv']>,
): Promise<number> {
  let failure: NodeJS.ErrnoException | undefined;
  const fail = (error: NodeJS.ErrnoException): void => void (failure ??= error);
  target.on('error', fail);
  let rows = 0;
  try {
    for await (const part of parts) {
      if (failure !== undefined) break;
      rows += part.type === 'part' ? part.rows : 0;
      if (part.type === 'part' && !target.write(part.text))
        await Promise.race([once(target, 'drain'), once(target, 'close')]).catch(() => undefined);
    }
    if (file !== undefined && failure === undefined)
      await new Promise<void>((done) => {
        target.once('close', done);
        target.end();
      });
  } finally {
    if (file !== undefined) target.destroy();
  }
  if (failure !== undefined && failure.code !== 'EPIPE')
    throw new AppError(
      'file.unwritable',
      `The file ${file ?? ''} cannot be written: ${failure.message}.`,
      { file: file ?? '' },
      failure,
    );
  return rows;
}

function macsFrom(texts: readonly string[]) {
  return texts.map((text) => argument(macSchema, parseMacAddress(text) ?? text, 'mac'));
}

function whole(text: string, field: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new AppError('request.invalid', `${field} is a whole number from ${least} to ${most}.`, { field });
}

function seriesLines({ resolution, series }: Answer<'series'>): readonly string[] {
  const form =
    resolution.kind === 'raw'
      ? 'readings'
      : `buckets of ${resolution.stepMs / 60_000} min, ${resolution.source}`;
  return series.flatMap(({ mac, timesMs, counts, temperature, humidity, gaps }) => [
    `${mac}  ${timesMs.length} points (${form}), ${gaps.length} gaps`,
    ...timesMs.map(
      (time, i) =>
        `${iso(time)}  ${counts[i] ?? 0}  ${shown(temperature.avg[i])} °C (${shown(temperature.min[i])} to ${shown(temperature.max[i])})  ${shown(humidity.avg[i])} %`,
    ),
    ...gaps.map(({ fromMs, toMs }) => `gap  ${iso(fromMs)} to ${iso(toMs)}`),
  ]);
}

function summaryLines(item: Answer<'summary'>['items'][number]): readonly string[] {
  const { mac, received, expected, temperature, humidity, outsideMs, longestGap } = item;
  const minutes = (ms: number): string => (ms / 60_000).toFixed(1);
  return [
    `${mac}  ${received} of ${expected ?? '?'} readings`,
    `  temperature ${shown(temperature.mean)} °C (${shown(temperature.min)} to ${shown(temperature.max)}), outside for ${minutes(outsideMs.temperature)} min`,
    `  humidity ${shown(humidity.mean)} % (${shown(humidity.min)} to ${shown(humidity.max)}), outside for ${minutes(outsideMs.humidity)} min`,
    ...(longestGap === null ? [] : [`  longest gap ${iso(longestGap.fromMs)} to ${iso(longestGap.toMs)}`]),
  ];
}

function statisticsLines(item: Answer<'statistics'>['items'][number]): readonly string[] {
  const { mac, rows, temperature, humidity, meanKineticTemperature } = item;
  const line = (name: string, unit: string, spread: RangeStatistics['temperature']): readonly string[] =>
    spread === null
      ? []
      : [
          `  ${name} ${shown(spread.mean)} ${unit}, deviation ${shown(spread.standardDeviation)}, percentiles 5/50/95: ${shown(spread.p5)} / ${shown(spread.p50)} / ${shown(spread.p95)}`,
        ];
  return [
    `${mac}  ${rows} readings`,
    ...line('temperature', '°C', temperature),
    ...line('humidity', '%', humidity),
    ...(meanKineticTemperature === null
      ? []
      : [`  mean kinetic temperature ${shown(meanKineticTemperature)} °C`]),
  ];
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function shown(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : value.toFixed(2);
}
