import type { Reason } from '../../../shared/domain/survey/judge-survey.ts';
import { english, type ReportWords } from './words-en.ts';
import { french } from './words-fr.ts';

export type ReportLanguage = 'en' | 'fr';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Numbers, units and times as the language of the report writes them. The type face has no U+202F and no micro sign. */
export class ReportText {
  readonly words: ReportWords;
  readonly language: ReportLanguage;
  readonly timeZone: string;
  readonly #numbers = new Map<number, Intl.NumberFormat>();
  readonly #moment: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #clock: Intl.DateTimeFormat;
  readonly #seconds: Intl.DateTimeFormat;
  readonly #dayMonth: Intl.DateTimeFormat;
  readonly #parts: Intl.DateTimeFormat;

  /** @param timeZone IANA name; UTC where this machine does not know it */
  constructor(language: ReportLanguage, timeZone: string) {
    this.language = language;
    this.words = language === 'fr' ? french : english;
    this.timeZone = isTimeZone(timeZone) ? timeZone : 'UTC';
    const date = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
      new Intl.DateTimeFormat(this.#locale, { timeZone: this.timeZone, hourCycle: 'h23', ...options });
    const clock = { hour: '2-digit', minute: '2-digit' } as const;
    const day = { day: 'numeric', month: 'short', year: 'numeric' } as const;
    this.#moment = date({ ...day, ...clock });
    this.#day = date({ day: 'numeric', month: 'long', year: 'numeric' });
    this.#clock = date(clock);
    this.#seconds = date({ ...clock, second: '2-digit' });
    this.#dayMonth = date({ day: 'numeric', month: 'short' });
    this.#parts = new Intl.DateTimeFormat('en-GB', {
      timeZone: this.timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  get #locale(): string {
    return this.language === 'fr' ? 'fr-FR' : 'en-GB';
  }

  number(value: number, digits = 0): string {
    let format = this.#numbers.get(digits);
    if (format === undefined) {
      format = new Intl.NumberFormat(this.#locale, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      });
      this.#numbers.set(digits, format);
    }
    const text = format.format(value);
    return (/^[-−]0([.,]0*)?$/.test(text) ? text.slice(1) : text)
      .replaceAll('\u202F', '\u00A0')
      .replace('-', '\u2212');
  }

  /** A dash where there is no value. */
  maybe(value: number | null | undefined, digits = 0): string {
    return value === null || value === undefined ? '–' : this.number(value, digits);
  }

  degrees(value: number, digits = 1): string {
    return `${this.number(value, digits)}\u00A0°C`;
  }

  dbm(value: number): string {
    return `${this.number(value)}\u00A0dBm`;
  }

  humidity(value: number): string {
    return `${this.number(value, 1)}\u00A0%`;
  }

  /** @param share 0 to 1; rounded down, so that 99.96 % is never told as all of it */
  share(share: number): string {
    return `${this.number(Math.floor(share * 1000 + 1e-9) / 10, 1)}\u00A0%`;
  }

  moment(ms: number): string {
    return this.#moment.format(ms).replaceAll('\u202F', '\u00A0');
  }

  day(ms: number): string {
    return this.#day.format(ms);
  }

  /** A day that is no moment: `2026-11-30` as it was entered. */
  plainDay(day: string): string {
    const date = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const;
    return new Intl.DateTimeFormat(this.#locale, date).format(Date.parse(day));
  }

  clock(ms: number): string {
    return this.#clock.format(ms);
  }

  seconds(ms: number): string {
    return this.#seconds.format(ms);
  }

  dayMonth(ms: number): string {
    return this.#dayMonth.format(ms);
  }

  duration(ms: number): string {
    const unit = (count: number, name: string): string => `${this.number(count)}\u00A0${name}`;
    const rounded = Math.max(0, Math.round(ms / 1000)) * 1000;
    if (rounded < 2 * minuteMs) return unit(rounded / 1000, 's');
    if (rounded < 2 * hourMs) return unit(Math.round(rounded / minuteMs), 'min');
    const [days, hours] = [Math.floor(rounded / dayMs), Math.round((rounded % dayMs) / hourMs)];
    if (days < 2) return unit(Math.round(rounded / hourMs), 'h');
    const day = this.language === 'fr' ? 'j' : 'd';
    return hours === 0 || hours === 24
      ? unit(days + hours / 24, day)
      : `${unit(days, day)} ${unit(hours, 'h')}`;
  }

  /** Milliseconds that the clock on the wall is ahead of UTC at that moment. */
  zoneOffset(ms: number): number {
    const parts = new Map(this.#parts.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const wall = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    );
    return wall - Math.floor(ms / 1000) * 1000;
  }

  reason({ code, measured, limit, about }: Reason): string {
    const shown = (value: number | null): string => (value === null ? '' : this.#measured(code, value));
    return this.words.reasons[code]({ measured: shown(measured), limit: shown(limit), about });
  }

  #measured(code: Reason['code'], value: number): string {
    if (code.startsWith('rssi')) return `${this.number(value, Number.isInteger(value) ? 0 : 1)}\u00A0dBm`;
    if (code.startsWith('temperature')) return this.degrees(value);
    if (code.startsWith('humidity')) return this.humidity(value);
    if (code.startsWith('coverage')) return this.share(value);
    if (code === 'not-stable') return `${this.number(value)}\u00A0s`;
    return this.number(value);
  }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
