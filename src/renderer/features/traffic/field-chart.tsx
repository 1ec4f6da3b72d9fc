import 'uplot/dist/uPlot.min.css';
import { useQuery } from '@tanstack/react-query';
import { Select } from '@mantine/core';
import { useEffect, useLayoutEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import { readColours } from '../../components/chart/chart-colours.ts';
import { formatNumber, formatTime } from '../../components/format.ts';
import { useTrafficUi } from './traffic-store.ts';
import { useTraffic } from './use-traffic.ts';
import { visibleText } from './visible-text.ts';

const pointsAtMost = 600;
const everyMs = 2_000;
const digits = 2;

/** A number of a payload over the messages of its topic that are kept. */
export function FieldChart(props: {
  readonly topic: string;
  readonly path: string;
  readonly fields: readonly string[];
  onField: (path: string) => void;
}): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const { source } = useTrafficUi();
  const { topic, path } = props;
  const { data } = useQuery({
    queryKey: ['traffic', 'field', source, topic, path],
    queryFn: ({ signal }) => traffic.field({ source, topic, path, max: pointsAtMost }, { signal }),
    refetchInterval: everyMs,
    gcTime: 0,
  });
  const values = data?.values ?? [];
  const last = values.at(-1);
  const words =
    last === undefined
      ? ''
      : t('traffic.chart.words', {
          field: path,
          count: values.length,
          low: formatNumber(least(values), digits),
          high: formatNumber(most(values), digits),
          last: formatNumber(last, digits),
        });
  return (
    <div className="field-chart">
      <div className="field-chart-head">
        <Select
          aria-label={t('traffic.chart.field')}
          data={[...new Set([path, ...props.fields])].map((value) => ({
            value: `.${value}`,
            label: value === '' ? t('traffic.chart.whole') : visibleText(value),
          }))}
          value={`.${path}`}
          allowDeselect={false}
          onChange={(value) => props.onField((value ?? '.').slice(1))}
        />
        <span className="secondary">{t('traffic.chart.kept', { count: values.length })}</span>
      </div>
      <div className="field-chart-plot" role="img" aria-label={words}>
        {values.length < 2 ? (
          <p className="hint">{t('traffic.chart.few')}</p>
        ) : (
          <SmallPlot timesMs={data?.timesMs ?? []} values={values} />
        )}
      </div>
    </div>
  );
}

function SmallPlot(props: {
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
}): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const [theme, setTheme] = useState(0);
  const newest = useRef(props);
  useLayoutEffect(() => {
    newest.current = props;
  });
  useEffect(() => {
    const observer = new MutationObserver(() => setTheme((before) => before + 1));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const { current } = place;
    if (current === null) return undefined;
    const made = new uPlot(optionsFor(roomOf(current)), dataOf(newest.current), current);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize(roomOf(current)));
    observer.observe(current);
    return () => {
      observer.disconnect();
      plot.current = undefined;
      made.destroy();
    };
  }, [theme]);
  useEffect(() => {
    plot.current?.setData(dataOf(props));
  }, [props]);
  return <div ref={place} className="field-chart-room" />;
}

function dataOf(props: {
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
}): uPlot.AlignedData {
  return [[...props.timesMs], [...props.values]];
}

/** In pixels. */
type Room = Pick<uPlot.Options, 'width' | 'height'>;

/** The style sheet gives the height: less in a low window. */
function roomOf({ clientWidth, clientHeight }: HTMLElement): Room {
  return { width: clientWidth, height: clientHeight };
}

function optionsFor(room: Room): uPlot.Options {
  const colours = readColours();
  const axis = {
    stroke: colours.ink2,
    font: `12px ${colours.font}`,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
  };
  return {
    ...room,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 22,
        gap: 2,
        space: 90,
        values: (_plot, times) => times.map((time) => formatTime(time, true)),
      },
      {
        ...axis,
        size: 44,
        gap: 4,
        space: 24,
        values: (_plot, values) => values.map((value) => shortNumber(value)),
      },
    ],
    series: [{}, { stroke: colours.temperature, width: colours.chartLine, points: { show: false } }],
  };
}

function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1_000_000) return value.toExponential(1).replace('e+', 'e');
  return formatNumber(value, Number.isInteger(value) ? 0 : size < 1 ? 2 : 1);
}

function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
}

function most(values: readonly number[]): number {
  return values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
}
