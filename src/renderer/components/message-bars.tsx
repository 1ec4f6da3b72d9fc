import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatTime } from './format.ts';

const width = 800;
const height = 128;
const left = 44;
const bottom = 24;
const markLabelWidth = 110;

/** Messages per minute, the running one last; a labelled mark where the stack was started or stopped. */
export function MessageBars({
  startMs,
  perMinute,
  marks,
}: {
  readonly startMs: number;
  readonly perMinute: readonly number[];
  readonly marks: readonly {
    timeMs: number;
    kind: 'stack-started' | 'stack-stopped' | 'database-lost' | 'database-back';
  }[];
}): ReactElement {
  const { t } = useTranslation();
  const top = roundUp(Math.max(4, ...perMinute));
  const slot = (width - left) / perMinute.length;
  const y = (count: number): number => height - bottom - (count / top) * (height - bottom - 8);
  const total = perMinute.reduce((sum, count) => sum + count, 0);
  return (
    <svg
      className="message-bars"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={t('components.barsLabel', { total, minutes: perMinute.length })}
    >
      {[0, top / 2, top].map((count) => (
        <g key={count}>
          <path className="grid" d={`M${left} ${y(count)}H${width}`} />
          <text className="scale-text" x={left - 8} y={y(count) + 4} textAnchor="end">
            {count}
          </text>
        </g>
      ))}
      {perMinute.map((count, index) => (
        <rect
          key={startMs + index * 60_000}
          className="message-bar"
          x={left + index * slot + slot * 0.16}
          y={y(count)}
          width={slot * 0.68}
          height={height - bottom - y(count)}
        />
      ))}
      {perMinute.map((_count, index) => {
        const time = startMs + index * 60_000;
        return new Date(time).getMinutes() % 10 === 0 ? (
          <text
            key={time}
            className="scale-text"
            x={left + index * slot + slot / 2}
            y={height - 6}
            textAnchor="middle"
          >
            {formatTime(time)}
          </text>
        ) : null;
      })}
      {marks.map(({ timeMs, kind }, index) => {
        const at = left + ((timeMs - startMs) / 60_000) * slot;
        // Of marks that stand close, the newest has the words.
        const next = marks[index + 1];
        const labelled = next === undefined || ((next.timeMs - timeMs) / 60_000) * slot > markLabelWidth;
        return at < left ? null : (
          <g key={`${timeMs}${kind}`}>
            <path className="mark-line" d={`M${at} 4V${height - bottom}`} />
            {labelled ? (
              <text
                className="mark-text"
                x={at + (at > width * 0.8 ? -6 : 6)}
                y="12"
                textAnchor={at > width * 0.8 ? 'end' : 'start'}
              >
                {t(`components.marks.${kind}`)}
              </text>
            ) : null}
          </g>
        );
      })}
    </svg>
  );
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 5, 10].find((candidate) => candidate * power >= value) ?? 10;
  return Math.max(2, step * power);
}
