import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient, useStack } from '../../app/live.ts';
import { Accounts } from './accounts.tsx';
import { NetworkGroup } from './network-group.tsx';
import { PublishedNote } from './published-note.tsx';
import { SettingGroup } from './setting-group.tsx';

export function BrokerSection(): ReactElement {
  const { t } = useTranslation();
  const used = useStack()?.kind === 'published';
  return (
    <>
      {used ? <PublishedNote /> : null}
      <Addresses />
      <NetworkGroup />
      <SettingGroup title={t('settings.accounts.title')} body={t('settings.accounts.body')}>
        {used ? <p className="secondary">{t('settings.published.accounts')}</p> : <Accounts />}
      </SettingGroup>
      <SettingGroup title={t('settings.authority.title')} body={t('settings.authority.body')}>
        <Authority />
      </SettingGroup>
    </>
  );
}

/** What the broker turned away or had no room for; each is shown once it happened. */
const troubles = [
  'refusedMessages',
  'refusedSubscriptions',
  'oversizedPackets',
  'refusedConnections',
  'queueOverflows',
] as const;

/** Where sensors find the broker right now: never only a name that the network may not resolve. */
function Addresses(): ReactElement {
  const { t } = useTranslation();
  const broker = useStack()?.broker;
  return (
    <SettingGroup title={t('settings.addresses.title')} body={t('settings.addresses.body')}>
      {broker === undefined || broker.listeners.length === 0 ? (
        <p className="secondary">{t('settings.addresses.none')}</p>
      ) : (
        <dl className="facts">
          {broker.listeners.map((listener) => (
            <div key={listener.name}>
              <dt>{t(`settings.ports.${listener.name}`)}</dt>
              <dd>
                <code>{listener.url}</code>
              </dd>
            </div>
          ))}
          <div>
            <dt>{t('settings.addresses.announced')}</dt>
            <dd>{broker.serviceName ?? t('settings.addresses.notAnnounced')}</dd>
          </div>
          <div>
            <dt>{t('settings.addresses.refused')}</dt>
            <dd>{broker.refusedLogins}</dd>
          </div>
          {troubles
            .filter((name) => broker[name] > 0)
            .map((name) => (
              <div key={name}>
                <dt>{t(`settings.addresses.${name}`)}</dt>
                <dd>{broker[name]}</dd>
              </div>
            ))}
        </dl>
      )}
    </SettingGroup>
  );
}

function Authority(): ReactElement {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const { data } = useQuery({
    queryKey: ['authority'],
    queryFn: ({ signal }) => client.broker.authority({}, { signal }),
  });
  if (data === undefined) return <p className="hint">…</p>;
  return (
    <>
      <dl className="facts">
        <div>
          <dt>SHA-256</dt>
          <dd>
            <code className="fingerprint">{data.fingerprint}</code>
          </dd>
        </div>
        <div>
          <dt>{t('settings.authority.until')}</dt>
          <dd>
            {new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : i18n.language, {
              dateStyle: 'long',
            }).format(data.notAfterMs)}
          </dd>
        </div>
      </dl>
      <a
        className="button"
        download="datayoti-authority.pem"
        href={`data:application/x-pem-file;charset=utf-8,${encodeURIComponent(data.pem)}`}
      >
        {t('settings.authority.download')}
      </a>
    </>
  );
}
