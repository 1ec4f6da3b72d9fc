import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrafficState } from '../../../shared/contract/traffic.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useStack } from '../../app/live.ts';
import { EmptyState } from '../../components/page-head.tsx';
import { SourceWords } from './source-choice.tsx';

/** Why nothing comes, and what to do about it. */
export function SourceAway({ state }: { readonly state: TrafficState }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const stopped = useStack()?.phase === 'stopped';
  const { failure, run } = useFailure();
  const { source } = state;
  if (source.phase === 'stopped')
    return (
      <EmptyState
        title={t('traffic.away.stopped')}
        body={t('traffic.away.stoppedBody')}
        action={
          <>
            {failure === undefined ? null : <ErrorNotice error={failure} />}
            <button
              type="button"
              className="button"
              disabled={!stopped}
              onClick={() => run(() => client.stack.start({}))}
            >
              {t('strip.startStack')}
            </button>
          </>
        }
      />
    );
  if (source.phase === 'waiting')
    return (
      <section className="empty-state">
        <h2>{t('traffic.away.lost')}</h2>
        <p className="secondary">
          <SourceWords state={source} />
        </p>
        {source.error === null ? null : <ErrorNotice error={source.error} />}
      </section>
    );
  return (
    <EmptyState
      title={t(source.phase === 'idle' ? 'traffic.away.idle' : 'traffic.away.connecting')}
      body={t(source.phase === 'idle' ? 'traffic.away.idleBody' : 'traffic.away.connectingBody')}
    />
  );
}
