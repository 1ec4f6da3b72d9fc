import type { FaultReason, ImportMapping } from '../../shared/contract/readings-import.ts';
import { humidityRange, temperatureRange } from '../../shared/domain/decode-message.ts';
import { aheadAllowedMs, earliestMs } from '../../shared/domain/timestamps.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { readTime, TimePlacer, zoneClock } from './local-time.ts';
import type { FileRecord } from './read-records.ts';

/** What a line says; `source` is the device as the file names it. */
export interface FileReading {
  readonly source: string;
  readonly timeMs: number;
  readonly temperature: number;
  readonly humidity: number;
}

export type ReadLine =
  | { readonly reading: FileReading }
  | { readonly fault: FaultReason; readonly text: string };

const numberForm = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/**
 * Reads the lines of one file in their order, by a mapping. What is plausible is what the ingest takes: the same
 * bounds, both values there, no earlier than any device existed, no more than a day ahead.
 */
export class ReadingReader {
  readonly #mapping: ImportMapping;
  readonly #nowMs: number;
  readonly #places: TimePlacer;
  readonly #columns: number;

  /** @throws AppError `import.zone-unknown` */
  constructor(mapping: ImportMapping, nowMs: number) {
    this.#mapping = mapping;
    this.#nowMs = nowMs;
    const clock = zoneClock(mapping.time.zone);
    if (clock === undefined) {
      const { zone } = mapping.time;
      throw new AppError('import.zone-unknown', `There is no time zone ${zone}.`, { zone });
    }
    this.#places = new TimePlacer(clock);
    const { device, time, temperature, humidity } = mapping;
    this.#columns =
      1 +
      Math.max(
        'column' in device ? device.column : 0,
        time.column,
        time.clockColumn ?? 0,
        temperature.column,
        humidity.column,
      );
  }

  read({ cells, fault, text }: FileRecord): ReadLine {
    if (fault !== undefined) return { fault, text: text ?? '' };
    if (cells.length < this.#columns) return { fault: 'columns', text: cells.join(this.#mapping.separator) };
    const { device, time, temperature, humidity } = this.#mapping;
    const source = 'mac' in device ? device.mac : cell(cells, device.column);
    if (source === '') return { fault: 'device-missing', text: cells.join(this.#mapping.separator) };
    const when = this.#time(cells, time, source);
    if ('fault' in when) return when;
    const warmth = this.#value(cell(cells, temperature.column), 'temperature');
    if (typeof warmth !== 'number') return warmth;
    const moisture = this.#value(cell(cells, humidity.column), 'humidity');
    if (typeof moisture !== 'number') return moisture;
    return { reading: { source, timeMs: when.timeMs, temperature: warmth, humidity: moisture } };
  }

  #time(
    cells: readonly string[],
    { column, clockColumn, format }: ImportMapping['time'],
    source: string,
  ): { readonly timeMs: number } | { readonly fault: FaultReason; readonly text: string } {
    const date = cell(cells, column);
    const text = clockColumn === null ? date : `${date} ${cell(cells, clockColumn)}`.trim();
    if (date === '') return { fault: 'time-missing', text: '' };
    const written = readTime(text, format);
    if (written === undefined) return { fault: 'time-unreadable', text };
    const timeMs = this.#places.place(written, source);
    if (timeMs === undefined) return { fault: 'time-skipped', text };
    if (timeMs < earliestMs) return { fault: 'time-too-early', text };
    if (timeMs > this.#nowMs + aheadAllowedMs) return { fault: 'time-in-future', text };
    return { timeMs };
  }

  #value(
    text: string,
    kind: 'temperature' | 'humidity',
  ): number | { readonly fault: FaultReason; readonly text: string } {
    if (text === '') return { fault: `${kind}-missing`, text };
    const point = this.#mapping.decimal === ',' ? text.replace(',', '.') : text;
    if (!numberForm.test(point)) return { fault: `${kind}-unreadable`, text };
    const said = Number(point);
    const fahrenheit = kind === 'temperature' && this.#mapping.temperature.unit === 'F';
    // Back from a conversion, hundredths are more than any sensor tells.
    const value = fahrenheit ? Math.round(((said - 32) / 1.8) * 100) / 100 : said;
    const { min, max } = kind === 'temperature' ? temperatureRange : humidityRange;
    return value >= min && value <= max ? value : { fault: `${kind}-implausible`, text };
  }
}

function cell(cells: readonly string[], column: number): string {
  return (cells[column] ?? '').trim();
}
