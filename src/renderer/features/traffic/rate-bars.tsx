import { useElementSize } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../components/format.ts';
import { rateTop } from './rate-top.ts';
import { useTraffic } from './use-traffic.ts';

const everyMs = 2_500;
const height = 76;
const left = 40;
const bottom = 20;
const top = 6;
const bars = 120;
const minutes = [10, 7.5, 5, 2.5, 0] as const;
const fewMinutes = [10, 5, 0] as const;
/** Below it there is no room for each of the times. */
const roomyPx = 340;

/** Messages per second over the last ten minutes. */
export function RateBars({ source }: { readonly source: string }): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const { ref, width: measured } = useElementSize();
  const width = Math.max(120, measured);
  const { data } = useQuery({
    queryKey: ['traffic', 'rates', source],
    queryFn: ({ signal }) => traffic.rates({ source }, { signal }),
    refetchInterval: everyMs,
  });
  const stepSeconds = (data?.stepMs ?? 5_000) / 1_000;
  const rates = (data?.messages ?? []).slice(-bars).map((messages) => messages / stepSeconds);
  const most = rateTop(Math.max(0, ...rates));
  const slot = (width - left) / bars;
  const y = (rate: number): number => height - bottom - (rate / most) * (height - bottom - top);
  const total = (data?.messages ?? []).reduce((sum, messages) => sum + messages, 0);
  return (
    <div className="rate-bars" ref={ref}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={t('traffic.rate.words', {
          total: formatNumber(total),
          most: formatNumber(Math.max(0, ...rates), 1),
        })}
      >
        {[0, most / 2, most].map((rate) => (
          <g key={rate}>
            <path className="grid" d={`M${left} ${y(rate)}H${width}`} />
            <text className="scale-text" x={left - 6} y={y(rate) + 4} textAnchor="end">
              {short(rate)}
            </text>
          </g>
        ))}
        <path
          className="rate-bar"
          d={rates
            .map((rate, index) => {
              const x = left + (bars - rates.length + index) * slot;
              return rate === 0
                ? ''
                : `M${x.toFixed(1)} ${height - bottom}V${y(rate).toFixed(1)}h${(slot * 0.7).toFixed(1)}V${height - bottom}z`;
            })
            .join('')}
        />
        {(width < roomyPx ? fewMinutes : minutes).map((minute) => (
          <text
            key={minute}
            className="scale-text"
            x={left + (1 - minute / 10) * (width - left)}
            y={height - 4}
            textAnchor={minute === 0 ? 'end' : minute === 10 ? 'start' : 'middle'}
          >
            {minute === 0
              ? t('traffic.rate.now')
              : `${formatNumber(-minute, Number.isInteger(minute) ? 0 : 1)}\u00A0min`}
          </text>
        ))}
      </svg>
    </div>
  );
}

function short(rate: number): string {
  return rate >= 1_000
    ? `${formatNumber(rate / 1_000, rate % 1_000 === 0 ? 0 : 1)}k`
    : formatNumber(rate, Number.isInteger(rate) ? 0 : 1);
}
