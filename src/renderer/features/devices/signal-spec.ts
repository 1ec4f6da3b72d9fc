import type { HeartbeatSeries } from '../../../shared/contract/history.ts';
import { pointTimes } from '../../components/chart/chart-line.ts';
import type { PlotSpec, PlotWords } from '../../components/chart/paint-plot.ts';
import { valueAxis } from '../../../shared/domain/value-axis.ts';

/** A minute of heartbeats more or less is no silence; the list of gaps says where there was one. */
const breakMs = 900_000;
const quietRange = [-70, -50] as const;

/** Signal strength over time, dBm. */
export function signalSpec(heartbeats: HeartbeatSeries, label: string, words: PlotWords): PlotSpec {
  const { mac, timesMs, rssi, gaps, resolution, toMs } = heartbeats;
  const stepMs = resolution.kind === 'raw' ? 0 : resolution.stepMs;
  const values = rssi.avg.filter((value) => value !== null);
  const low = values.reduce((a, b) => Math.min(a, b), quietRange[0]);
  const high = values.reduce((a, b) => Math.max(a, b), quietRange[1]);
  return {
    lines: [
      {
        key: mac,
        slot: 0,
        letter: null,
        label,
        timesMs: pointTimes(timesMs, stepMs, toMs),
        ...rssi,
        gaps,
        breakMs: Math.max(breakMs, 3 * stepMs),
        stepMs,
        limitMin: null,
        limitMax: null,
      },
    ],
    tone: 'ink',
    axis: valueAxis(low, high, [], { reach: 0, atMost: 3 }),
    limits: [],
    withBand: false,
    withGaps: true,
    sayGap: false,
    marks: [],
    words,
  };
}
