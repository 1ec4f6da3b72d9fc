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

/** What is wrong and what to do next, in words. @param duration how long it lasts; `null` where nobody knows */
export function reasonWords(
  { code, data }: HealthReason,
  duration: string | null,
  t: TFunction,
): { readonly what: string; readonly next: string } {
  const values = { ...figuresOf(data), duration: duration ?? t('health.someTime') };
  return {
    what: t(`health.reasons.${code}.what`, values),
    next: t(`health.reasons.${code}.next`, values),
  };
}

/** From a moment until now, in words; `null` where that moment is not known. */
export function durationSince(sinceMs: number | null, nowMs: number): string | null {
  return sinceMs === null ? null : formatDuration(Math.max(0, nowMs - sinceMs) / 1_000);
}
