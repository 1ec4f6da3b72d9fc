import type { useTranslation } from 'react-i18next';
import type { HealthReason, HealthRow } from '../../../shared/contract/health.ts';
import { formatDuration, formatNumber, humidityUnit } from '../../components/format.ts';
import type { GlyphKind } from '../../components/status-glyph.tsx';

type Words = ReturnType<typeof useTranslation>['t'];
type Data = HealthReason['data'];

export const verdictGlyph: Readonly<Record<HealthRow['verdict'], GlyphKind>> = {
  healthy: 'ok',
  watch: 'warn',
  faulty: 'bad',
  offline: 'bad',
  unknown: 'waiting',
};

export const severityGlyph: Readonly<Record<HealthReason['severity'], GlyphKind>> = {
  note: 'idle',
  watch: 'warn',
  faulty: 'bad',
  offline: 'bad',
  unknown: 'waiting',
};

/** What is the matter, and what to do about it. */
export function reasonWords(
  { code, data, sinceMs }: HealthReason,
  nowMs: number,
  t: Words,
): { readonly what: string; readonly next: string } {
  const values = {
    ...figuresOf(data),
    // A board whose clock runs ahead has not begun in the future.
    duration: sinceMs === null ? '–' : formatDuration((nowMs - sinceMs) / 1000),
  };
  return { what: t(`health.reasons.${code}.what`, values), next: t(`health.reasons.${code}.next`, values) };
}

/** Numbers as the screens write them; a value and its limit with the unit of what was measured. */
export function figuresOf(data: Data): Readonly<Record<string, string>> {
  const { quantity } = data;
  const unit = quantity === 'temperature' ? '°C' : quantity === 'humidity' ? humidityUnit() : '';
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      typeof value === 'number'
        ? `${formatNumber(value, Number.isInteger(value) ? 0 : 1)}${unit !== '' && (key === 'value' || key === 'limit') ? `\u202F${unit}` : ''}`
        : String(value ?? '–'),
    ]),
  );
}
