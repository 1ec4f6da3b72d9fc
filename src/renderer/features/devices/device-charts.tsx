import { humidityUnit } from '../../components/format.ts';
import './device-charts.css';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { useAgainWhenRunning } from '../../app/use-again-when-running.ts';
import { ChartView } from '../../components/chart/chart-view.ts';
import { useChartWords } from '../../components/chart/chart-words.ts';
import type { PlotSpec } from '../../components/chart/paint-plot.ts';
import type { TooltipWords } from '../../components/chart/plot-tooltip.ts';
import { momentText } from '../../components/chart/time-axis.ts';
import { TimeSeriesChart } from '../../components/chart/time-series-chart.tsx';
import { chartSpec } from '../history/chart-spec.ts';
import { asChosen, presets, rangeAt, type ChosenRange } from '../history/history-address.ts';
import { spanOf } from '../history/span-of.ts';
import { useCurrentRange } from '../history/use-current-range.ts';
import { useAnnotations, useSeries, useSummary } from '../history/use-history.ts';
import { BeatStrip } from './beat-strip.tsx';
import { Timeline } from '../health/timeline.tsx';
import { breachText, breachesIn } from './breach-words.ts';
import type { DeviceView } from './device-view.ts';
import { signalSpec } from './signal-spec.ts';

const day: ChosenRange = { kind: 'last', spanMs: presets['24h'] };
const gapMs = 300_000;

