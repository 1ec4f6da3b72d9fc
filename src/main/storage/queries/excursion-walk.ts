import type { Excursion } from '../../../shared/contract/conformity.ts';
import { shortest } from '../binary-rows.ts';

/** One measurement of one device with its limits, of which at least one is set. */
export interface LimitedMetric {
  readonly mac: Excursion['mac'];
  readonly metric: Excursion['metric'];
  readonly min: number | null;
  readonly max: number | null;
}

interface Open {
  readonly startMs: number;
  lastMs: number;
  peak: number;
  peakMs: number;
  readings: number;
}

interface Side {
  readonly side: Excursion['side'];
  readonly limit: number;
  /** As readings are stored: in single precision. */
  readonly bound: number;
  open: Open | undefined;
}

/**
 * Goes through readings in the order of time and notes what lies beyond a limit. Readings within the limits may be
 * left out, except the one that follows an excursion.
 */
export class ExcursionWalk {
  readonly #of: LimitedMetric;
  readonly #gapMs: number;
  readonly #range: { readonly toMs: number; readonly nowMs: number };
  readonly #sides: readonly Side[];
  readonly #found: Excursion[] = [];
  #atMs = -Infinity;

  /** @param gapMs a longer silence ends what is known */
  constructor(of: LimitedMetric, gapMs: number, range: { readonly toMs: number; readonly nowMs: number }) {
    this.#of = of;
    this.#gapMs = gapMs;
    this.#range = range;
    const side = (name: Excursion['side'], limit: number | null): readonly Side[] =>
      limit === null ? [] : [{ side: name, limit, bound: Math.fround(limit), open: undefined }];
    this.#sides = [...side('above', of.max), ...side('below', of.min)];
  }

  /** Readings that were seen already are passed over: stretches overlap. */
  go(times: readonly number[], values: readonly (number | null)[]): void {
    for (const [i, ms] of times.entries()) {
      const value = values[i] ?? null;
      if (value === null || ms <= this.#atMs) continue;
      this.#atMs = ms;
      for (const side of this.#sides) this.#step(side, ms, value);
    }
  }

  /** All that were found, once every reading was seen. */
  end(): readonly Excursion[] {
    const { toMs, nowMs } = this.#range;
    for (const side of this.#sides) {
      if (side.open === undefined) continue;
      const { lastMs } = side.open;
      // Where nothing follows, the last reading holds until the end of the range, or until now.
      const isKnown = Math.min(toMs, nowMs) - lastMs <= this.#gapMs;
      this.#close(side, isKnown ? (toMs > nowMs ? null : toMs) : lastMs);
    }
    return this.#found;
  }

  #step(side: Side, ms: number, value: number): void {
    const above = side.side === 'above';
    const { open } = side;
    if (open !== undefined && ms - open.lastMs > this.#gapMs) this.#close(side, open.lastMs);
    if (above ? value <= side.bound : value >= side.bound) {
      this.#close(side, ms);
      return;
    }
    const now = (side.open ??= { startMs: ms, lastMs: ms, peak: value, peakMs: ms, readings: 0 });
    now.lastMs = ms;
    now.readings += 1;
    if (above ? value > now.peak : value < now.peak) [now.peak, now.peakMs] = [value, ms];
  }

  #close(side: Side, endMs: number | null): void {
    const { open, limit } = side;
    if (open === undefined) return;
    side.open = undefined;
    const { mac, metric } = this.#of;
    const { startMs, lastMs, peak, peakMs, readings } = open;
    const whole = Math.floor;
    this.#found.push({
      mac,
      metric,
      side: side.side,
      limit,
      startMs: whole(startMs),
      endMs: endMs === null ? null : whole(endMs),
      durationMs: whole(endMs ?? lastMs) - whole(startMs),
      peak: shortest(peak) ?? peak,
      peakMs: whole(peakMs),
      readings,
    });
  }
}
