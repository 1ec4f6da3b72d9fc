import './traffic.css';
import './traffic-list.css';
import './traffic-inspector.css';
import './traffic-sheet.css';
import { useLocation } from '@tanstack/react-router';
import { useCallback, useEffect, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrafficState } from '../../../shared/contract/traffic.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { ClientsPane } from './clients-pane.tsx';
import { MessagesPane } from './messages-pane.tsx';
import { RecordingsPane } from './recordings-pane.tsx';
import { RetainedPane } from './retained-pane.tsx';
import { SourceAway } from './source-away.tsx';
import { TrafficHead } from './traffic-head.tsx';
import { useTrafficUi } from './traffic-store.ts';
import { useMessageFeed } from './use-message-feed.ts';
import { useTraffic, useTrafficState, useTrafficWork } from './use-traffic.ts';
import { useTrafficKeys } from './use-traffic-keys.ts';

/** What goes over a broker, as it goes. */
export function TrafficPage(): ReactElement {
  const part = useLocation({ select: ({ pathname }) => pathname.split('/')[2] ?? '' });
  const { source, chooseSource } = useTrafficUi();
  const { value: state, failure } = useTrafficState(source);
  const unknown = failure?.code === 'traffic.source-unknown';
  // A profile that was removed elsewhere.
  useEffect(() => {
    if (unknown && source !== 'stack') chooseSource('stack');
  }, [unknown, source, chooseSource]);
  return part === '' ? (
    <Messages state={state} source={source} />
  ) : (
    <Other part={part} state={state} source={source} />
  );
}

interface PartProps {
  readonly state: TrafficState | undefined;
  readonly source: string;
}

function Messages({ state, source }: PartProps): ReactElement {
  const { filter } = useTrafficUi();
  const messages = useMessageFeed(source, filter);
  const { feed, paused } = messages;
  const toggle = useCallback(() => {
    if (feed.state().paused) feed.follow();
    else void feed.pause();
  }, [feed]);
  useTrafficKeys(toggle);
  const record = useRecord(source);
  return (
    <div className="traffic">
      <TrafficHead
        state={state}
        source={source}
        paused={paused}
        recording={record.running !== undefined}
        onPause={toggle}
        onRecord={record.toggle}
      />
      <Failure failure={record.failure} />
      <MessagesPane state={state} messages={messages} />
    </div>
  );
}

function Other({ part, state, source }: PartProps & { readonly part: string }): ReactElement {
  const { t } = useTranslation();
  useTrafficKeys(undefined);
  const record = useRecord(source);
  return (
    <div className="traffic">
      <TrafficHead
        state={state}
        source={source}
        paused={undefined}
        recording={record.running !== undefined}
        onPause={() => undefined}
        onRecord={record.toggle}
      />
      <Failure failure={record.failure} />
      {part === 'retained' ? (
        state === undefined || state.source.phase === 'connected' ? (
          <RetainedPane />
        ) : (
          <SourceAway state={state} />
        )
      ) : part === 'recordings' ? (
        <RecordingsPane />
      ) : part === 'clients' ? (
        <ClientsPane ofStack={source === 'stack'} sys={state?.source.sys ?? []} />
      ) : (
        <p className="page-body">{t('shell.notFound')}</p>
      )}
    </div>
  );
}

function Failure({
  failure,
}: {
  readonly failure: ReturnType<typeof useFailure>['failure'];
}): ReactElement | null {
  return failure === undefined ? null : (
    <div className="traffic-notice">
      <ErrorNotice error={failure} />
    </div>
  );
}

/** One press writes what passes the filter to a file, the next ends it. */
function useRecord(source: string): {
  readonly running: string | undefined;
  readonly failure: ReturnType<typeof useFailure>['failure'];
  toggle: () => void;
} {
  const traffic = useTraffic();
  const { filter } = useTrafficUi();
  const { value: work } = useTrafficWork();
  const { failure, run } = useFailure();
  const running = work?.recordings.find(
    (recording) => recording.running && recording.source === source,
  )?.name;
  return {
    running,
    failure,
    toggle: () =>
      run(() =>
        running === undefined
          ? traffic.startRecording({ source, filter })
          : traffic.stopRecording({ name: running }),
      ),
  };
}
