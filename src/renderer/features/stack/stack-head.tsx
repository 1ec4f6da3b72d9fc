import { IconPlayerPlayFilled, IconPlayerStopFilled, IconRefresh } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { StackState } from '../../../shared/contract/stack.ts';
import { isErrorCode } from '../../../shared/domain/app-error.ts';
import { useClient, useNow } from '../../app/live.ts';
import { useUi } from '../../app/ui-state.ts';
import { formatDuration, formatTime } from '../../components/format.ts';
import { PageHead } from '../../components/page-head.tsx';
import { RestartStack } from '../../components/restart-stack.tsx';

/** The state in a sentence, since when, and the buttons that change it. */
export function StackHead(props: {
  readonly stack: StackState;
  run: (work: () => Promise<unknown>) => void;
  onStart: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const askToStop = useUi((state) => state.askToStop);
  const now = useNow();
  const { stack, run } = props;
  const { phase, kind, error } = stack;
  const problem = phase === 'failed' || error !== null;
  const code = error !== null && isErrorCode(error.code) ? error.code : 'internal';
  const by =
    typeof error?.data['program'] === 'string' ? t('errors.by', { program: error.data['program'] }) : '';
  const what = t(`errors.${code}.what`, { ...error?.data, by }).replace(/[.…]$/, '');
  const title =
    problem && error !== null ? t('stackPage.head.problem', { what }) : t(`stackPage.head.${kind}.${phase}`);
  const subtitle = [
    t('stackPage.head.since', {
      time: formatTime(stack.sinceMs),
      duration: formatDuration((now - stack.sinceMs) / 1000),
    }),
    t(`stackPage.head.where.${kind}`),
  ].join(' ');
  const busy = phase === 'starting' || phase === 'stopping';
  const used = kind === 'published';
  return (
    <PageHead
      title={title}
      subtitle={subtitle}
      actions={
        <>
          {used ? null : (
            <RestartStack
              label={t('stack.restart')}
              icon={<IconRefresh size={18} aria-hidden="true" />}
              disabled={phase !== 'running'}
              onRestart={() => run(() => client.stack.restart({}))}
            />
          )}
          {phase === 'running' || phase === 'starting' ? (
            <button
              type="button"
              className="button filled"
              // Nothing comes in yet that a stop could interrupt: no question for a start that is called off.
              onClick={() => (phase === 'running' ? askToStop(true) : run(() => client.stack.stop({})))}
            >
              <IconPlayerStopFilled size={14} aria-hidden="true" />
              {t(
                phase !== 'running'
                  ? 'stackPage.head.cancelStart'
                  : used
                    ? 'stackPage.head.letGo'
                    : 'strip.stopStack',
              )}
            </button>
          ) : (
            <button type="button" className="button filled" disabled={busy} onClick={props.onStart}>
              <IconPlayerPlayFilled size={14} aria-hidden="true" />
              {t(used ? 'stackPage.head.connect' : 'strip.startStack')}
            </button>
          )}
        </>
      }
    />
  );
}
