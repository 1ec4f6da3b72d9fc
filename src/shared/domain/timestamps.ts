/** A device's own time stamp, judged: what to store, and whether its clock can be believed. */
export interface JudgedTime {
  readonly timeMs: number;
  readonly clockFaulty: boolean;
  /** `timeMs` is what the device said, not the reception time in its place. */
  readonly own: boolean;
}

/** Before this no device existed; earlier dates come from a clock that was never set. */
export const earliestMs = Date.UTC(2020, 0, 1);
export const aheadAllowedMs = 24 * 3_600_000;

const form =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * Reads `2025-11-03T14:30:25.000Z`, another offset, or no zone at all (then UTC), with `T` or a space.
 * `undefined` for everything else, dates that do not exist included.
 */
export function parseTimestamp(text: string): number | undefined {
  if (text.length > 40) return undefined;
  return usualForm(text) ?? anyForm(text);
}

/** `2025-11-03T14:30:25.000Z`, which nearly every message has, without the cost of a regular expression. */
function usualForm(text: string): number | undefined {
  if (text.length !== 24 || text.charCodeAt(23) !== 90 || text.charCodeAt(19) !== 46) return undefined;
  if (text.charCodeAt(10) !== 84 || text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58)
    return undefined;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const millis = digits(text, 20, 23);
  // Whatever is out of the ordinary is left to the other way, which knows every rule.
  if (!(year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return undefined;
  if (!(hour <= 23 && minute <= 59 && second <= 59 && millis >= 0)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, millis);
}

/** NaN where one of them is no digit. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function anyForm(text: string): number | undefined {
  const found = form.exec(text);
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const millis = found[7] === undefined ? 0 : Math.floor(Number(`0.${found[7]}`) * 1000);
  const offset = offsetMinutes(found[8]);
  if (offset === undefined) return undefined;
  // Date.UTC takes years 0 to 99 for 1900 to 1999.
  if (year < 100) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, millis) - offset * 60_000;
}

/**
 * The time to store for a message: its own where it can be true, else the reception time.
 * A message without one is no fault of the clock.
 */
export function judgeTime(timestamp: unknown, receivedMs: number): JudgedTime {
  if (timestamp === undefined || timestamp === null)
    return { timeMs: receivedMs, clockFaulty: false, own: false };
  const own = typeof timestamp === 'string' ? parseTimestamp(timestamp) : undefined;
  if (own === undefined || own < earliestMs || own > receivedMs + aheadAllowedMs) {
    return { timeMs: receivedMs, clockFaulty: true, own: false };
  }
  return { timeMs: own, clockFaulty: false, own: true };
}

function offsetMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = zone.length > 3 ? Number(zone.slice(-2)) : 0;
  if (hours > 23 || minutes > 59) return undefined;
  const total = hours * 60 + minutes;
  return zone.startsWith('-') ? -total : total;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
