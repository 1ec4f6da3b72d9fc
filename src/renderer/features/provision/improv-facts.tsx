import { IconExternalLink } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImprovFacts } from '../../../shared/contract/improv.ts';
import { isBoardPage } from '../../../shared/domain/board-page.ts';

/** What the firmware says of itself. */
export function ImprovFactList({ facts }: { readonly facts: ImprovFacts }): ReactElement {
  const { t } = useTranslation();
  const { device, hostname, network } = facts;
  const name = facts.deviceName ?? device?.deviceName ?? '';
  const system = [device?.osName, device?.osVersion].filter(Boolean).join(' ');
  const known: readonly (readonly [string, string])[] = [
    ['firmware', device === null ? '' : `${device.firmware} ${device.version}`.trim()],
    ['chip', device?.chip ?? ''],
    ...(system === '' ? [] : [['system', system] as const]),
    ['deviceName', name],
    ['hostname', hostname ?? ''],
    [
      'network',
      network === null
        ? ''
        : network.online
          ? t('provision.improv.online', {
              ways: network.interfaces.map((one) => t(`provision.improv.way.${one}`)).join(', '),
            })
          : t('provision.improv.offline'),
    ],
  ];
  return (
    <dl className="facts">
      {known.map(([key, value]) => (
        <div key={key}>
          <dt>{t(`provision.improv.fact.${key}`)}</dt>
          <dd>{value === '' ? t('provision.improv.untold') : value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The pages that the board serves, wherever it told of them. */
export function BoardPages({ facts }: { readonly facts: ImprovFacts }): ReactElement {
  const pages = [...new Set([...facts.urls, ...(facts.network?.urls ?? [])])];
  return (
    <>
      {pages.map((url) => (
        <BoardPage key={url} url={url} />
      ))}
    </>
  );
}

/** An address that a board named: only one on the local network can be opened, any can be copied. */
function BoardPage({ url }: { readonly url: string }): ReactElement {
  const { t } = useTranslation();
  return (
    <p className="command">
      <code>{url}</code>
      <button
        type="button"
        className="button quiet"
        aria-label={t('provision.improv.copy', { url })}
        onClick={() => void navigator.clipboard.writeText(url)}
      >
        {t('provision.copy')}
      </button>
      {isBoardPage(url) ? (
        <a
          className="button quiet"
          href={url}
          target="_blank"
          rel="noreferrer"
          aria-label={t('provision.improv.openPage', { url })}
        >
          {t('provision.improv.openWord')}
          <IconExternalLink size={16} aria-hidden="true" />
        </a>
      ) : null}
    </p>
  );
}
