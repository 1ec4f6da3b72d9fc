import { useId, type ReactElement } from 'react';
import { isOutside } from './limit-domain.ts';
import { pathOf, runsOutside, segments, silences, type Point } from './series-shape.ts';

export interface SparklineProps {
  /** Mean per bucket, oldest first; `null` where nothing was measured. */
  readonly values: readonly (number | null)[];
  readonly min: number | null;
  readonly max: number | null;
  readonly width: number;
  readonly height: number;
}

/** Empty buckets in a row that count as a silence; fewer are the pace of a slow sensor. */
const silentBuckets = 3;

/** A day at a glance: broken where nothing was measured, hatched where a silence was long, red outside the limits. */
export function Sparkline({ values, min, max, width, height }: SparklineProps): ReactElement | null {
  const pattern = useId();
  const measured = values.filter((value) => value !== null);
  if (measured.length === 0) return null;
  const low = Math.min(...measured, ...(min === null ? [] : [min]));
  const high = Math.max(...measured, ...(max === null ? [] : [max]));
  const span = Math.max(high - low, 1);
  const x = (index: number): number => (index / Math.max(1, values.length - 1)) * (width - 6) + 2;
  const y = (value: number): number => height - 3 - ((value - low) / span) * (height - 6);
  const last = values.findLastIndex((value) => value !== null);
  const lines = segments(values);
  const draw = (points: readonly Point[]): string => pathOf(points, x, y);
  return (
    <svg
      className="sparkline"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
      preserveAspectRatio="none"
    >
      <pattern id={pattern} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(30)">
        <path className="hatching" d="M0 0V6" />
      </pattern>
      {min !== null && max !== null && min < max ? (
        <rect className="band" x="0" y={y(max)} width={width} height={Math.max(1, y(min) - y(max))} />
      ) : null}
      {silences(values, silentBuckets).map(({ from, to }) => (
        <g key={from}>
          <rect className="silence" x={x(from)} y="0" width={x(to) - x(from)} height={height} />
          <rect fill={`url(#${pattern})`} x={x(from)} y="0" width={x(to) - x(from)} height={height} />
        </g>
      ))}
      {lines.map((segment) => (
        <path key={segment[0]?.index} className="line" d={draw(segment)} />
      ))}
      {lines.flatMap((segment) =>
        runsOutside(segment, min, max).map((run) => (
          <path key={run[0]?.index} className="alarm" d={draw(run)} />
        )),
      )}
      {last >= 0 ? (
        <circle
          className={isOutside(values[last] ?? null, min, max) ? 'dot alarm' : 'dot'}
          cx={x(last)}
          cy={y(values[last] ?? low)}
          r="2.4"
        />
      ) : null}
    </svg>
  );
}
