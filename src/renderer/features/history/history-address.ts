import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { ViewRange } from '../../components/chart/view-range.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The ranges that a press of a button chooses, in the order of the buttons. */
export const presets = {
  '1h': hourMs,
  '6h': 6 * hourMs,
  '24h': dayMs,
  '7d': 7 * dayMs,
  '30d': 30 * dayMs,
  '1y': 365 * dayMs,
} as const;
export type Preset = keyof typeof presets;

/** `last`: ends now, whenever that is. */
export type ChosenRange =
  | { readonly kind: 'last'; readonly spanMs: number }
  | ({ readonly kind: 'fixed' } & ViewRange);

/** What the page's address says: a link opens the same picture. */
export interface HistoryAddress {
  /** MAC addresses; `undefined` where the address names none: then the page chooses. */
  readonly sensors: readonly string[] | undefined;
  /** What was picked, and what 0 and a double click go back to. */
  readonly picked: ChosenRange;
  /** A part of it, or a time beside it. */
  readonly zoom: ChosenRange | undefined;
}

const sensorsAtMost = 20;
const macPattern = /^[0-9A-F]{2}(:[0-9A-F]{2}){5}$/;

export function parseRange(text: unknown): ChosenRange | undefined {
  if (typeof text !== 'string') return undefined;
  if (Object.hasOwn(presets, text)) return { kind: 'last', spanMs: presets[text as Preset] };
  const [, first, second] = /^(last|-?\d{1,15})~(\d{1,15})$/.exec(text) ?? [];
  if (first === undefined || second === undefined) return undefined;
  if (first === 'last') return Number(second) > 0 ? { kind: 'last', spanMs: Number(second) } : undefined;
  const [fromMs, toMs] = [Number(first), Number(second)];
  return fromMs < toMs ? { kind: 'fixed', fromMs, toMs } : undefined;
}

export function rangeText(range: ChosenRange): string {
  if (range.kind === 'fixed') return `${range.fromMs}~${range.toMs}`;
  return presetOf(range) ?? `last~${range.spanMs}`;
}

export function presetOf(range: ChosenRange): Preset | undefined {
  if (range.kind !== 'last') return undefined;
  return (Object.keys(presets) as Preset[]).find((preset) => presets[preset] === range.spanMs);
}

export function parseSensors(text: unknown): readonly string[] | undefined {
  if (typeof text !== 'string') return undefined;
  const macs = text.toUpperCase().split(',');
  return [...new Set(macs.filter((mac) => macPattern.test(mac)))].slice(0, sensorsAtMost);
}

/** The address, and the way to change it; steps of a gesture do not fill the browser's list of pages. */
export function useHistoryAddress(): readonly [HistoryAddress, (change: Partial<HistoryAddress>) => void] {
  // The router's own types lead back through every page to itself, and end as `any` in a page.
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const { sensors: sensorText, range: rangeGiven, zoom: zoomGiven } = search;
  const address = useMemo<HistoryAddress>(
    () => ({
      sensors: parseSensors(sensorText),
      picked: parseRange(rangeGiven) ?? { kind: 'last', spanMs: presets['24h'] },
      zoom: parseRange(zoomGiven),
    }),
    [sensorText, rangeGiven, zoomGiven],
  );
  const change = useCallback(
    (changed: Partial<HistoryAddress>): void => {
      const { sensors, picked, zoom } = { ...address, ...changed };
      void navigate({ to: '/history', search: searchOf({ sensors, picked, zoom }), replace: true });
    },
    [address, navigate],
  );
  return [address, change];
}

/** The part of an address behind the `?`. */
export function searchOf(address: HistoryAddress): Readonly<Record<string, string>> {
  return {
    ...(address.sensors === undefined ? {} : { sensors: address.sensors.join(',') }),
    range: rangeText(address.picked),
    ...(address.zoom === undefined ? {} : { zoom: rangeText(address.zoom) }),
  };
}

/** As a gesture left it: a range that ends now goes on to end now. */
export function asChosen(range: ViewRange, nowMs: number): ChosenRange {
  const spanMs = Math.round(range.toMs - range.fromMs);
  const nowish = nowMs - range.toMs < Math.max(2_000, spanMs / 500);
  return nowish
    ? { kind: 'last', spanMs }
    : { kind: 'fixed', fromMs: Math.round(range.fromMs), toMs: Math.round(range.toMs) };
}

export function rangeAt(range: ChosenRange, nowMs: number): ViewRange {
  return range.kind === 'fixed'
    ? { fromMs: range.fromMs, toMs: range.toMs }
    : { fromMs: nowMs - range.spanMs, toMs: nowMs };
}
