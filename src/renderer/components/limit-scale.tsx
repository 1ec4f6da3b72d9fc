import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from './format.ts';
import { domainOf, isOutside, positionIn, ticksOf } from './limit-domain.ts';

export interface Pointer {
  readonly label: string;
  readonly value: number;
  /** Silent now: drawn hollow, the last value before. */
  readonly silent: boolean;
}

const width = 386;
const inset = 8;
/** Of the alarm's text: mean width of a character, and how far it may stand out at the right; px. */
const alarmCharacter = 7;
const alarmOverhang = 20;
const alarmLabelAtMost = 14;

/** A zone's readings on its limits: band in the middle, a triangle per sensor, red with name when outside. */
export function LimitScale({
  name,
  min,
  max,
  pointers,
}: {
  readonly name: string;
  readonly min: number | null;
  readonly max: number | null;
  readonly pointers: readonly Pointer[];
}): ReactElement {
  const { t } = useTranslation();
  const domain = domainOf(min, max);
  if (domain === undefined || min === null || max === null) {
    return <p className="hint">{t('components.noLimits')}</p>;
  }
  const x = (value: number): number => inset + positionIn(domain, value) * (width - 2 * inset);
  const values = pointers.map((pointer) => `${pointer.label} ${formatNumber(pointer.value, 1)}`).join(', ');
  const outside = pointers.filter((pointer) => isOutside(pointer.value, min, max));
  const worst = outside.reduce<Pointer | undefined>(
    (found, pointer) =>
      found === undefined || distance(pointer, min, max) > distance(found, min, max) ? pointer : found,
    undefined,
  );
  const alarm = worst === undefined ? '' : `${shortened(worst.label)} ${formatNumber(worst.value, 1)}`;
  const alarmFits =
    worst !== undefined && x(worst.value) + 10 + alarm.length * alarmCharacter <= width + alarmOverhang;
  return (
    <svg
      className="limit-scale"
      viewBox={`0 0 ${width} 46`}
      role="img"
      aria-label={t('components.scaleLabel', {
        name,
        min: formatNumber(min),
        max: formatNumber(max),
        values,
      })}
    >
      <rect className="band" x={x(min)} y="4" width={x(max) - x(min)} height="18" />
      <path className="axis" d={`M${inset} 22H${width - inset}`} />
      {ticksOf(domain).map(({ at, long }) => (
        <path key={at} className="axis" d={`M${x(at)} 22v${long ? 7 : 4}`} />
      ))}
      {[min, max].map((limit) => (
        <g key={limit}>
          <path className="edge" d={`M${x(limit)} 4V28`} />
          <text x={x(limit)} y="42" className="scale-text" textAnchor="middle">
            {formatNumber(limit, Number.isInteger(limit) ? 0 : 1)}
          </text>
        </g>
      ))}
      {pointers.map((pointer) => (
        <path
          key={pointer.label}
          className={pointerClass(pointer, min, max)}
          d={triangle(x(pointer.value))}
        />
      ))}
      {worst === undefined ? null : (
        <text
          className="scale-alarm"
          x={x(worst.value) + (alarmFits ? 10 : -10)}
          y="15"
          textAnchor={alarmFits ? 'start' : 'end'}
        >
          {alarm}
        </text>
      )}
    </svg>
  );
}

/** The same in a table row: the band and one pointer. */
export function MiniScale({
  min,
  max,
  value,
  silent,
}: {
  readonly min: number | null;
  readonly max: number | null;
  readonly value: number | null;
  readonly silent: boolean;
}): ReactElement | null {
  const domain = domainOf(min, max);
  if (domain === undefined || min === null || max === null || value === null) return null;
  const x = 2 + positionIn(domain, value) * 60;
  return (
    <svg className="mini-scale" width="64" height="22" viewBox="0 0 64 22" aria-hidden="true">
      <path className="axis" d="M2 18H62" />
      <rect className="band" x="17" y="13" width="30" height="5" />
      <path className="edge" d="M17 12v8M47 12v8" />
      <path className={pointerClass({ label: '', value, silent }, min, max)} d={`M${x - 4.5} 3h9l-4.5 9z`} />
    </svg>
  );
}

/** The big one of a device's page. */
export function VerticalScale({
  min,
  max,
  value,
}: {
  readonly min: number | null;
  readonly max: number | null;
  readonly value: number | null;
}): ReactElement | null {
  const domain = domainOf(min, max);
  if (domain === undefined || min === null || max === null) return null;
  const y = (at: number): number => 236 - positionIn(domain, at) * 222;
  return (
    <svg className="vertical-scale" width="110" height="250" viewBox="0 0 110 250" aria-hidden="true">
      <rect className="band" x="44" y={y(max)} width="26" height={y(min) - y(max)} />
      <path className="axis" d="M44 10V240" />
      {ticksOf(domain).map(({ at, long }) => (
        <path key={at} className="axis" d={`M44 ${y(at)}h${long ? 14 : 8}`} />
      ))}
      {[min, max].map((limit) => (
        <g key={limit}>
          <path className="edge" d={`M44 ${y(limit)}h30`} />
          <text className="scale-text" x="36" y={y(limit) + 4} textAnchor="end">
            {formatNumber(limit, Number.isInteger(limit) ? 0 : 1)}
          </text>
        </g>
      ))}
      {value === null ? null : (
        <path
          className={pointerClass({ label: '', value, silent: false }, min, max)}
          d={`M58 ${y(value)}l16 -9v18z`}
        />
      )}
    </svg>
  );
}

function shortened(label: string): string {
  return label.length <= alarmLabelAtMost ? label : `${label.slice(0, alarmLabelAtMost - 1)}…`;
}

function triangle(x: number): string {
  return `M${x - 5.5} 6h11l-5.5 13z`;
}

function pointerClass({ value, silent }: Pointer, min: number, max: number): string {
  const state = isOutside(value, min, max) ? 'pointer outside' : 'pointer';
  return silent ? `${state} hollow` : state;
}

function distance({ value }: Pointer, min: number, max: number): number {
  return Math.max(min - value, value - max);
}
