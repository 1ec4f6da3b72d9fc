import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import {
  importMapping,
  type ImportCheck,
  type ImportFaults,
  type ImportLook,
  type ImportMapping,
  type ImportProgress,
} from '../../../shared/contract/readings-import.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { parseMacAddress } from '../../../shared/domain/mac-address.ts';
import { silentLog } from '../../foundation/log.ts';
import { checkImport, lookAtFile, runImport, undoImport } from '../../readings-import/index.ts';
import type { Database } from '../../storage/index.ts';
import { listImports, loadDeviceNames } from '../../storage/queries/imports.ts';
import { argument, show, targetOf, withTarget, type Common } from './answer.ts';
import { withDatabase } from './database-target.ts';
import { ProgressTeller } from './progress.ts';
import { loadWords, type Words } from './words.ts';

type ImportOptions = Common & {
  readonly map?: string;
  readonly device?: string;
  readonly timeFormat?: string;
  readonly zone?: string;
  readonly unit?: string;
  readonly decimal?: string;
  readonly separator?: string;
  readonly encoding?: string;
  readonly heading: boolean;
  readonly assign: readonly string[];
  readonly dryRun?: boolean;
};

/** `readings ...`: readings from CSV files, of an external database or of the embedded one. */
export function addReadingsCommands(program: Command): void {
  const readings = program.command('readings').description('readings from CSV files');
  withTarget(readings.command('import <file>'))
    .description('import a CSV file; our own export needs no option, of others the columns are guessed')
    .option(
      '--map <columns>',
      'time=2,clock=3,temperature=4,humidity=5,device=1: numbers from 1, or headings',
    )
    .option('--device <mac>', 'one device for the whole file')
    .option('--time-format <format>', 'iso, dmy, mdy, epoch-s or epoch-ms')
    .option('--zone <zone>', 'UTC, +02:00 or Europe/Paris, for times that name none')
    .option('--unit <C|F>', 'of the temperature')
    .option('--decimal <sign>', '. or ,')
    .option('--separator <sign>', ', ; | or tab')
    .option('--encoding <name>', 'utf-8, utf-16le, utf-16be or windows-1252')
    .option('--no-heading', 'the first line is a reading')
    .option(
      '--assign <name=mac>',
      'the device that the file calls so; may be given again',
      (text: string, before: readonly string[]) => [...before, text],
      [] as readonly string[],
    )
    .option('--dry-run', 'say what would be imported; stores nothing')
    .action(importFile);
  withTarget(readings.command('imports'))
    .description('what was imported')
    .action(async (options: Common) => {
      const items = await withDatabase({ ...targetOf(options), mayCreate: false }, (database) =>
        listImports(database, null),
      );
      show(
        options,
        { items },
        items.length === 0
          ? ['Nothing was imported yet.']
          : items.map(
              ({ id, fileName, state, startedMs, added, replaced }) =>
                `${String(id).padStart(5)}  ${new Date(startedMs).toISOString()}  ${state.padEnd(16)} ${added} new, ${replaced} replaced  ${fileName}`,
            ),
      );
    });
  withTarget(readings.command('undo <id>'))
    .description('take an import back: what it replaced is as before, what devices sent since then stays')
    .action(async (text: string, options: Common) => {
      const id = Number(text);
      if (!Number.isInteger(id))
        throw new AppError('request.invalid', 'id: the number of an import.', { field: 'id' });
      const tell = await teller(options);
      const result = await withDatabase({ ...targetOf(options), mayCreate: false }, (database, signal) =>
        undoImport(siteOf(database), id, tell.progress, signal),
      ).finally(() => tell.end());
      show(options, result, [`Undone: ${result.removed} readings removed, ${result.restored} restored.`]);
    });
}

async function importFile(name: string, options: ImportOptions): Promise<void> {
  const path = resolve(name);
  const tell = await teller(options);
  const file = { path, name: basename(path) };
  const work = withDatabase({ ...targetOf(options), mayCreate: false }, async (database, signal) => {
    const assign = assignments(options.assign);
    const known = await loadDeviceNames(database);
    const now = Date.now();
    const guessed = await lookAtFile(file, undefined, known, assign, now);
    const mapping = mappingFrom(guessed, options);
    const order = { ...file, mapping, assign };
    const site = siteOf(database);
    if (options.dryRun === true)
      return { mapping, check: await checkImport(site, order, tell.progress, signal) };
    return { mapping, result: await runImport(site, order, tell.progress, signal) };
  });
  const done = await work.finally(() => tell.end());
  if ('check' in done)
    show(options, done, [...mappingLines(done.mapping), ...checkLines(done.check, tell.words)]);
  else {
    const { record, faults } = done.result;
    show(options, done.result, [
      ...faultLines(faults, tell.words),
      ...(record.unassigned === 0
        ? []
        : [`left out, device not known: ${record.unassigned} (see --dry-run, --assign)`]),
      `Import ${record.id}: ${record.added} new, ${record.replaced} replaced, ${record.unchanged} unchanged, ${record.refused} refused.`,
    ]);
  }
}

