import type { useTranslation } from 'react-i18next';
import { breachesOf } from '../../components/chart/breaches.ts';
import type { ChartLine, Measurement } from '../../components/chart/chart-line.ts';
import { formatDuration, formatNumber, humidityUnit } from '../../components/format.ts';

/** A limit left, or kept again, as a chart shows it. */
type Breach = { readonly timeMs: number; readonly key: string; readonly measurement: Measurement } & (
  | { readonly kind: 'beyond'; readonly side: 'above' | 'below'; readonly limit: number }
  | { readonly kind: 'within'; readonly lastedMs: number }
);

export function breachesIn(
  lines: readonly (readonly [Measurement, ChartLine | undefined])[],
): readonly Breach[] {
  const found: Breach[] = [];
  for (const [measurement, line] of lines) {
    if (line === undefined) continue;
    for (const { fromMs, toMs, side, limit, last } of breachesOf(line)) {
      found.push({
        timeMs: fromMs,
        key: `${measurement} ${fromMs}`,
        kind: 'beyond',
        side,
        limit,
        measurement,
      });
      const next = line.timesMs[last + 1];
      // After a silence nobody knows when it was within again.
      if (next !== undefined && next - toMs <= line.breakMs)
        found.push({
          timeMs: next,
          key: `${measurement} within ${next}`,
          kind: 'within',
          lastedMs: next - fromMs,
          measurement,
        });
    }
  }
  return found;
}

export function breachText(breach: Breach, t: ReturnType<typeof useTranslation>['t']): string {
  const what = t(`history.${breach.measurement}`);
  if (breach.kind === 'within')
    return t('devices.events.within', { what, time: formatDuration(breach.lastedMs / 1_000) });
  const { side, limit } = breach;
  return t(side === 'above' ? 'devices.events.above' : 'devices.events.below', {
    what,
    limit: formatNumber(limit, Number.isInteger(limit) ? 0 : 1),
    unit: breach.measurement === 'temperature' ? '°C' : humidityUnit(),
  });
}
