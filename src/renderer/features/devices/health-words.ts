import type { TFunction } from 'i18next';
import type { HealthReason, Verdict } from '../../../shared/contract/health.ts';
import { formatDuration } from '../../components/format.ts';
import type { GlyphKind } from '../../components/status-glyph.tsx';
import { figuresOf } from '../health/figures.ts';

export const verdictGlyph: Readonly<Record<Verdict, GlyphKind>> = {
  healthy: 'ok',
  watch: 'warn',
  faulty: 'bad',
  offline: 'bad',
  unknown: 'waiting',
};

/** The colour of words about it; none where there is nothing to see to. */
export const verdictTone: Readonly<Record<Verdict, '' | 'warn' | 'bad'>> = {
  healthy: '',
  watch: 'warn',
  faulty: 'bad',
  offline: 'bad',
  unknown: '',
};

/** What is wrong and what to do next, in words; durations count on with `nowMs`. */
export function reasonWords(
  { code, data, sinceMs }: HealthReason,
  nowMs: number,
  t: TFunction,
): { readonly what: string; readonly next: string } {
  const duration =
    sinceMs === null ? t('health.someTime') : formatDuration(Math.max(0, nowMs - sinceMs) / 1_000);
  const values = figuresOf(data);
  return {
    what: t(`health.reasons.${code}.what`, { ...values, duration }),
    next: t(`health.reasons.${code}.next`, { ...values, duration }),
  };
}
