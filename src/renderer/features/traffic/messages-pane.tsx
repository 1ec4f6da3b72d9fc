import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrafficState } from '../../../shared/contract/traffic.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { formatBytes, formatNumber } from '../../components/format.ts';
import { EmptyState } from '../../components/page-head.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { FilterBar } from './filter-bar.tsx';
import { Inspector } from './inspector.tsx';
import { MessageList } from './message-list.tsx';
import { PublishForm } from './publish-form.tsx';
import { SourceAway } from './source-away.tsx';
import { SourceWords } from './source-choice.tsx';
import { TopicTree } from './topic-tree.tsx';
import { isEmptyFilter, noFilter, useTrafficUi, type Pane } from './traffic-store.ts';
import type { Messages } from './use-message-feed.ts';

const panes = ['topics', 'messages', 'message'] as const satisfies readonly Pane[];

/** Topics, messages, one message: beside each other, or one at a time where there is no room. */
export function MessagesPane(props: {
  readonly state: TrafficState | undefined;
  readonly messages: Messages;
}): ReactElement {
  const { t } = useTranslation();
  const { state, messages } = props;
  const { pane, showPane } = useTrafficUi();
  const connected = state?.source.phase === 'connected';
  // What was kept stays to be looked at when the source is gone.
  const nothingKept = state !== undefined && state.kept.messages === 0;
  return (
    <>
      <div className="segments pane-choice" role="group" aria-label={t('traffic.panes.title')}>
        {panes.map((name) => (
          <button key={name} type="button" aria-pressed={pane === name} onClick={() => showPane(name)}>
            {t(`traffic.panes.${name}`)}
          </button>
        ))}
      </div>
      {state !== undefined && !connected && !nothingKept ? (
        <p className="traffic-away" role="status">
          <StatusGlyph kind={state.source.phase === 'connecting' ? 'busy' : 'warn'} />
          <span>
            {t('traffic.away.kept')} <SourceWords state={state.source} />
          </span>
        </p>
      ) : null}
      {state !== undefined && !connected && nothingKept ? (
        <SourceAway state={state} />
      ) : (
        <div className="traffic-columns" data-pane={pane}>
          <TopicTree paused={messages.paused} />
          <section className="traffic-messages" aria-label={t('traffic.list.title')}>
            <FilterBar failure={messages.failure} />
            <ListNote messages={messages} state={state} />
            {messages.failure === undefined || messages.failure.code === 'traffic.bad-filter' ? null : (
              <div className="traffic-notice">
                <ErrorNotice error={messages.failure} />
              </div>
            )}
            <MessageList messages={messages} empty={<NoMessages messages={messages} state={state} />} />
          </section>
          <div className="traffic-side">
            <Inspector paused={messages.paused} />
            <PublishForm connected={connected} />
          </div>
        </div>
      )}
    </>
  );
}

/** What part of the traffic the list shows: said, never left to be guessed. */
function ListNote(props: {
  readonly messages: Messages;
  readonly state: TrafficState | undefined;
}): ReactElement {
  const { t } = useTranslation();
  const { messages, state } = props;
  const kept = state?.kept;
  const words = messages.paused
    ? t('traffic.list.held', { count: messages.rows.length, messages: formatNumber(messages.rows.length) })
    : messages.oneOf < 1.05
      ? t('traffic.list.all')
      : t('traffic.list.oneOf', { n: formatNumber(messages.oneOf, messages.oneOf < 10 ? 1 : 0) });
  return (
    <p className="list-note secondary" data-sampled={!messages.paused && messages.oneOf >= 1.05}>
      <span>{words}</span>
      {kept === undefined ? null : (
        <span title={t('traffic.list.keptHint')}>
          {t('traffic.list.kept', {
            count: kept.messages,
            messages: formatNumber(kept.messages),
            size: formatBytes(kept.bytes),
          })}
        </span>
      )}
    </p>
  );
}

function NoMessages(props: {
  readonly messages: Messages;
  readonly state: TrafficState | undefined;
}): ReactElement {
  const { t } = useTranslation();
  const { filter, setFilter } = useTrafficUi();
  const { messages, state } = props;
  if (!messages.loaded || state === undefined)
    return <p className="hint traffic-empty">{t('shell.loading')}</p>;
  if (messages.failure?.code === 'traffic.bad-filter')
    return <p className="hint traffic-empty">{t('traffic.list.badFilter')}</p>;
  if (!isEmptyFilter(filter) && state.kept.messages > 0)
    return (
      <EmptyState
        title={t('traffic.list.noneMatch')}
        body={t('traffic.list.noneMatchBody')}
        action={
          <button type="button" className="button" onClick={() => setFilter(noFilter)}>
            {t('traffic.filter.clear')}
          </button>
        }
      />
    );
  return <EmptyState title={t('traffic.list.none')} body={t('traffic.list.noneBody')} />;
}