/** The last day of a device: what it measured, how well it was heard, and what happened. Zooming shows a part of it. */
export function DeviceCharts({ view: device }: { readonly view: DeviceView }): ReactElement {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const [widthPx, setWidth] = useState(0);
  const [zoom, setZoom] = useState<ChosenRange>();
  const chosen = zoom ?? day;
  const { mac, readingMs } = device.device;
  const range = useCurrentRange(chosen, readingMs ?? 0);
  const [chart] = useState(() => new ChartView(rangeAt(day, Date.now())));
  useEffect(() => chart.show(range), [chart, range]);
  useEffect(() => {
    chart.tell({
      onRest: (left) => setZoom(asChosen(left, Date.now())),
      onReset: () => setZoom(undefined),
    });
  }, [chart]);
  const macs = useMemo(() => [mac], [mac]);
  const asked = { macs, ...range };
  const series = useSeries({ ...asked, widthPx, gapMs });
  const summary = useSummary({ ...asked, gapMs });
  const annotations = useAnnotations(asked);
  const heartbeats = useQuery({
    queryKey: ['history', 'heartbeats', mac, range.fromMs, range.toMs, widthPx],
    queryFn: ({ signal }) => client.history.heartbeats({ mac, ...range, widthPx }, { signal }),
    enabled: widthPx > 0,
    placeholderData: (before) => (before?.mac === mac ? before : undefined),
    gcTime: 30_000,
  });
  const limits = summary.data?.items[0]?.limits ?? device.zone ?? null;
  const temperature = useChartWords({ unit: '°C', digits: 1 });
  const humidity = useChartWords({ unit: '%', digits: 0 });
  const signal = useChartWords({ unit: 'dBm', digits: 0 });
  const answer = series.data?.series.some((one) => one.mac === mac) === true ? series.data : undefined;
  const notes = annotations.data?.items;
  const specs = useMemo(() => {
    if (answer === undefined) return undefined;
    const common = {
      sensors: [{ mac, slot: 0, letter: null, label: device.label, limits }],
      gapMs,
      withBand: true,
      withGaps: true,
      annotations: notes ?? [],
    };
    return {
      temperature: chartSpec(answer, {
        ...common,
        measurement: 'temperature',
        tone: 'temperature',
        sayMarks: true,
        ticks: 6,
        words: temperature.plot,
      }),
      humidity: chartSpec(answer, {
        ...common,
        measurement: 'humidity',
        tone: 'humidity',
        sayMarks: false,
        ticks: 3,
        words: humidity.plot,
      }),
    };
    // oxlint-disable-next-line react/exhaustive-deps
  }, [answer, mac, device.label, JSON.stringify(limits), notes, temperature, humidity]);
  const beats = heartbeats.data;
  const signalPlot = useMemo(
    () => (beats === undefined ? undefined : signalSpec(beats, device.label, signal.plot)),
    [beats, device.label, signal],
  );
  const hint = (unit: string): string =>
    zoom === undefined
      ? t('devices.lastDay', { unit })
      : t('devices.zoomed', {
          from: momentText(range.fromMs, i18n.language),
          to: momentText(range.toMs, i18n.language),
          unit,
        });
  useAgainWhenRunning('history');
  const failure = series.error ?? heartbeats.error;
  const breaches = useMemo(
    () =>
      breachesIn([
        ['temperature', specs?.temperature.lines[0]],
        ['humidity', specs?.humidity.lines[0]],
      ]).map((breach) => ({
        ...breach,
        glyph: breach.kind === 'beyond' ? ('bad' as const) : ('ok' as const),
        text: breachText(breach, t),
      })),
    [specs, t],
  );
  const measured = answer === undefined || answer.series.some((one) => one.timesMs.length > 0);
  const charts = { view: chart, syncKey: 'device', wheel: false };
  const notice =
    failure === null ? null : (
      <div className="page-body">
        <ErrorNotice error={reportOf(failure)} />
      </div>
    );
  // Without an answer there is nothing to draw, and nothing is known of events.
  if (notice !== null && specs === undefined) return notice;
  return (
    <>
      {notice}
      <section className="pane chart-pane">
        <div className="pane-head">
          <h2>{t('history.temperature')}</h2>
          <span className="hint">{hint('°C')}</span>
        </div>
        {measured ? null : <p className="secondary">{t('devices.noReadings')}</p>}
        <Chart
          {...charts}
          name={t('history.temperature')}
          spec={specs?.temperature}
          tooltip={temperature.tooltip}
          height={176}
          onWidth={setWidth}
        />
      </section>
      <section className="pane chart-pane">
        <div className="pane-head">
          <h2>{t('history.humidity')}</h2>
          <span className="hint">{hint(humidityUnit())}</span>
        </div>
        <Chart
          {...charts}
          name={t('history.humidity')}
          spec={specs?.humidity}
          tooltip={humidity.tooltip}
          height={98}
        />
      </section>
      <section className="pane chart-pane">
        <div className="pane-head">
          <h2>{t('devices.signalAndBeats')}</h2>
          <span className="hint">{hint('dBm')}</span>
        </div>
        <Chart
          {...charts}
          name={t('devices.signalAndBeats')}
          spec={signalPlot}
          tooltip={signal.tooltip}
          height={84}
        />
        {beats === undefined ? null : <BeatStrip heartbeats={beats} />}
      </section>
      <Timeline mac={mac} breaches={breaches} lookedFromMs={range.fromMs} />
    </>
  );
}

function Chart(props: {
  readonly view: ChartView;
  readonly syncKey: string;
  readonly wheel: boolean;
  readonly name: string;
  readonly spec: PlotSpec | undefined;
  readonly tooltip: TooltipWords;
  readonly height: number;
  readonly onWidth?: (width: number) => void;
}): ReactElement {
  const { t } = useTranslation();
  const { spec = nothingYet, name, tooltip, ...rest } = props;
  const span = spanOf(spec.lines[0], tooltip);
  return (
    <TimeSeriesChart
      {...rest}
      spec={spec}
      tooltip={tooltip}
      label={
        span === undefined
          ? t('history.lineNothing', { name })
          : t('history.lineSummary', { name, ...span, unit: tooltip.unit })
      }
    />
  );
}

/** Its width decides what is asked for, so there is a chart before there are points. */
const nothingYet: PlotSpec = {
  lines: [],
  tone: 'ink',
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
};
