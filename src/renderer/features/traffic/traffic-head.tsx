import { IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerRecordFilled } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrafficState } from '../../../shared/contract/traffic.ts';
import { formatBytes, formatNumber } from '../../components/format.ts';
import { RateBars } from './rate-bars.tsx';
import { SourceChoice } from './source-choice.tsx';
import { formatRate } from './tree-row.tsx';

/** Of the source: what came, how fast, and what can be done with it. */
export function TrafficHead(props: {
  readonly state: TrafficState | undefined;
  readonly source: string;
  /** `undefined` where there is nothing to hold. */
  readonly paused: boolean | undefined;
  readonly recording: boolean;
  onPause: () => void;
  onRecord: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const { state, paused } = props;
  return (
    <header className="traffic-head">
      <div className="traffic-top">
        <nav className="page-tabs" aria-label={t('traffic.partsLabel')}>
          <Link to="/traffic" activeOptions={{ exact: true }}>
            {t('traffic.parts.messages')}
          </Link>
          {(['retained', 'recordings', 'clients'] as const).map((part) => (
            <Link key={part} to="/traffic/$part" params={{ part }}>
              {t(`traffic.parts.${part}`)}
            </Link>
          ))}
        </nav>
        <SourceChoice state={state?.source} />
      </div>
      <div className="traffic-title">
        <h1>{t(paused === true ? 'traffic.titlePaused' : 'traffic.title')}</h1>
        <p className="secondary">
          {state === undefined
            ? '\u00A0'
            : t('traffic.subtitle', {
                topics: t('traffic.tree.topics', { count: state.topics, topics: formatNumber(state.topics) }),
                messages: t('traffic.messages', {
                  count: state.messages,
                  messages: formatNumber(state.messages),
                }),
              })}
        </p>
      </div>
      <p className="traffic-rate">
        <span className="rate-figure">{formatRate(state?.messagesPerSecond ?? 0)}</span>
        <span>
          <strong>{t('traffic.rate.unit')}</strong>
          <span className="secondary">
            {t('traffic.rate.bytes', { size: formatBytes(state?.bytesPerSecond ?? 0) })}
          </span>
        </span>
      </p>
      <RateBars source={props.source} />
      <div className="traffic-actions">
        <button
          type="button"
          className={props.recording ? 'button recording' : 'button'}
          aria-pressed={props.recording}
          onClick={props.onRecord}
        >
          <IconPlayerRecordFilled size={16} aria-hidden="true" />
          {t(props.recording ? 'traffic.stopRecording' : 'traffic.record')}
        </button>
        {paused === undefined ? null : (
          <button type="button" className="button filled" onClick={props.onPause}>
            {paused ? (
              <IconPlayerPlayFilled size={16} aria-hidden="true" />
            ) : (
              <IconPlayerPauseFilled size={16} aria-hidden="true" />
            )}
            {t(paused ? 'traffic.resume' : 'traffic.pause')}
            <kbd>{t('traffic.space')}</kbd>
          </button>
        )}
      </div>
    </header>
  );
}
