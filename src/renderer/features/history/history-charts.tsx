import { humidityUnit } from '../../components/format.ts';
import { useEffect, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChartView } from '../../components/chart/chart-view.ts';
import type { PlotSpec } from '../../components/chart/paint-plot.ts';
import type { TooltipWords } from '../../components/chart/plot-tooltip.ts';
import { TimeSeriesChart } from '../../components/chart/time-series-chart.tsx';
import { spanOf } from './span-of.ts';

export interface ChartContent {
  readonly spec: PlotSpec;
  readonly tooltip: TooltipWords;
}

export interface ChartPair {
  readonly temperature: ChartContent;
  readonly humidity: ChartContent;
}

/** Temperature above humidity, never on one axis; the crosshair and the range are shared. */
export function HistoryCharts(props: {
  readonly view: ChartView;
  readonly pair: ChartPair | undefined;
  /** What is drawn belongs to the range before. */
  readonly stale: boolean;
  readonly withGaps: boolean;
  readonly onWidth: (width: number) => void;
}): ReactElement {
  const { t } = useTranslation();
  const { view, pair } = props;
  const heights = useHeights();
  const withLimits = (pair?.temperature.spec.limits.length ?? 0) > 0;
  const withBand = pair?.temperature.spec.withBand ?? false;
  return (
    <>
      <section className="pane chart-pane">
        <div className="pane-head">
          <h2>{t('history.temperature')}</h2>
          <span className="hint">{'°C'}</span>
          {props.stale ? <span className="hint">{t('history.updating')}</span> : null}
          <ul className="chart-legend" aria-hidden="true">
            {withLimits ? (
              <li>
                <i className="swatch permitted" /> {t('history.legend.permitted')}
              </li>
            ) : null}
            {withBand ? (
              <li>
                <i className="swatch spread" /> {t('history.legend.band')}
              </li>
            ) : null}
            {props.withGaps ? (
              <li>
                <i className="swatch hatched" /> {t('history.legend.noData')}
              </li>
            ) : null}
          </ul>
        </div>
        <Chart
          content={pair?.temperature}
          view={view}
          name={t('history.temperature')}
          height={heights.temperature}
          onWidth={props.onWidth}
        />
      </section>
      <section className="pane chart-pane">
        <div className="pane-head">
          <h2>{t('history.humidity')}</h2>
          <span className="hint">{humidityUnit()}</span>
        </div>
        <Chart content={pair?.humidity} view={view} name={t('history.humidity')} height={heights.humidity} />
      </section>
    </>
  );
}

/** As high as the window leaves room for beside the table; never so low that lines cannot be told apart. */
function useHeights(): { readonly temperature: number; readonly humidity: number } {
  const [inner, setInner] = useState(() => window.innerHeight);
  useEffect(() => {
    const resized = (): void => setInner(window.innerHeight);
    window.addEventListener('resize', resized);
    return () => window.removeEventListener('resize', resized);
  }, []);
  return {
    temperature: Math.round(Math.min(440, Math.max(210, inner * 0.3))),
    humidity: Math.round(Math.min(240, Math.max(120, inner * 0.155))),
  };
}

function Chart(props: {
  readonly content: ChartContent | undefined;
  readonly view: ChartView;
  readonly name: string;
  readonly height: number;
  readonly onWidth?: (width: number) => void;
}): ReactElement {
  const { t } = useTranslation();
  const { content, name, height, onWidth, view } = props;
  // Its width decides what is asked for, so there is a chart before there are points.
  const { spec, tooltip } = content ?? nothing;
  return (
    <TimeSeriesChart
      view={view}
      spec={spec}
      tooltip={tooltip}
      syncKey="history"
      wheel
      height={height}
      label={labelOf(name, spec, tooltip)}
      {...(onWidth === undefined ? {} : { onWidth })}
    />
  );

  function labelOf(title: string, shown: PlotSpec, words: TooltipWords): string {
    const parts = shown.lines.map((line) => {
      const span = spanOf(line, words);
      if (span === undefined) return t('history.lineNothing', { name: line.label });
      return t('history.lineSummary', {
        name: line.letter === null ? line.label : `${line.letter}, ${line.label}`,
        ...span,
        unit: words.unit,
      });
    });
    return t('history.chartLabel', { title, lines: parts.join('; ') });
  }
}

const nothing: ChartContent = {
  spec: {
    lines: [],
    tone: 'series',
    axis: { from: 0, to: 10, ticks: [], digits: 0 },
    limits: [],
    withBand: false,
    withGaps: false,
    sayGap: false,
    marks: [],
    words: {
      language: 'en',
      limitMax: String,
      limitMin: String,
      gap: () => [],
      breach: () => '',
      labelled: (_letter, text) => text,
      endLabel: () => '',
    },
  },
  tooltip: {
    unit: '',
    digits: 0,
    noData: '',
    range: () => '',
    local: () => '',
    utc: () => '',
  },
};
