import type { ReactElement } from 'react';
import { dashOf, styledLines } from '../../components/chart/chart-colours.ts';
import { letterOf } from '../../components/chart/chart-line.ts';

/** Colour of a line by its place; further ones than six share one. */
const colourOf = (slot: number): string =>
  slot < styledLines ? `var(--series-${letterOf(slot).toLowerCase()})` : 'var(--ink-3)';

/** The letter of a line on its colour; an empty box for a device that is not shown. */
export function LetterTag({ slot }: { readonly slot: number | null }): ReactElement {
  if (slot === null) return <span className="letter-tag none" aria-hidden="true" />;
  return (
    <span className="letter-tag" style={{ background: colourOf(slot) }}>
      {letterOf(slot)}
    </span>
  );
}

/** Colour and dash of a line. */
export function LineSample({ slot }: { readonly slot: number }): ReactElement {
  return (
    <svg className="line-sample" width="36" height="10" aria-hidden="true">
      <path
        d="M1 5H35"
        style={{ stroke: colourOf(slot), strokeDasharray: dashOf(slot).join(' ') }}
        strokeWidth={slot < styledLines ? 2.5 : 1.2}
      />
    </svg>
  );
}
