import type { Alert } from '../../../shared/contract/alerts.ts';
import { formatNumber, humidityUnit } from '../../components/format.ts';

/** As the application counts: neither taken care of nor put off. */
export function isOpen({ acknowledged, snoozedUntilMs }: Alert, nowMs: number): boolean {
  return acknowledged === null && (snoozedUntilMs ?? 0) <= nowMs;
}

export function isSnoozed({ snoozedUntilMs }: Alert, nowMs: number): boolean {
  return snoozedUntilMs !== null && snoozedUntilMs > nowMs;
}

/**
 * What was raised since the list `known`, and still wants somebody. Before anything was known it is nothing: what the
 * page found when it opened is no news.
 */
export function newlyRaised(
  known: ReadonlySet<string> | undefined,
  active: readonly Alert[],
  nowMs: number,
): readonly Alert[] {
  if (known === undefined) return [];
  return active.filter((alert) => !known.has(alert.id) && isOpen(alert, nowMs));
}

/** What the sentences about an alert have in their gaps, with units and the signs of the language. */
export function alertValues(alert: Alert, name: string): Readonly<Record<string, string | number>> {
  const { data, deviceCount } = alert;
  return {
    name,
    count: deviceCount,
    sites: formatNumber(Number(data['sites'] ?? 0)),
    value: measured(data['value'], data['quantity']),
    limit: measured(data['limit'], data['quantity']),
    gigabytes: typeof data['gigabytes'] === 'number' ? formatNumber(data['gigabytes'], 1) : '',
  };
}

function measured(value: unknown, quantity: unknown): string {
  if (typeof value !== 'number') return '';
  const unit = quantity === 'humidity' ? humidityUnit() : '°C';
  return `${formatNumber(value, Number.isInteger(value) ? 0 : 1)}\u00A0${unit}`;
}

export const hourMs = 3_600_000;
const longestSnoozeMs = 30 * 24 * hourMs;

/** Why a snooze cannot end then; `null` where it can. */
export function snoozeFault(untilMs: number | undefined, nowMs: number): 'missing' | 'past' | 'far' | null {
  if (untilMs === undefined) return 'missing';
  if (untilMs <= nowMs) return 'past';
  return untilMs > nowMs + longestSnoozeMs ? 'far' : null;
}
