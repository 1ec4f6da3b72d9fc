import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** Above the titles: what is now, what was, and what is told at all. */
export function AlertTabs(): ReactElement {
  const { t } = useTranslation();
  return (
    <nav className="page-tabs" aria-label={t('alerts.nav')}>
      <Link to="/alerts" activeOptions={{ exact: true }}>
        {t('alerts.tabs.active')}
      </Link>
      <Link to="/alerts/log">{t('alerts.tabs.log')}</Link>
      <Link to="/alerts/rules">{t('alerts.tabs.rules')}</Link>
    </nav>
  );
}
