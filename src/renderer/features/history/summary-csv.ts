import type { RangeSummary } from '../../../shared/contract/history.ts';
import type { ViewRange } from '../../components/chart/view-range.ts';
import { csvCell } from '../../components/format.ts';
import type { HistorySensor } from './history-sensors.ts';
import { completeness, verdictOf } from '../../../shared/domain/period-verdict.ts';

const columns = [
  'device_mac_addr',
  'device_name',
  'site_ref',
  'from',
  'to',
  'temperature_min',
  'temperature_mean',
  'temperature_max',
  'humidity_min',
  'humidity_mean',
  'humidity_max',
  'temperature_outside_seconds',
  'humidity_outside_seconds',
  'longest_gap_seconds',
  'received',
  'expected',
  'complete',
  'verdict',
];

/** The table below the charts, RFC 4180; times in ISO 8601 UTC, durations in seconds, `complete` from 0 to 1. */
export function summaryCsv(
  sensors: readonly HistorySensor[],
  summaries: readonly RangeSummary[],
  range: ViewRange,
): string {
  const rows = sensors.flatMap(({ mac, label, view }) => {
    const summary = summaries.find((one) => one.mac === mac);
    if (summary === undefined) return [];
    const { temperature, humidity, outsideMs, longestGap } = summary;
    const complete = completeness(summary);
    return [
      [
        mac,
        label,
        view.device.siteRef,
        new Date(range.fromMs).toISOString(),
        new Date(range.toMs).toISOString(),
        temperature.min,
        temperature.mean,
        temperature.max,
        humidity.min,
        humidity.mean,
        humidity.max,
        outsideMs.temperature / 1_000,
        outsideMs.humidity / 1_000,
        longestGap === null ? 0 : (longestGap.toMs - longestGap.fromMs) / 1_000,
        summary.received,
        summary.expected,
        complete,
        verdictOf(summary),
      ],
    ];
  });
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}