function siteOf(database: Database): Parameters<typeof runImport>[0] {
  return { database, log: silentLog, nowMs: Date.now() };
}

/** @throws AppError `request.invalid` */
function assignments(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.lastIndexOf('=');
      const mac = parseMacAddress(text.slice(at + 1));
      if (at < 1 || mac === undefined)
        throw new AppError('request.invalid', 'assign: the form is NAME=1C:69:20:E9:18:24.', {
          field: 'assign',
        });
      return [text.slice(0, at), mac];
    }),
  );
}

const mapped = ['device', 'time', 'clock', 'temperature', 'humidity'] as const;

/** What was guessed, with what the person says. @throws AppError `request.invalid` */
function mappingFrom({ mapping, columns }: ImportLook, options: ImportOptions): ImportMapping {
  const chosen = new Map<string, number>();
  for (const part of options.map?.split(',') ?? []) {
    const [key = '', value = ''] = part.split('=').map((text) => text.trim());
    const number = /^\d+$/.test(value) ? Number(value) - 1 : columns.indexOf(value);
    if (!mapped.some((name) => name === key) || number < 0)
      throw new AppError('request.invalid', `map: ${part.trim()} names no column of the file.`, {
        field: 'map',
      });
    chosen.set(key, number);
  }
  const column = (key: (typeof mapped)[number], before: number): number => chosen.get(key) ?? before;
  const separator = options.separator === 'tab' ? '\t' : (options.separator ?? mapping.separator);
  const device = chosen.has('device') ? { column: column('device', 0) } : mapping.device;
  return argument(
    importMapping,
    {
      ...mapping,
      encoding: options.encoding ?? mapping.encoding,
      separator,
      decimal: options.decimal ?? mapping.decimal,
      heading: options.heading && mapping.heading,
      device:
        options.device === undefined ? device : { mac: parseMacAddress(options.device) ?? options.device },
      time: {
        column: column('time', mapping.time.column),
        clockColumn: chosen.get('clock') ?? (chosen.has('time') ? null : mapping.time.clockColumn),
        format: options.timeFormat ?? mapping.time.format,
        zone: options.zone ?? mapping.time.zone,
      },
      temperature: {
        column: column('temperature', mapping.temperature.column),
        unit: options.unit ?? mapping.temperature.unit,
      },
      humidity: { column: column('humidity', mapping.humidity.column) },
    },
    'map',
  );
}

async function teller(options: Common): Promise<{
  readonly words: Words;
  readonly progress: (progress: ImportProgress) => void;
  readonly end: () => void;
}> {
  const words = await loadWords();
  const shown = new ProgressTeller(options, words);
  let phase: ImportProgress['phase'] | undefined;
  let begunMs = 0;
  return {
    words,
    progress: (told) => {
      const now = performance.now();
      if (told.phase !== phase) {
        phase = told.phase;
        begunMs = now;
        shown.step(words(`import.${phase}`) ?? null, { type: 'phase', phase });
      }
      if (told.total === 0) return;
      const seconds = Math.max(0.001, (now - begunMs) / 1000);
      const fraction = told.done / told.total;
      shown.progress({
        fraction,
        bytesPerSecond: phase === 'undoing' ? 0 : told.done / seconds,
        leftMs: fraction === 0 ? null : (seconds * 1000 * (1 - fraction)) / fraction,
      });
    },
    end: () => shown.end(),
  };
}

function mappingLines(mapping: ImportMapping): readonly string[] {
  const { device, time, temperature, humidity, encoding, separator, decimal } = mapping;
  const clock = time.clockColumn === null ? '' : ` and ${time.clockColumn + 1}`;
  return [
    `read as ${encoding}, separator ${separator === '\t' ? 'tab' : separator}, decimal ${decimal}`,
    `device ${'mac' in device ? device.mac : `in column ${device.column + 1}`}`,
    `time in column ${time.column + 1}${clock}, ${time.format}, ${time.zone}`,
    `temperature in column ${temperature.column + 1} (°${temperature.unit}), humidity in column ${humidity.column + 1}`,
  ];
}

function checkLines(check: ImportCheck, words: Words): readonly string[] {
  const iso = (ms: number | null): string => (ms === null ? '-' : new Date(ms).toISOString());
  return [
    ...check.devices.map(
      ({ source, mac, rows }) => `${mac === null ? 'not known' : mac}  ${source}  ${rows} readings`,
    ),
    ...faultLines(check.faults, words),
    `${iso(check.fromMs)} to ${iso(check.toMs)}`,
    `${check.lines} lines: would add ${check.added}, replace ${check.replaced}; ${check.unchanged} unchanged, ` +
      `${check.unassigned} of unknown devices, ${check.faults.total} refused.`,
  ];
}

function faultLines({ first, byReason, total }: ImportFaults, words: Words): readonly string[] {
  const named = (reason: string): string => words(`import.reason.${reason}`) ?? reason;
  return [
    ...first.map(({ line, reason, text }) => `line ${line}: ${named(reason)}: ${text}`),
    ...(total > first.length
      ? Object.entries(byReason).map(([reason, count]) => `${named(reason)}: ${count}`)
      : []),
  ];
}
