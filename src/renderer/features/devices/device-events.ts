import type { Annotation, Gap } from '../../../shared/contract/history.ts';
import { breachesOf } from '../../components/chart/breaches.ts';
import type { ChartLine, Measurement } from '../../components/chart/chart-line.ts';

/** Something that happened to a device, as its charts show it. */
export type DeviceEvent = { readonly timeMs: number; readonly key: string } & (
  | {
      readonly kind: 'beyond';
      readonly side: 'above' | 'below';
      readonly limit: number;
      readonly measurement: Measurement;
    }
  | { readonly kind: 'within'; readonly lastedMs: number; readonly measurement: Measurement }
  | { readonly kind: 'silent' }
  | { readonly kind: 'back'; readonly afterMs: number }
  | { readonly kind: 'restarted' }
  | { readonly kind: 'annotation'; readonly annotation: Annotation }
);

/** Limits left and kept again, silences, restarts and annotations of a range, newest first. */
export function deviceEvents(what: {
  readonly lines: readonly (readonly [Measurement, ChartLine])[];
  readonly gaps: readonly Gap[];
  readonly restartsMs: readonly number[];
  readonly annotations: readonly Annotation[];
  readonly toMs: number;
  readonly atMost: number;
}): readonly DeviceEvent[] {
  const events: DeviceEvent[] = [];
  for (const [measurement, line] of what.lines)
    for (const { fromMs, toMs, side, limit, last } of breachesOf(line)) {
      events.push({
        timeMs: fromMs,
        key: `${measurement} ${fromMs}`,
        kind: 'beyond',
        side,
        limit,
        measurement,
      });
      const next = line.timesMs[last + 1];
      if (next !== undefined && next - toMs <= line.breakMs)
        events.push({
          timeMs: next,
          key: `${measurement} within ${next}`,
          kind: 'within',
          lastedMs: next - fromMs,
          measurement,
        });
    }
  for (const gap of what.gaps) {
    events.push({ timeMs: gap.fromMs, key: `silent ${gap.fromMs}`, kind: 'silent' });
    if (gap.toMs < what.toMs)
      events.push({
        timeMs: gap.toMs,
        key: `back ${gap.toMs}`,
        kind: 'back',
        afterMs: gap.toMs - gap.fromMs,
      });
  }
  for (const timeMs of what.restartsMs) events.push({ timeMs, key: `restart ${timeMs}`, kind: 'restarted' });
  for (const annotation of what.annotations)
    events.push({
      timeMs: annotation.timeMs,
      key: `annotation ${annotation.id}`,
      kind: 'annotation',
      annotation,
    });
  return events.sort((a, b) => b.timeMs - a.timeMs).slice(0, what.atMost);
}
