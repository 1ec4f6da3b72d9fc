import type { ViewRange } from '../../components/chart/view-range.ts';
import { fieldTime } from './field-time.ts';
import type { HistorySensor } from './history-sensors.ts';

/** `HCS_CR1-04_2026-11-11_2026-11-18_raw.csv`: what every system takes as a name, dates in local time. */
export function fileName(
  sensors: readonly HistorySensor[],
  range: ViewRange,
  what: string,
  ending: 'csv' | 'png',
): string {
  const [first] = sensors;
  const sites = [...new Set(sensors.map(({ view }) => view.device.siteRef ?? ''))];
  const site = sites.length === 1 ? (sites[0] ?? '') : '';
  const who = sensors.length === 1 ? (first?.label ?? '') : `${sensors.length}-sensors`;
  const day = (timeMs: number): string => fieldTime(timeMs).slice(0, 10);
  return `${[site, who, day(range.fromMs), day(range.toMs), what]
    .map((part) => part.replaceAll(/[^\p{L}\p{N}.-]+/gu, '-'))
    .filter((part) => part !== '')
    .join('_')}.${ending}`;
}
