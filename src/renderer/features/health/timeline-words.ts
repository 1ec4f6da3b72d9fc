import type { useTranslation } from 'react-i18next';
import { alertKinds } from '../../../shared/domain/alert-rules.ts';
import type { TimelineEvent } from '../../../shared/contract/health.ts';
import { healthReasonCodes } from '../../../shared/domain/device-health/reasons.ts';
import { formatDuration } from '../../components/format.ts';
import type { GlyphKind } from '../../components/status-glyph.tsx';
import { verdictGlyph } from '../devices/health-words.ts';
import { figuresOf } from './figures.ts';

type Words = ReturnType<typeof useTranslation>['t'];

const glyphs: Readonly<Record<Exclude<TimelineEvent['kind'], 'verdict'>, GlyphKind>> = {
  commissioned: 'ok',
  moved: 'idle',
  replaced: 'idle',
  calibrated: 'idle',
  note: 'idle',
  restart: 'idle',
  offline: 'bad',
  'clock-fault': 'warn',
  'clock-right': 'ok',
  'limits-left': 'bad',
  'limits-kept': 'ok',
  'alert-raised': 'bad',
  'alert-cleared': 'ok',
  command: 'idle',
};

export function eventGlyph({ kind, data }: TimelineEvent): GlyphKind {
  if (kind !== 'verdict') return glyphs[kind];
  const verdict = verdictIn(data['verdict']);
  return verdict === undefined ? 'idle' : verdictGlyph[verdict];
}

/** An event in words; what an older version noted and this one does not know is told by its kind alone. */
export function eventText({ kind, timeMs, data }: TimelineEvent, t: Words): string {
  switch (kind) {
    case 'verdict': {
      const verdict = verdictIn(data['verdict']);
      if (verdict === undefined) break;
      const word = t(`health.verdicts.${verdict}`);
      const cause = healthReasonCodes.find((code) => code === data['reason']);
      return cause === undefined
        ? word
        : t('health.timeline.verdictFor', { verdict: word, cause: t(`health.causes.${cause}`) });
    }
    case 'offline': {
      const { untilMs } = data;
      return typeof untilMs === 'number'
        ? t('health.timeline.offlineFor', { duration: formatDuration((untilMs - timeMs) / 1000) })
        : t('health.timeline.offlineSince');
    }
    case 'alert-raised':
    case 'alert-cleared': {
      const alert = alertKinds.find((one) => one === data['alert']);
      if (alert === undefined) break;
      return t(kind === 'alert-raised' ? 'health.timeline.raised' : 'health.timeline.cleared', {
        alert: t(`health.alertNames.${alert}`),
      });
    }
    case 'command': {
      const { command, state } = data;
      const order = commands.find((one) => one === command);
      const known = states.find((one) => one === state);
      if (order === undefined || known === undefined) break;
      return t('health.timeline.commandState', {
        command: t(`health.commands.${order}`),
        state: t(`health.commands.${known}`),
      });
    }
    case 'commissioned': {
      const { author } = data;
      if (typeof author !== 'string' || author === '') break;
      return `${t('health.timeline.commissioned')}, ${t('health.timeline.by', { author })}`;
    }
    case 'moved':
    case 'replaced':
    case 'calibrated':
    case 'note':
    case 'restart':
    case 'clock-fault':
    case 'clock-right':
    case 'limits-left':
    case 'limits-kept':
  }
  return t(`health.timeline.${kind}`, figuresOf(data));
}

const commands = ['blink', 'measure', 'restart'] as const;
const states = ['sent', 'confirmed', 'unconfirmed', 'cannot-know'] as const;
const verdicts = Object.keys(verdictGlyph) as readonly (keyof typeof verdictGlyph)[];

const verdictIn = (value: unknown): keyof typeof verdictGlyph | undefined =>
  verdicts.find((one) => one === value);
