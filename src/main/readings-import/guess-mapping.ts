import type { ImportMapping, TimeFormat } from '../../shared/contract/readings-import.ts';
import { parseMacAddress } from '../../shared/domain/mac-address.ts';
import type { GuessedForm } from './guess-form.ts';
import { readTime } from './local-time.ts';

/** The headings of the application's own export, in any order. */
const own = {
  device: 'device_mac_addr',
  time: 'time',
  temperature: 'temperature',
  humidity: 'humidity',
} as const;

/** Words of headings in English, French and by abbreviation. */
const words = {
  device: /mac|device|sensor|logger|serial|capteur|appareil|sonde|enregistreur/i,
  time: /time|date|horodat|zeit/i,
  clock: /^(?:time|heure|hour|hh:mm.*)$/i,
  temperature: /temp|°\s?[cf]\b|^t$|celsius|fahrenheit/i,
  humidity: /hum|rh|hr|%|^h$/i,
} as const;

export interface GuessedMapping {
  readonly mapping: ImportMapping;
  readonly ownFormat: boolean;
  readonly columns: readonly string[];
}

/** The most likely way to read a file, from its first lines; the person sees it and corrects it. */
export function guessMapping(
  { encoding, separator }: Pick<GuessedForm, 'encoding' | 'separator'>,
  lines: readonly (readonly string[])[],
): GuessedMapping {
  const first = (lines[0] ?? []).map((name) => name.trim());
  const exact = (name: string): number => first.indexOf(name);
  const rows = lines.slice(1);
  const form = { encoding, separator } as const;
  if (Object.values(own).every((name) => exact(name) >= 0)) {
    return {
      ownFormat: true,
      columns: first,
      mapping: {
        ...form,
        heading: true,
        decimal: '.',
        device: { column: exact(own.device) },
        time: { column: exact(own.time), clockColumn: null, format: 'iso', zone: 'UTC' },
        temperature: { column: exact(own.temperature), unit: 'C' },
        humidity: { column: exact(own.humidity) },
      },
    };
  }
  const heading = !first.some((text) => isTime(text) || /^[+-]?\d+(?:[.,]\d+)?$/.test(text));
  const body = heading ? rows : lines;
  return { ownFormat: false, columns: first, mapping: { ...form, ...guessColumns(first, body, heading) } };
}

function guessColumns(
  first: readonly string[],
  body: readonly (readonly string[])[],
  heading: boolean,
): Omit<ImportMapping, 'encoding' | 'separator'> {
  const width = Math.max(1, ...body.map((cells) => cells.length), first.length);
  const all = Array.from({ length: width }, (_, i) => i);
  const named = (pattern: RegExp, except: readonly number[]): number | undefined =>
    heading ? all.find((i) => !except.includes(i) && pattern.test(first[i] ?? '')) : undefined;
  const cellsOf = (i: number): readonly string[] =>
    body.map((cells) => (cells[i] ?? '').trim()).filter((text) => text !== '');
  const mostly = (i: number, fits: (text: string) => boolean): boolean => {
    const cells = cellsOf(i);
    return cells.length > 0 && cells.filter(fits).length * 2 > cells.length;
  };
  const time = all.find((i) => mostly(i, isTime)) ?? named(words.time, []) ?? 0;
  const clock = all.find((i) => i !== time && mostly(i, (text) => /^\d{1,2}:\d{2}(?::\d{2})?$/.test(text)));
  const taken = clock === undefined ? [time] : [time, clock];
  const device =
    all.find((i) => !taken.includes(i) && mostly(i, (text) => parseMacAddress(text) !== undefined)) ??
    named(words.device, taken);
  if (device !== undefined) taken.push(device);
  const numbers = all.filter(
    (i) => !taken.includes(i) && mostly(i, (text) => /^[+-]?\d+(?:[.,]\d+)?$/.test(text)),
  );
  const temperature = named(words.temperature, taken) ?? numbers[0] ?? Math.min(1, width - 1);
  const humidity =
    named(words.humidity, [...taken, temperature]) ??
    numbers.find((i) => i !== temperature) ??
    Math.min(2, width - 1);
  const decimal = [...cellsOf(temperature), ...cellsOf(humidity)].some((text) => /\d,\d/.test(text))
    ? ','
    : '.';
  return {
    heading,
    decimal,
    // A file without any such column is of one logger; the person says which.
    device: { column: device ?? 0 },
    time: { column: time, clockColumn: clock ?? null, format: guessTimeFormat(cellsOf(time)), zone: 'UTC' },
    temperature: {
      column: temperature,
      unit: /°?\s?f\b|fahrenheit/i.test(first[temperature] ?? '') ? 'F' : 'C',
    },
    humidity: { column: humidity },
  };
}

const formats: readonly TimeFormat[] = ['iso', 'dmy', 'mdy'];

function isTime(text: string): boolean {
  const trimmed = text.trim();
  if (/^1\d{9}(?:\d{3})?$/.test(trimmed)) return true;
  return trimmed.length >= 8 && formats.some((format) => readTime(trimmed, format) !== undefined);
}

/** The one that reads most lines; of day-first and month-first the former where both do, as in most of the world. */
function guessTimeFormat(cells: readonly string[]): TimeFormat {
  if (cells.length > 0 && cells.every((text) => /^1\d{12}$/.test(text))) return 'epoch-ms';
  if (cells.length > 0 && cells.every((text) => /^1\d{9}$/.test(text))) return 'epoch-s';
  const scored = formats.map((format) => ({
    format,
    fits: cells.filter((text) => readTime(text, format) !== undefined).length,
  }));
  scored.sort((a, b) => b.fits - a.fits);
  return scored[0]?.format ?? 'iso';
}
