import '@fontsource-variable/atkinson-hyperlegible-next';
import '../../../src/renderer/app/theme/tokens.css';
import '../../../src/renderer/app/theme/base.css';
import { useMemo, useState, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { startI18n } from '../../../src/renderer/app/i18n.ts';
import { letterOf, type ChartLine } from '../../../src/renderer/components/chart/chart-line.ts';
import { ChartView } from '../../../src/renderer/components/chart/chart-view.ts';
import type { PlotSpec } from '../../../src/renderer/components/chart/paint-plot.ts';
import { TimeSeriesChart } from '../../../src/renderer/components/chart/time-series-chart.tsx';
import { valueAxis } from '../../../src/shared/domain/value-axis.ts';
import { useChartWords } from '../../../src/renderer/components/chart/chart-words.ts';

const query = new URLSearchParams(location.search);
const devices = Number(query.get('devices') ?? 20);
const points = Number(query.get('points') ?? 2_000);
const stepMs = Number(query.get('step') ?? 300_000);
document.documentElement.dataset['theme'] = query.get('theme') ?? 'light';
const toMs = Math.floor(Date.now() / stepMs) * stepMs;
const fromMs = toMs - points * stepMs;

/** A day's course, a slower one, noise, and one gap per device; the second device leaves its limits. */
function lineAt(slot: number, base: number, swing: number): ChartLine {
  let seed = slot * 7_919 + 1;
  const noise = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647 - 0.5;
  };
  const gapFrom = Math.floor(points * (0.3 + slot * 0.02));
  const indices = Array.from({ length: points }, (_, index) => index).filter(
    (index) => slot % 4 !== 2 || index < gapFrom || index > gapFrom + points / 20,
  );
  const avg = indices.map((index) => {
    const day = Math.sin((index * stepMs) / 86_400_000 / (1 / (2 * Math.PI)));
    const rise = slot === 1 && index > points * 0.31 && index < points * 0.33 ? 3 * swing : 0;
    return base + slot * 0.1 * swing + swing * 0.4 * day + swing * 0.5 * noise() + rise;
  });
  const at = (index: number): number => fromMs + index * stepMs;
  return {
    key: String(slot),
    slot,
    letter: letterOf(slot),
    label: `CR1-${slot}`,
    timesMs: Float64Array.from(indices, (index) => at(index) + stepMs / 2),
    avg,
    min: avg.map((value) => value - swing * 0.4),
    max: avg.map((value) => value + swing * 0.4),
    gaps: slot % 4 === 2 ? [{ fromMs: at(gapFrom), toMs: at(gapFrom + Math.floor(points / 20) + 1) }] : [],
    breakMs: 3 * stepMs,
    stepMs,
    limitMin: base === 5 ? 2 : null,
    limitMax: base === 5 ? 8 : null,
  };
}

function Page(): ReactElement {
  const view = useMemo(() => new ChartView({ fromMs, toMs }), []);
  const temperature = useChartWords({ unit: '°C', digits: 1 });
  const humidity = useChartWords({ unit: '%', digits: 0 });
  const [specs] = useState(() =>
    [
      { base: 5, swing: 1, words: temperature.plot },
      { base: 70, swing: 3, words: humidity.plot },
    ].map(({ base, swing, words }): PlotSpec => {
      const lines = Array.from({ length: devices }, (_, slot) => lineAt(slot, base, swing));
      const all = lines.flatMap((line) => [...line.min, ...line.max]).filter((value) => value !== null);
      const limits = base === 5 ? [{ min: 2, max: 8, letters: '' }] : [];
      return {
        lines,
        tone: 'series',
        axis: valueAxis(
          all.reduce((a, b) => Math.min(a, b)),
          all.reduce((a, b) => Math.max(a, b)),
          base === 5 ? [2, 8] : [],
          { reach: 4, atMost: 6 },
        ),
        limits,
        withBand: true,
        withGaps: true,
        sayGap: base === 5,
        marks:
          base === 5 ? [{ id: '1', timeMs: fromMs + (toMs - fromMs) * 0.7, text: 'Door seal replaced' }] : [],
        words,
      };
    }),
  );
  const [upper, lower] = specs;
  if (upper === undefined || lower === undefined) throw new Error('no charts');
  const common = { view, syncKey: 'bench', wheel: true };
  return (
    <div style={{ padding: 20, background: 'var(--surface)' }}>
      <TimeSeriesChart
        {...common}
        spec={upper}
        tooltip={temperature.tooltip}
        height={260}
        label="Temperature"
      />
      <TimeSeriesChart {...common} spec={lower} tooltip={humidity.tooltip} height={140} label="Humidity" />
    </div>
  );
}

await startI18n();
const root = document.querySelector('#root');
if (root === null) throw new Error('the page is not complete');
createRoot(root).render(<Page />);
