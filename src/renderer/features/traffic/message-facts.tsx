import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageDetail, MessageOutcome } from '../../../shared/contract/traffic-messages.ts';
import { formatBytes, formatNumber } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { visibleText } from './visible-text.ts';

const glyphs: Readonly<Record<MessageOutcome['kind'], GlyphKind>> = {
  waiting: 'waiting',
  stored: 'ok',
  passed: 'idle',
  quarantined: 'warn',
  failed: 'bad',
};

/** What became of a message, and what it carries beside its payload. */
export function MessageFacts({ detail }: { readonly detail: MessageDetail }): ReactElement {
  const { t } = useTranslation();
  const { message, outcome, properties } = detail;
  const carried = [
    t('traffic.qos', { qos: message.qos }),
    message.bytes < 1_000
      ? formatBytes(message.bytes)
      : `${formatNumber(message.bytes)}\u00A0${t('traffic.bytes')}`,
    t(message.retain ? 'traffic.retained' : 'traffic.notRetained'),
  ].join(', ');
  return (
    <div className="message-facts">
      <p className="message-outcome">
        {outcome === null ? null : <StatusGlyph kind={glyphs[outcome.kind]} size={18} />}
        <span>
          {outcome === null ? null : (
            <>
              <strong>{t(`traffic.outcome.${outcome.kind}`)}</strong>{' '}
              {outcome.tookMs === null || outcome.kind === 'waiting'
                ? ''
                : `${t('traffic.outcome.took', { ms: formatNumber(outcome.tookMs) })} `}
              {outcome.reason === null
                ? ''
                : `${t(`quarantine.reason.${outcome.reason}`, { defaultValue: outcome.reason })}. `}
            </>
          )}
          {carried}.
        </span>
      </p>
      <dl className="facts compact">
        {message.client === '' && message.account === '' ? null : (
          <>
            <Fact name={t('traffic.facts.client')} value={message.client} />
            <Fact name={t('traffic.facts.account')} value={message.account} />
          </>
        )}
        {properties === null ? null : (
          <>
            <Fact name={t('traffic.facts.contentType')} value={properties.contentType} />
            <Fact name={t('traffic.facts.responseTopic')} value={properties.responseTopic} />
            <Fact name={t('traffic.facts.correlation')} value={properties.correlationData} />
            <Fact
              name={t('traffic.facts.expiry')}
              value={
                properties.expirySeconds === null ? null : `${formatNumber(properties.expirySeconds)}\u00A0s`
              }
            />
            {properties.user.map(({ name, value }, index) => (
              // Names may come twice.
              // oxlint-disable-next-line react/no-array-index-key
              <Fact key={index} name={visibleText(name)} value={value} own />
            ))}
          </>
        )}
      </dl>
    </div>
  );
}

function Fact(props: {
  readonly name: string;
  readonly value: string | null;
  /** A property that the sender named. */
  readonly own?: boolean;
}): ReactElement | null {
  if (props.value === null || props.value === '') return null;
  return (
    <div>
      <dt>{props.own === true ? <bdi className="mono">{props.name}</bdi> : props.name}</dt>
      <dd>
        <bdi>{visibleText(props.value)}</bdi>
      </dd>
    </div>
  );
}
