import type { TimeFormat } from '../../shared/contract/readings-import.ts';
import { parseTimestamp } from '../../shared/domain/timestamps.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Offsets change on quarters of an hour at most. */
const stepMs = 15 * minuteMs;
const offsetsKept = 200_000;

/**
 * A moment as a file writes it: either known, or a reading of a wall clock that its zone has yet to place. Both in
 * milliseconds, the wall clock's as if it were UTC.
 */
export type WrittenTime = { readonly utcMs: number } | { readonly wallMs: number };

/** A place's wall clock: 0, 1 or 2 moments at which it showed that time, in order. */
export type ZoneClock = (wallMs: number) => readonly number[];

const isoForm = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(.+))?$/;
const dayFirstForm = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[T ,]+(.+))?$/;
const clockForm = /^(\d{1,2})[:h](\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(am|pm|a\.m\.|p\.m\.)?$/i;
const zoned = /(?:Z|z|[+-]\d{2}(?::?\d{2})?)$/;

/** Reads a date with its time of day; `undefined` where it is none of that form, or no date that exists. */
export function readTime(text: string, format: TimeFormat): WrittenTime | undefined {
  if (text.length > 60) return undefined;
  if (format === 'epoch-s' || format === 'epoch-ms') return readEpoch(text, format === 'epoch-s' ? 1000 : 1);
  if (format === 'iso') {
    // The export's own form, and whatever else names its zone.
    const zone = text.length > 16 ? zoned.exec(text)?.[0] : undefined;
    if (zone !== undefined) {
      const utcMs = parseTimestamp(text) ?? withOffset(text.slice(0, -zone.length).trim(), zone);
      return utcMs === undefined ? undefined : { utcMs };
    }
    const [, year, month, day, clock] = isoForm.exec(text) ?? [];
    return wallTime(year, month, day, clock);
  }
  const [, first, second, year, clock] = dayFirstForm.exec(text) ?? [];
  return format === 'dmy' ? wallTime(year, second, first, clock) : wallTime(year, first, second, clock);
}

/** A time that names its zone but leaves out what `parseTimestamp` wants, seconds for one. */
function withOffset(text: string, zone: string): number | undefined {
  const [, year, month, day, clock] = isoForm.exec(text) ?? [];
  const written = wallTime(year, month, day, clock);
  const wallMs = written === undefined || !('wallMs' in written) ? undefined : written.wallMs;
  return wallMs === undefined ? undefined : zoneClock(zone.toUpperCase())?.(wallMs)[0];
}

function readEpoch(text: string, unitMs: number): WrittenTime | undefined {
  if (!/^\d{1,14}(?:[.,]\d{1,9})?$/.test(text)) return undefined;
  const utcMs = Math.round(Number(text.replace(',', '.')) * unitMs);
  return utcMs > 8.64e15 ? undefined : { utcMs };
}

function wallTime(
  yearText: string | undefined,
  monthText: string | undefined,
  dayText: string | undefined,
  clock: string | undefined,
): WrittenTime | undefined {
  if (yearText === undefined) return undefined;
  const year = yearText.length === 2 ? 2000 + Number(yearText) : Number(yearText);
  const [month, day] = [Number(monthText), Number(dayText)];
  if (month < 1 || month > 12 || day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate())
    return undefined;
  const timeOfDay = clock === undefined ? 0 : clockMs(clock.trim());
  return timeOfDay === undefined ? undefined : { wallMs: Date.UTC(year, month - 1, day) + timeOfDay };
}

function clockMs(text: string): number | undefined {
  const [, hourText, minuteText, secondText, fraction, half] = clockForm.exec(text) ?? [];
  if (hourText === undefined) return undefined;
  let hour = Number(hourText);
  const [minute, second] = [Number(minuteText), Number(secondText ?? 0)];
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0);
  }
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const millis = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000);
  return ((hour * 60 + minute) * 60 + second) * 1000 + millis;
}

/**
 * The clock of `UTC`, of an offset such as `+02:00`, or of a place of the IANA database such as `Europe/Paris`.
 * `undefined` where there is no such zone.
 */
export function zoneClock(zone: string): ZoneClock | undefined {
  if (zone.toUpperCase() === 'UTC' || zone === 'Z') return (wallMs) => [wallMs];
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(zone) ?? [];
  if (hours !== undefined) {
    if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
    const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * minuteMs;
    return (wallMs) => [wallMs - offset];
  }
  return placeClock(zone);
}

function placeClock(zone: string): ZoneClock | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
  // Asking takes microseconds, and a file has millions of lines.
  const known = new Map<number, number>();
  const offsetAt = (utcMs: number): number => {
    const step = Math.floor(utcMs / stepMs);
    const before = known.get(step);
    if (before !== undefined) return before;
    const offset = offsetIn(format.format(step * stepMs));
    if (known.size >= offsetsKept) known.clear();
    known.set(step, offset);
    return offset;
  };
  return (wallMs) => {
    const candidates = new Set([offsetAt(wallMs - dayMs), offsetAt(wallMs + dayMs)]);
    return [...candidates]
      .filter((offset) => offsetAt(wallMs - offset) === offset)
      .map((offset) => wallMs - offset)
      .sort((a, b) => a - b);
  };
}

/** `11/3/2025, GMT+01:00`; without figures it is GMT itself. */
function offsetIn(text: string): number {
  const [, sign, hours, minutes, seconds] = /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(text) ?? [];
  if (hours === undefined) return 0;
  const total = (Number(hours) * 60 + Number(minutes)) * minuteMs + Number(seconds ?? 0) * 1000;
  return sign === '-' ? -total : total;
}

interface Passed {
  utcMs: number;
  backwards: boolean;
}

/**
 * Places the wall-clock times of one device after another's in the order of the file. An hour that a clock showed
 * twice (autumn) is taken as its first time until that would go against the order of the device's lines, then as the
 * second; in a file that runs backwards the other way round. An hour that it never showed (spring) is no time.
 */
export class TimePlacer {
  readonly #clock: ZoneClock;
  readonly #passed = new Map<string, Passed>();
  readonly #devicesAtMost = 10_000;

  constructor(clock: ZoneClock) {
    this.#clock = clock;
  }

  /** UTC, or `undefined` for an hour that the clock skipped. */
  place(written: WrittenTime, device: string): number | undefined {
    if ('utcMs' in written) return written.utcMs;
    const [first, second] = this.#clock(written.wallMs);
    const passed = this.#passed.get(device);
    let utcMs = first;
    if (first !== undefined && second !== undefined && passed !== undefined) {
      if (passed.backwards) utcMs = second < passed.utcMs ? second : first;
      else utcMs = first > passed.utcMs ? first : second;
    }
    if (utcMs !== undefined) this.#note(device, utcMs, passed);
    return utcMs;
  }

  #note(device: string, utcMs: number, passed: Passed | undefined): void {
    if (passed === undefined) {
      if (this.#passed.size < this.#devicesAtMost) this.#passed.set(device, { utcMs, backwards: false });
      return;
    }
    if (utcMs !== passed.utcMs) passed.backwards = utcMs < passed.utcMs;
    passed.utcMs = utcMs;
  }
}
