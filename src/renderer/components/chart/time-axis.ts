/** A place on the time axis; midnights carry the date and are drawn stronger. */
export interface TimeTick {
  readonly atMs: number;
  readonly label: string;
  readonly midnight: boolean;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
const monthMs = 30.5 * dayMs;
const decade = 120;
const clockSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720];
const daySteps = [1, 2, 3, 7, 14];
const monthSteps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600];

/**
 * Ticks at round times of the clock on the wall, at most `atMost` of them. An hour that a change to summer time
 * leaves out has no tick; the one that comes twice in autumn is marked twice only where every hour is.
 *
 * @param language of the dates: `en` or `fr`
 */
export function timeTicks(
  fromMs: number,
  toMs: number,
  atMost: number,
  language: string,
): readonly TimeTick[] {
  const span = toMs - fromMs;
  if (!(span > 0) || atMost < 1) return [];
  const words = wordsOf(language);
  const minutes = clockSteps.find((step) => span / (step * minuteMs) <= atMost);
  if (minutes !== undefined)
    return clockTimes(fromMs, toMs, minutes).map((atMs) => {
      const midnight = isMidnight(atMs);
      return { atMs, midnight, label: midnight ? words.day.format(atMs) : clockText(atMs) };
    });
  const days = daySteps.find((step) => span / (step * dayMs) <= atMost);
  if (days !== undefined)
    return midnights(fromMs, toMs, days).map((atMs) => ({
      atMs,
      midnight: true,
      label: words.day.format(atMs),
    }));
  const months =
    monthSteps.find((step) => span / (step * monthMs) <= atMost) ??
    Math.ceil(span / (atMost * decade * monthMs)) * decade;
  return monthStarts(fromMs, toMs, months).map((atMs) => {
    const { year, label } = monthText(atMs, months, words);
    return { atMs, midnight: year, label };
  });
}

/** Every multiple of a quarter of an hour is one in all time zones in use, so walking in such steps misses none. */
function clockTimes(fromMs: number, toMs: number, minutes: number): readonly number[] {
  const stride = Math.min(minutes, 15) * minuteMs;
  const found: number[] = [];
  let before = -1;
  for (let atMs = Math.ceil(fromMs / stride) * stride; atMs <= toMs; atMs += stride) {
    const date = new Date(atMs);
    const ofDay = date.getHours() * 60 + date.getMinutes();
    if (ofDay % minutes !== 0) continue;
    if (minutes <= 60 || ofDay !== before) found.push(atMs);
    before = ofDay;
  }
  return found;
}

function midnights(fromMs: number, toMs: number, days: number): readonly number[] {
  const first = new Date(fromMs);
  const [year, month, day] = [first.getFullYear(), first.getMonth(), first.getDate()];
  const found: number[] = [];
  for (let ahead = 0; ; ahead++) {
    const atMs = new Date(year, month, day + ahead).getTime();
    if (atMs > toMs) return found;
    // Counted from a Monday, so that weeks begin with it and the ticks stay where they are while the range moves.
    const number = Math.round(Date.UTC(year, month, day + ahead) / dayMs) + 3;
    if (atMs >= fromMs && number % days === 0) found.push(atMs);
  }
}

function monthStarts(fromMs: number, toMs: number, months: number): readonly number[] {
  const first = new Date(fromMs);
  const number = first.getFullYear() * 12 + first.getMonth();
  const found: number[] = [];
  for (let at = Math.floor(number / months) * months; ; at += months) {
    const atMs = new Date(Math.floor(at / 12), at % 12, 1).getTime();
    if (atMs > toMs) return found;
    if (atMs >= fromMs) found.push(atMs);
  }
}

function isMidnight(atMs: number): boolean {
  const date = new Date(atMs);
  return date.getHours() === 0 && date.getMinutes() === 0;
}

function clockText(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

interface Words {
  readonly day: Intl.DateTimeFormat;
  readonly month: Intl.DateTimeFormat;
}

const known = new Map<string, Words>();

/** Making these formats costs more than all else of an axis. */
function wordsOf(language: string): Words {
  const found = known.get(language);
  if (found !== undefined) return found;
  const locale = language === 'en' ? 'en-GB' : language;
  const made = {
    day: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }),
    month: new Intl.DateTimeFormat(locale, { month: 'short' }),
  };
  known.set(language, made);
  return made;
}

function monthText(
  atMs: number,
  months: number,
  words: Words,
): { readonly label: string; readonly year: boolean } {
  const date = new Date(atMs);
  const year = date.getMonth() === 0;
  return { year, label: year || months >= 12 ? String(date.getFullYear()) : words.month.format(atMs) };
}

/** `18 Nov 09:42`, with the year where it is another than that of `nowMs`. */
export function momentText(atMs: number, language: string, nowMs = Date.now()): string {
  const date = new Date(atMs);
  const otherYear = date.getFullYear() !== new Date(nowMs).getFullYear();
  const day = wordsOf(language).day.format(atMs);
  return `${otherYear ? `${day} ${date.getFullYear()}` : day} ${clockText(atMs)}`;
}
