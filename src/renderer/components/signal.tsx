import type { ReactElement } from 'react';
import { signalLevel } from '../../shared/domain/presence.ts';
import { formatNumber } from './format.ts';

const barsOf = { excellent: 4, good: 3, fair: 2, weak: 1, unusable: 1 } as const;

/** Four bars for an RSSI in dBm, red where Wi-Fi is unusable, always with the figure. */
export function Signal({ rssi }: { readonly rssi: number | null }): ReactElement {
  if (rssi === null) return <span className="hint">–</span>;
  const level = signalLevel(rssi);
  const filled = barsOf[level];
  return (
    <span className="signal">
      <svg width="20" height="16" viewBox="0 0 20 16" aria-hidden="true">
        {[0, 1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={bar * 5 + 0.5}
            y={11.5 - bar * 3.5}
            width="3.5"
            height={4 + bar * 3.5}
            className={bar < filled ? (level === 'unusable' ? 'bar bad-bar' : 'bar') : 'bar empty'}
          />
        ))}
      </svg>
      {formatNumber(rssi)}
      <span className="unit"> dBm</span>
    </span>
  );
}
