import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { StackKind, StackState } from '../../../shared/contract/stack.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { phaseGlyph } from './stack-words.ts';

const own = ['embedded', 'docker'] as const;

/** Where the stack can run, and the published one while it is used; what is not used offers the change. */
export function ModeChoice(props: {
  readonly stack: StackState;
  onSwitch: (kind: StackKind) => void;
}): ReactElement {
  const { t } = useTranslation();
  const { stack } = props;
  const busy = stack.phase === 'starting' || stack.phase === 'stopping';
  return (
    <ul className="mode-choice" aria-label={t('stackPage.mode.label')}>
      {(stack.kind === 'published' ? [...own, stack.kind] : own).map((kind) => {
        const chosen = kind === stack.kind;
        const phase = chosen ? stack.phase : 'stopped';
        return (
          <li
            key={kind}
            className={chosen ? 'mode chosen' : 'mode'}
            aria-current={chosen ? 'true' : undefined}
          >
            <span className="mode-dot" aria-hidden="true" />
            <div className="mode-words">
              <h2>{t(`stackPage.mode.${kind}.title`)}</h2>
              <p className="secondary">{t(`stackPage.mode.${kind}.body`)}</p>
            </div>
            <span className="mode-state">
              <StatusGlyph kind={phaseGlyph[phase]} /> {t(`strip.phase.${phase}`)}
            </span>
            {chosen || kind === 'published' ? null : (
              <button
                type="button"
                className="button"
                disabled={busy}
                aria-label={t('stackPage.mode.switchTo', { name: t(`stackPage.mode.${kind}.title`) })}
                onClick={() => props.onSwitch(kind)}
              >
                {t('stackPage.mode.switch')}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
