import type { ReactElement } from 'react';

const ticks = [10, 20, 30, 40, 50, 60, 70, 80, 90] as const;

/** A bar that is ticked every 10 %; the figure stands beside it in text. */
export function TickProgress({
  fraction,
  label,
}: {
  readonly fraction: number;
  readonly label: string;
}): ReactElement {
  const percent = Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    <div
      className="tick-progress"
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect className="done" width={percent} height="10" />
        {ticks.map((at) => (
          <path key={at} d={`M${at} 0V10`} className={at <= percent ? 'tick passed' : 'tick'} />
        ))}
      </svg>
    </div>
  );
}
