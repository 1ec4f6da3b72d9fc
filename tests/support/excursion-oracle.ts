import type { Excursion } from '../../src/shared/contract/conformity.ts';

export interface OracleReading {
  readonly mac: string;
  readonly ms: number;
  readonly t: number | string | null;
  readonly h: number | string | null;
}

interface Limits {
  readonly min: number | null;
  readonly max: number | null;
}

export interface OracleDevice {
  readonly mac: string;
  readonly temperature: Limits;
  readonly humidity: Limits;
}

export interface OracleQuestion {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  readonly toleranceMs: number;
}

const hourMs = 3_600_000;

/** Excursions as a person would find them who reads one reading after the other. */
export function excursionsOf(
  devices: readonly OracleDevice[],
  readings: readonly OracleReading[],
  question: OracleQuestion,
): readonly Excursion[] {
  const found = devices.flatMap((device) => {
    const own = readings.filter(({ mac }) => mac === device.mac).toSorted((a, b) => a.ms - b.ms);
    const gapMs = Math.max(300_000, 2.5 * paceMs(own, question));
    return (['temperature', 'humidity'] as const).flatMap((metric) =>
      (['above', 'below'] as const).flatMap((side) => {
        const limit = side === 'above' ? device[metric].max : device[metric].min;
        if (limit === null) return [];
        const points = own.flatMap(({ ms, t, h }) => {
          const value = metric === 'temperature' ? t : h;
          return typeof value === 'number' && ms >= question.fromMs && ms < question.toMs
            ? [{ ms, value }]
            : [];
        });
        return walk(points, side, limit, gapMs, question).map((part) => ({
          ...part,
          mac: device.mac as Excursion['mac'],
          metric,
          side,
          limit,
        }));
      }),
    );
  });
  return found
    .filter(({ endMs, durationMs }) => endMs === null || durationMs >= question.toleranceMs)
    .toSorted(
      (a, b) =>
        b.startMs - a.startMs ||
        a.mac.localeCompare(b.mac) ||
        a.metric.localeCompare(b.metric) ||
        a.side.localeCompare(b.side),
    );
}

type Part = Pick<Excursion, 'startMs' | 'endMs' | 'durationMs' | 'peak' | 'peakMs' | 'readings'>;

function walk(
  points: readonly { readonly ms: number; readonly value: number }[],
  side: 'above' | 'below',
  limit: number,
  gapMs: number,
  { toMs, nowMs }: OracleQuestion,
): readonly Part[] {
  const parts: Part[] = [];
  let open: { startMs: number; lastMs: number; peak: number; peakMs: number; readings: number } | undefined;
  const close = (endMs: number | null): void => {
    if (open === undefined) return;
    const { startMs, lastMs, peak, peakMs, readings } = open;
    parts.push({ startMs, endMs, durationMs: (endMs ?? lastMs) - startMs, peak, peakMs, readings });
    open = undefined;
  };
  for (const { ms, value } of points) {
    const outside = side === 'above' ? value > limit : value < limit;
    if (open !== undefined && ms - open.lastMs > gapMs) close(open.lastMs);
    if (!outside) {
      close(ms);
      continue;
    }
    open ??= { startMs: ms, lastMs: ms, peak: value, peakMs: ms, readings: 0 };
    const further = side === 'above' ? value > open.peak : value < open.peak;
    open = {
      ...open,
      lastMs: ms,
      readings: open.readings + 1,
      ...(further ? { peak: value, peakMs: ms } : {}),
    };
  }
  if (open !== undefined) {
    const silentMs = Math.min(toMs, nowMs) - open.lastMs;
    close(silentMs > gapMs ? open.lastMs : toMs > nowMs ? null : toMs);
  }
  return parts;
}

/** The usual distance between hours with readings, by the usual number of readings in one. */
function paceMs(own: readonly OracleReading[], { fromMs, toMs }: OracleQuestion): number {
  const hours = new Map<number, number>();
  for (const { ms } of own) {
    const hour = Math.floor(ms / hourMs) * hourMs;
    if (hour >= Math.floor(fromMs / hourMs) * hourMs && hour < toMs)
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
  }
  const starts = [...hours.keys()];
  const steps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
  return (steps.length === 0 ? hourMs : median(steps)) / median([...hours.values()]);
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 1;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}
