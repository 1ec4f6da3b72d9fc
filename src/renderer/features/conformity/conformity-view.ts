import type { Client } from '../../../shared/contract/contract.ts';
import type { Excursion, RuleDay, SiteDay } from '../../../shared/contract/conformity.ts';

export type SiteYear = Awaited<ReturnType<Client['conformity']['days']>>;

/** What a day of the calendar says; `silent` is a day without readings, `open` one without rules. */
export type DayKind = 'kept' | 'broken' | 'critical' | 'open' | 'silent' | 'future';

export function dayKind(day: SiteDay, today: string): DayKind {
  if (day.readings === 0) return day.day > today ? 'future' : 'silent';
  if (day.rules === 0 || day.complianceRate === null) return 'open';
  if (day.criticalViolations > 0) return 'critical';
  return day.complianceRate < 1 ? 'broken' : 'kept';
}

const dayMs = 86_400_000;

/** `2026-03-29` of a moment, in UTC as the warehouse counts. */
export const utcDayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
export const msOfDay = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/** The weeks of a month, each from Monday to Sunday; `null` where a day belongs to another month. */
export function weeksOf(year: number, month: number): readonly (readonly (string | null)[])[] {
  const first = Date.UTC(year, month, 1);
  const count = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const before = (new Date(first).getUTCDay() + 6) % 7;
  const cells = Array.from({ length: Math.ceil((before + count) / 7) * 7 }, (_, index) => {
    const day = index - before;
    return day < 0 || day >= count ? null : utcDayOf(first + day * dayMs);
  });
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

/** Where a key leads from a day, within its year; `undefined` for keys that lead nowhere. */
export function dayAfterKey(day: string, key: string): string | undefined {
  const ms = msOfDay(day);
  const year = new Date(ms).getUTCFullYear();
  const month = new Date(ms).getUTCMonth();
  const date = new Date(ms).getUTCDate();
  const sameDate = (other: number): number =>
    Date.UTC(year, other, Math.min(date, new Date(Date.UTC(year, other + 1, 0)).getUTCDate()));
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: ms - dayMs,
    ArrowRight: ms + dayMs,
    ArrowUp: ms - 7 * dayMs,
    ArrowDown: ms + 7 * dayMs,
    PageUp: sameDate(month - 1),
    PageDown: sameDate(month + 1),
    Home: Date.UTC(year, month, 1),
    End: Date.UTC(year, month + 1, 0),
  };
  const target = targets[key];
  if (target === undefined) return undefined;
  return utcDayOf(Math.min(Math.max(target, Date.UTC(year, 0, 1)), Date.UTC(year, 11, 31)));
}

/** How many of the days with readings a rule was kept on. */
export function keptDays(days: readonly RuleDay[]): { readonly kept: number; readonly known: number } {
  const known = days.filter(({ compliant }) => compliant !== null);
  return { kept: known.filter(({ compliant }) => compliant === true).length, known: known.length };
}

/** The History page at a stretch of time, of some sensors or of those that it chooses itself. */
export function historyLink(range: {
  readonly macs?: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
}): string {
  const { macs, fromMs, toMs } = range;
  const query = new URLSearchParams({
    ...(macs === undefined ? {} : { sensors: macs.join(',') }),
    range: `${Math.round(fromMs)}~${Math.round(toMs)}`,
  });
  return `#/history?${query.toString()}`;
}

/** 8 and 8.1 as they were set; what a sensor sends has at most one digit more than that. */
export function decimals(value: number): number {
  return Math.abs(value - Math.round(value)) < 1e-6 ? 0 : 1;
}

/** So many digits that what lies beyond a limit does not look like the limit itself. */
export function peakDigits({ peak, limit, side }: Pick<Excursion, 'peak' | 'limit' | 'side'>): number {
  const least = decimals(peak);
  const shown = [least, 1, 2].find((digits) => {
    const rounded = Number(peak.toFixed(digits));
    return digits >= least && (side === 'above' ? rounded > limit : rounded < limit);
  });
  return shown ?? 3;
}
