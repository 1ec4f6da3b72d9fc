import { Select } from '@mantine/core';
import { IconCloudOff, IconHelpCircle, IconMoon, IconSearch, IconSun, IconWorld } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useSyncExternalStore, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { AlertBell } from '../../features/alerts/alert-bell.tsx';
import { useBoard, useClient } from '../live.ts';
import { useUi } from '../ui-state.ts';
import { openPalette } from './open-palette.ts';

export function Header({ inert }: { readonly inert: boolean }): ReactElement {
  const { t } = useTranslation();
  return (
    <header className="header" inert={inert}>
      <div className="brand">
        <img src="./icon.svg" alt="" width="30" height="30" />
        <span className="brand-name">
          DataYoti <strong>Field</strong>
        </span>
      </div>
      <SiteSelector />
      <Connectivity />
      <button type="button" className="search" onClick={openPalette}>
        <IconSearch size={18} aria-hidden="true" />
        <span>{t('shell.search')}</span>
        <kbd>{t('shell.searchKey')}</kbd>
      </button>
      <AlertBell />
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
const newSite = '+';
const renameSite = '=';

function SiteSelector(): ReactElement {
  const { t } = useTranslation();
  const sites = useBoard()?.sites ?? [];
  const { siteRef, chooseSite } = useUi();
  const navigate = useNavigate();
  const chosen = sites.some((site) => site.ref === siteRef) ? siteRef : null;
  const options = [
    { value: everySite, label: sites.length === 0 ? t('shell.noSite') : t('shell.allSites') },
    ...sites.map((site) => ({ value: site.ref, label: site.name })),
    ...(chosen === null ? [] : [{ value: renameSite, label: t('shell.renameSite') }]),
    { value: newSite, label: t('devices.newSite') },
  ];
  const choose = (value: string | null): void => {
    if (value === newSite || value === renameSite)
      void navigate({ to: '/settings/$section', params: { section: 'sites' } });
    else chooseSite(value === everySite ? null : value);
  };
  return (
    <div className="site-selector">
      <span className="site-label" aria-hidden="true">
        {t('shell.site')}
      </span>
      <Select
        aria-label={t('shell.site')}
        data={options}
        value={chosen ?? everySite}
        allowDeselect={false}
        title={sites.find((site) => site.ref === chosen)?.name}
        leftSection={
          <span className={chosen === null ? 'site-code none' : 'site-code'} aria-hidden="true">
            {chosen === null ? (sites.length === 0 ? '+' : sites.length) : chosen.slice(0, 4)}
          </span>
        }
        onChange={choose}
      />
    </div>
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
