import { Select } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { IconCloudOff, IconHelpCircle, IconMoon, IconSearch, IconSun, IconWorld } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useSyncExternalStore, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useBoard, useClient } from '../live.ts';
import { useUi } from '../ui-state.ts';

export function Header(): ReactElement {
  const { t } = useTranslation();
  return (
    <header className="header">
      <div className="brand">
        <img src="./icon.svg" alt="" width="30" height="30" />
        <span className="brand-name">
          DataYoti <strong>Field</strong>
        </span>
      </div>
      <SiteSelector />
      <Connectivity />
      <button type="button" className="search" onClick={() => spotlight.open()}>
        <IconSearch size={18} aria-hidden="true" />
        <span>{t('shell.search')}</span>
        <kbd>{t('shell.searchKey')}</kbd>
      </button>
      <DisplayToggle />
      <Link
        to="/settings/$section"
        params={{ section: 'keyboard' }}
        className="icon-button"
        aria-label={t('shell.help')}
        title={t('shell.help')}
      >
        <IconHelpCircle size={20} aria-hidden="true" />
      </Link>
    </header>
  );
}

const everySite = '*';

function SiteSelector(): ReactElement {
  const { t } = useTranslation();
  const sites = useBoard()?.sites ?? [];
  const { siteRef, chooseSite } = useUi();
  const options = [
    { value: everySite, label: t('shell.allSites') },
    ...sites.map((site) => ({ value: site.ref, label: site.name })),
  ];
  const chosen = sites.some((site) => site.ref === siteRef) ? siteRef : null;
  return (
    <Select
      className="site-selector"
      aria-label={t('shell.site')}
      data={options}
      value={chosen ?? everySite}
      allowDeselect={false}
      disabled={sites.length === 0}
      {...(sites.length === 0 ? { data: [{ value: everySite, label: t('shell.noSite') }] } : {})}
      onChange={(value) => chooseSite(value === everySite ? null : value)}
    />
  );
}

function Connectivity(): ReactElement {
  const { t } = useTranslation();
  const online = useSyncExternalStore(
    (listener) => {
      window.addEventListener('online', listener);
      window.addEventListener('offline', listener);
      return () => {
        window.removeEventListener('online', listener);
        window.removeEventListener('offline', listener);
      };
    },
    () => navigator.onLine,
  );
  return (
    <p className="connectivity">
      {online ? <IconWorld size={18} aria-hidden="true" /> : <IconCloudOff size={18} aria-hidden="true" />}
      <span>
        <strong>{online ? t('shell.online') : t('shell.offline')}</strong>{' '}
        <span className="wide-only">{t('shell.worksAnyway')}</span>
      </span>
    </p>
  );
}

function DisplayToggle(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const toggle = (): void => {
    const dark = document.documentElement.dataset['theme'] === 'dark';
    void client.settings.update({ display: dark ? 'light' : 'dark' }).catch(() => undefined);
  };
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={t('shell.display')}
      title={t('shell.display')}
      onClick={toggle}
    >
      <IconMoon size={20} aria-hidden="true" className="for-light" />
      <IconSun size={20} aria-hidden="true" className="for-dark" />
    </button>
  );
}
