import { isOutside } from '../limit-domain.ts';
import type { ChartLine } from './chart-line.ts';

/** A run of points outside the limits, ended by a point inside, a gap or the end. */
export interface Breach {
  /** Of its points, both included. */
  readonly first: number;
  readonly last: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly side: 'above' | 'below';
  /** The limit that was passed. */
  readonly limit: number;
  /** Furthest value. */
  readonly peak: number;
}

const found = new WeakMap<ChartLine, readonly Breach[]>();

/** All breaches of a line, in order of time. Looked for once: a chart asks at every frame. */
export function breachesOf(line: ChartLine): readonly Breach[] {
  const ready = found.get(line);
  if (ready !== undefined) return ready;
  const made = findBreaches(line);
  found.set(line, made);
  return made;
}

function findBreaches(line: ChartLine): readonly Breach[] {
  const { timesMs, avg, limitMin, limitMax } = line;
  if (limitMin === null && limitMax === null) return [];
  const all: Breach[] = [];
  let open: { first: number; last: number; side: Breach['side']; limit: number; peak: number } | undefined;
  const close = (): void => {
    if (open !== undefined)
      all.push({ ...open, fromMs: timesMs[open.first] ?? 0, toMs: timesMs[open.last] ?? 0 });
    open = undefined;
  };
  for (let index = 0; index < timesMs.length; index++) {
    const value = avg[index] ?? null;
    if (value === null || !isOutside(value, limitMin, limitMax)) {
      close();
      continue;
    }
    const side = limitMax !== null && value > limitMax ? 'above' : 'below';
    if (
      open !== undefined &&
      (open.side !== side || (timesMs[index] ?? 0) - (timesMs[open.last] ?? 0) > line.breakMs)
    )
      close();
    if (open === undefined)
      open = {
        first: index,
        last: index,
        side,
        limit: (side === 'above' ? limitMax : limitMin) ?? 0,
        peak: value,
      };
    else {
      open.last = index;
      open.peak = side === 'above' ? Math.max(open.peak, value) : Math.min(open.peak, value);
    }
  }
  close();
  return all;
}

/** The longest breaches of all lines: the ones whose start is worth a label. */
export function breachesToLabel(
  lines: readonly ChartLine[],
  fromMs: number,
  toMs: number,
  atMost: number,
): readonly (Breach & { readonly line: ChartLine })[] {
  const apart = (toMs - fromMs) / 50;
  return lines
    .flatMap((line) => asOne(breachesOf(line), apart).map((breach) => ({ ...breach, line })))
    .filter((breach) => breach.fromMs >= fromMs && breach.fromMs <= toMs)
    .sort((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))
    .slice(0, atMost)
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** A value that plays about its limit leaves it many times: that close together, the first start stands for all. */
function asOne(breaches: readonly Breach[], apartMs: number): readonly Breach[] {
  const merged: Breach[] = [];
  for (const breach of breaches) {
    const before = merged.at(-1);
    if (before !== undefined && before.side === breach.side && breach.fromMs - before.toMs < apartMs) {
      const peak =
        breach.side === 'above' ? Math.max(before.peak, breach.peak) : Math.min(before.peak, breach.peak);
      merged[merged.length - 1] = { ...before, last: breach.last, toMs: breach.toMs, peak };
    } else merged.push(breach);
  }
  return merged;
}
