import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** Above the titles of History and Conformity: two looks at the same readings. */
export function MeasuredTabs(): ReactElement {
  const { t } = useTranslation();
  return (
    <nav className="page-tabs" aria-label={t('components.measured')}>
      <Link to="/history">{t('history.nav')}</Link>
      <Link to="/conformity">{t('conformity.nav')}</Link>
    </nav>
  );
}
