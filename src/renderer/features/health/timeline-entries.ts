import type { TimelineEvent } from '../../../shared/contract/health.ts';

/** A limit left or kept again, as the charts found it in the stored readings. */
export interface FoundBreach {
  readonly timeMs: number;
  readonly key: string;
}

type TimelineEntry<Breach extends FoundBreach> =
  | { readonly type: 'event'; readonly key: string; readonly timeMs: number; readonly event: TimelineEvent }
  | { readonly type: 'breach'; readonly key: string; readonly timeMs: number; readonly breach: Breach };

/**
 * One list of what was noted and of the breaches that readings show, newest first. Where the charts looked (from
 * `lookedFromMs` on) their finding is exact and the note of the same is left out. Nothing from before the last page that
 * was read is shown: it would stand without what happened around it.
 */
export function timelineEntries<Breach extends FoundBreach>(
  events: readonly TimelineEvent[],
  nextBeforeMs: number | null,
  breaches: readonly Breach[],
  lookedFromMs: number,
): readonly TimelineEntry<Breach>[] {
  const same = new Map<string, number>();
  return [
    ...events
      .filter(
        ({ kind, timeMs }) => (kind !== 'limits-left' && kind !== 'limits-kept') || timeMs < lookedFromMs,
      )
      .map((event) => {
        const name = `${event.kind} ${event.timeMs}`;
        const times = same.get(name) ?? 0;
        same.set(name, times + 1);
        return { type: 'event' as const, key: `${name} ${times}`, timeMs: event.timeMs, event };
      }),
    ...breaches
      .filter(({ timeMs }) => nextBeforeMs === null || timeMs >= nextBeforeMs)
      .map((breach) => ({ type: 'breach' as const, key: breach.key, timeMs: breach.timeMs, breach })),
  ].sort((a, b) => b.timeMs - a.timeMs);
}
