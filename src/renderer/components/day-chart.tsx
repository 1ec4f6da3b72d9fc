import { useId, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatTime } from './format.ts';
import { pathOf, runsOutside, segments, silences, type Point } from './series-shape.ts';

const width = 860;
const height = 260;
const left = 44;
const right = 10;
const top = 12;
const bottom = 30;
const hourMs = 3_600_000;

/** A day of one measurement on its axes: limits as a band with dashed edges, silences hatched, nothing smoothed. */
export function DayChart(props: {
  readonly values: readonly (number | null)[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly min: number | null;
  readonly max: number | null;
  /** The chart in words. */
  readonly label: string;
}): ReactElement | null {
  const { t } = useTranslation();
  const pattern = useId();
  const { values, fromMs, toMs, min, max } = props;
  const measured = values.filter((value) => value !== null);
  if (measured.length === 0) return null;
  const scale = axisOf([...measured, ...(min === null ? [] : [min]), ...(max === null ? [] : [max])]);
  const inner = width - left - right;
  const x = (index: number): number => left + ((index + 0.5) / values.length) * inner;
  const xOfTime = (timeMs: number): number => left + ((timeMs - fromMs) / (toMs - fromMs)) * inner;
  const y = (value: number): number =>
    height - bottom - ((value - scale.from) / (scale.to - scale.from)) * (height - top - bottom);
  const draw = (points: readonly Point[]): string => pathOf(points, x, y);
  const lines = segments(values);
  // Four buckets are half an hour: shorter breaks are the pace of a slow sensor.
  const gaps = silences(values, 4);
  const [longest] = [...gaps].sort((a, b) => b.to - b.from - (a.to - a.from));
  return (
    <svg className="day-chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={props.label}>
      <pattern id={pattern} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(30)">
        <path className="hatching" d="M0 0V6" />
      </pattern>
      {min !== null && max !== null && min < max ? (
        <rect className="band" x={left} y={y(max)} width={inner} height={y(min) - y(max)} />
      ) : null}
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <path className="grid" d={`M${left} ${y(tick)}H${width - right}`} />
          <text className="scale-text" x={left - 8} y={y(tick) + 4} textAnchor="end">
            {formatNumber(tick, scale.digits)}
          </text>
        </g>
      ))}
      {evenHours(fromMs, toMs).map((timeMs) => (
        <g key={timeMs}>
          <path className="grid" d={`M${xOfTime(timeMs)} ${top}V${height - bottom}`} />
          <text className="scale-text" x={xOfTime(timeMs)} y={height - 10} textAnchor="middle">
            {formatTime(timeMs)}
          </text>
        </g>
      ))}
      {gaps.map(({ from, to }) => (
        <g key={from}>
          <rect
            className="silence"
            x={x(from)}
            y={top}
            width={x(to) - x(from)}
            height={height - top - bottom}
          />
          <rect
            fill={`url(#${pattern})`}
            x={x(from)}
            y={top}
            width={x(to) - x(from)}
            height={height - top - bottom}
          />
        </g>
      ))}
      {longest === undefined || x(longest.to) - x(longest.from) < 50 ? null : (
        <text
          className="mark-text"
          x={(x(longest.from) + x(longest.to)) / 2}
          y={top + 40}
          textAnchor="middle"
        >
          {t('devices.noData')}
        </text>
      )}
      {lines.map((segment) => (
        <path key={segment[0]?.index} className="chart-line" d={draw(segment)} />
      ))}
      {lines.flatMap((segment) =>
        runsOutside(segment, min, max).map((run) => (
          <path key={run[0]?.index} className="chart-line alarm" d={draw(run)} />
        )),
      )}
      {max === null ? null : (
        <>
          <path className="limit" d={`M${left} ${y(max)}H${width - right}`} />
          <text className="limit-text" x={left + 8} y={y(max) - 5}>
            {t('devices.limitMax', { value: formatNumber(max, Number.isInteger(max) ? 0 : 1) })}
          </text>
        </>
      )}
      {min === null ? null : (
        <>
          <path className="limit" d={`M${left} ${y(min)}H${width - right}`} />
          <text className="limit-text" x={left + 8} y={y(min) - 5}>
            {t('devices.limitMin', { value: formatNumber(min, Number.isInteger(min) ? 0 : 1) })}
          </text>
        </>
      )}
    </svg>
  );
}

/** Round ticks around all values. */
function axisOf(values: readonly number[]): {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  readonly digits: number;
} {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const step = [0.2, 0.5, 1, 2, 5, 10, 20].find((candidate) => (high - low) / candidate <= 6) ?? 50;
  const from = Math.floor(low / step - 0.5) * step;
  const to = Math.ceil(high / step + 0.5) * step;
  const count = Math.round((to - from) / step);
  const ticks = Array.from({ length: count + 1 }, (_, index) => from + index * step);
  return { from, to, ticks, digits: step < 1 ? 1 : 0 };
}

/** Every third full hour by the clock on the wall. */
function evenHours(fromMs: number, toMs: number): readonly number[] {
  const first = new Date(fromMs);
  first.setMinutes(0, 0, 0);
  const hours: number[] = [];
  for (let timeMs = first.getTime() + hourMs; timeMs < toMs; timeMs += hourMs)
    if (new Date(timeMs).getHours() % 3 === 0) hours.push(timeMs);
  return hours;
}
