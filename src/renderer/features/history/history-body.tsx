import { IconCalendar, IconPhotoDown, IconTableExport, IconTemperature } from '@tabler/icons-react';
import { SegmentedControl } from '@mantine/core';
import { useMemo, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { RangeSummary, SeriesAnswer } from '../../../shared/contract/history.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import type { ChartView } from '../../components/chart/chart-view.ts';
import { useChartWords } from '../../components/chart/chart-words.ts';
import { momentText } from '../../components/chart/time-axis.ts';
import type { ViewRange } from '../../components/chart/view-range.ts';
import { formatDuration } from '../../components/format.ts';
import { MeasuredTabs } from '../../components/measured-tabs.tsx';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { Annotations } from './annotations.tsx';
import { chartSpec, type ShownSensor } from './chart-spec.ts';
import { DatesDialog } from './dates-dialog.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { presetOf, presets, type HistoryAddress, type Preset } from './history-address.ts';
import { HistoryCharts, type ChartPair } from './history-charts.tsx';
import { limitsKey, limitsOf, type HistorySensor } from './history-sensors.ts';
import { NothingMeasured } from './nothing-measured.tsx';
import { savePicture } from './save-picture.ts';
import { SensorPane, type SensorPaneProps } from './sensor-pane.tsx';
import { SpreadTable } from './spread-table.tsx';
import { SummaryTable } from './summary-table.tsx';
import { useAnnotations, useSeries, useSummary } from './use-history.ts';

/** Charts and tables of the devices and the range chosen, under the page's head. */
export function HistoryBody(props: {
  readonly address: HistoryAddress;
  readonly change: (change: Partial<HistoryAddress>) => void;
  readonly sensors: readonly HistorySensor[];
  readonly hiddenLimits: ReadonlySet<string>;
  readonly range: ViewRange;
  readonly view: ChartView;
  readonly withBand: boolean;
  readonly withGaps: boolean;
  readonly gapMs: number;
  readonly pane: Omit<SensorPaneProps, 'sensors' | 'summaries' | 'side'>;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const { address, change, sensors, range, view, gapMs } = props;
  const [widthPx, setWidth] = useState(0);
  const [dialog, setDialog] = useState<'dates' | 'export'>();
  const picture = useFailure();
  const side = useRef<HTMLElement>(null);
  const macs = useMemo(() => sensors.map(({ mac }) => mac), [sensors]);
  const asked = { macs, ...range };
  const series = useSeries({ ...asked, widthPx, gapMs });
  const summary = useSummary({ ...asked, gapMs });
  const annotations = useAnnotations(asked);
  const summaries = useMemo(() => summary.data?.items ?? [], [summary.data]);
  const pair = usePair({ ...props, answer: series.data, summaries, annotations: annotations.data?.items });
  const failure = series.error ?? summary.error;
  const preset = address.zoom === undefined ? presetOf(address.picked) : undefined;
  const resolution = series.data?.resolution;
  const from = momentText(range.fromMs, i18n.language);
  const to = momentText(range.toMs, i18n.language);
  const empty = series.data !== undefined && series.data.series.every((one) => one.timesMs.length === 0);
  return (
    <div className="history-page">
      <PageHead
        above={<MeasuredTabs />}
        title={t('history.title')}
        subtitle={
          resolution === undefined
            ? t('history.range', { from, to })
            : resolution.kind === 'raw'
              ? t('history.rangeRaw', { from, to })
              : t(props.withBand ? 'history.rangeBand' : 'history.rangeMean', {
                  from,
                  to,
                  step: formatDuration(resolution.stepMs / 1_000),
                })
        }
        actions={
          <>
            <SegmentedControl
              aria-label={t('history.ranges')}
              value={preset ?? ''}
              data={(Object.keys(presets) as Preset[]).map((value) => ({
                value,
                label: t(`history.presets.${value}`),
              }))}
              onChange={(value) =>
                change({ picked: { kind: 'last', spanMs: presets[value as Preset] }, zoom: undefined })
              }
            />
            <button
              type="button"
              className="button to-sensors"
              onClick={() => {
                side.current?.scrollIntoView();
                side.current?.focus({ preventScroll: true });
              }}
            >
              <IconTemperature size={18} aria-hidden="true" />
              {t('history.sensors')}
            </button>
            <button type="button" className="button" onClick={() => setDialog('dates')}>
              <IconCalendar size={18} aria-hidden="true" />
              {t('history.dates')}
            </button>
            <button
              type="button"
              className="button"
              disabled={pair === undefined || empty}
              onClick={() => {
                if (pair === undefined) return;
                picture.run(() => savePicture({ pair, sensors, range, t, language: i18n.language }));
              }}
            >
              <IconPhotoDown size={18} aria-hidden="true" />
              {t('history.png')}
            </button>
            <button
              type="button"
              className="button filled"
              disabled={sensors.length === 0}
              onClick={() => setDialog('export')}
            >
              <IconTableExport size={18} aria-hidden="true" />
              {t('history.export')}
            </button>
          </>
        }
      />
      <div className="history-columns">
        <SensorPane {...props.pane} side={side} sensors={sensors} summaries={summaries} />
        <div className="history-main" aria-busy={series.isFetching}>
          {[failure === null ? undefined : reportOf(failure), picture.failure].map((error, at) =>
            error === undefined ? null : (
              // oxlint-disable-next-line react/no-array-index-key
              <div className="page-body" key={at}>
                <ErrorNotice error={error} />
              </div>
            ),
          )}
          {sensors.length === 0 ? (
            <EmptyState title={t('history.noneChosen')} body={t('history.noneChosenBody')} />
          ) : series.error !== null && series.data === undefined ? null : (
            <>
              <HistoryCharts
                view={view}
                pair={pair}
                stale={series.isPlaceholderData}
                withGaps={props.withGaps}
                onWidth={setWidth}
              />
              {empty && !series.isPlaceholderData ? (
                <NothingMeasured macs={macs} range={range} change={change} />
              ) : null}
              <SummaryTable sensors={sensors} summaries={summaries} />
              <SpreadTable sensors={sensors} range={range} />
              <Annotations
                sensors={sensors}
                items={annotations.data?.items ?? []}
                range={range}
                failure={annotations.error}
              />
            </>
          )}
        </div>
      </div>
      {dialog === 'dates' ? (
        <DatesDialog range={range} change={change} onClose={() => setDialog(undefined)} />
      ) : null}
      {dialog === 'export' ? (
        <ExportDialog
          sensors={sensors}
          range={range}
          summaries={summaries}
          onClose={() => setDialog(undefined)}
        />
      ) : null}
    </div>
  );
}

function usePair(
  props: Pick<
    Parameters<typeof HistoryBody>[0],
    'sensors' | 'hiddenLimits' | 'withBand' | 'withGaps' | 'gapMs'
  > & {
    readonly answer: SeriesAnswer | undefined;
    readonly summaries: readonly RangeSummary[];
    readonly annotations: NonNullable<ReturnType<typeof useAnnotations>['data']>['items'] | undefined;
  },
): ChartPair | undefined {
  const { answer, sensors, summaries, hiddenLimits, withBand, withGaps, gapMs, annotations } = props;
  const temperature = useChartWords({ unit: '°C', digits: 1 });
  const humidity = useChartWords({ unit: '%', digits: 0 });
  const shown = useShown(sensors, summaries, hiddenLimits);
  return useMemo(() => {
    if (answer === undefined) return undefined;
    const common = {
      sensors: shown,
      gapMs,
      withBand,
      withGaps,
      annotations: annotations ?? [],
      tone: 'series' as const,
    };
    return {
      temperature: {
        spec: chartSpec(answer, {
          ...common,
          measurement: 'temperature',
          sayMarks: true,
          ticks: 6,
          words: temperature.plot,
        }),
        tooltip: temperature.tooltip,
      },
      humidity: {
        spec: chartSpec(answer, {
          ...common,
          measurement: 'humidity',
          sayMarks: false,
          ticks: 4,
          words: humidity.plot,
        }),
        tooltip: humidity.tooltip,
      },
    };
  }, [answer, shown, gapMs, withBand, withGaps, annotations, temperature, humidity]);
}

/** The same until a device or a limit is another, though each answer of the summary is a new one. */
function useShown(
  sensors: readonly HistorySensor[],
  summaries: readonly RangeSummary[],
  hiddenLimits: ReadonlySet<string>,
): readonly ShownSensor[] {
  const shown = sensors.map((sensor) => {
    const limits = limitsOf(sensor, summaries);
    const { mac, slot, letter, label } = sensor;
    return { mac, slot, letter, label, limits: hiddenLimits.has(limitsKey(limits)) ? null : limits };
  });
  const text = JSON.stringify(shown);
  // oxlint-disable-next-line react/exhaustive-deps
  return useMemo(() => shown, [text]);
}
