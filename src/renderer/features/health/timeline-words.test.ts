import { createInstance } from 'i18next';
import { expect, test } from 'vitest';
import type { TimelineEvent } from '../../../shared/contract/health.ts';
import { healthReasonCodes } from '../../../shared/domain/device-health/reasons.ts';
import english from '../../locales/en.json' with { type: 'json' };
import french from '../../locales/fr.json' with { type: 'json' };
import { eventGlyph, eventText } from './timeline-words.ts';

const timeMs = Date.UTC(2026, 10, 25, 12);
const event = (kind: TimelineEvent['kind'], data: TimelineEvent['data'] = {}): TimelineEvent => ({
  kind,
  timeMs,
  data,
});

async function words(language: 'en' | 'fr') {
  const i18n = createInstance();
  await i18n.init({
    lng: language,
    resources: { en: { translation: english }, fr: { translation: french } },
    interpolation: { escapeValue: false },
  });
  return i18n.t;
}

test('every cause of a verdict has words in both languages', async () => {
  for (const language of ['en', 'fr'] as const) {
    const t = await words(language);
    for (const reason of healthReasonCodes) {
      const text = eventText(event('verdict', { verdict: 'faulty', reason }), t);
      expect(text).not.toMatch(/health\.|\{\{/u);
      expect(text).toContain(t('health.verdicts.faulty'));
    }
  }
});

test('a silence that ended tells how long it was; one that lasts does not', async () => {
  const t = await words('en');
  expect(eventText(event('offline', { untilMs: timeMs + 90 * 60_000 }), t)).toContain('1 h 30 min');
  expect(eventText(event('offline'), t)).toBe(t('health.timeline.offlineSince'));
});

test('what another version noted is told by its kind alone, never as raw text', async () => {
  const t = await words('en');
  const strange = [
    event('verdict', { verdict: '<b>', reason: '<b>' }),
    event('alert-raised', { alert: '__proto__' }),
    event('command', { command: 'explode', state: 'sent' }),
    event('commissioned', { author: 5 }),
  ];
  for (const one of strange) {
    const text = eventText(one, t);
    expect(text).not.toMatch(/<b>|__proto__|explode|health\.|5/u);
    expect(text).not.toBe('');
  }
});

test('a verdict has the glyph of the verdict, everything else that of its kind', () => {
  expect(eventGlyph(event('verdict', { verdict: 'healthy' }))).toBe('ok');
  expect(eventGlyph(event('verdict', { verdict: 'offline' }))).toBe('bad');
  expect(eventGlyph(event('verdict', { verdict: 'none of them' }))).toBe('idle');
  expect(eventGlyph(event('clock-fault'))).toBe('warn');
});
