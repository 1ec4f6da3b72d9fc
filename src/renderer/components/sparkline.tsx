import type { ReactElement } from 'react';

export interface SparklineProps {
  /** Mean per bucket, oldest first; `null` where nothing was measured. */
  readonly values: readonly (number | null)[];
  readonly min: number | null;
  readonly max: number | null;
  readonly width: number;
  readonly height: number;
}

/** A day at a glance: the line breaks where nothing was measured, the band shows the limits. */
export function Sparkline({ values, min, max, width, height }: SparklineProps): ReactElement | null {
  const measured = values.filter((value) => value !== null);
  if (measured.length === 0) return null;
  const low = Math.min(...measured, ...(min === null ? [] : [min]));
  const high = Math.max(...measured, ...(max === null ? [] : [max]));
  const span = Math.max(high - low, 1);
  const x = (index: number): number => (index / Math.max(1, values.length - 1)) * (width - 6) + 2;
  const y = (value: number): number => height - 3 - ((value - low) / span) * (height - 6);
  const last = values.findLastIndex((value) => value !== null);
  return (
    <svg
      className="sparkline"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
      preserveAspectRatio="none"
    >
      {min !== null && max !== null && min < max ? (
        <rect className="band" x="0" y={y(max)} width={width} height={Math.max(1, y(min) - y(max))} />
      ) : null}
      {segments(values).map((segment) => (
        <path
          key={segment[0]?.index}
          className="line"
          d={segment
            .map(
              ({ index, value }, i) => `${i === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`,
            )
            .join('')}
        />
      ))}
      {last >= 0 ? <circle className="dot" cx={x(last)} cy={y(values[last] ?? low)} r="2.4" /> : null}
    </svg>
  );
}

function segments(
  values: readonly (number | null)[],
): readonly (readonly { index: number; value: number }[])[] {
  const found: { index: number; value: number }[][] = [];
  let open = false;
  values.forEach((value, index) => {
    if (value === null) {
      open = false;
      return;
    }
    if (!open) found.push([]);
    open = true;
    found.at(-1)?.push({ index, value });
  });
  return found;
}
