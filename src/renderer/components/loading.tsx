import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** Stands where a page will be, on the first load only; later the old values stay while new ones come. */
export function Loading(): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="loading" aria-busy="true">
      <span />
      <span />
      <span />
      <p className="visually-hidden">{t('shell.loading')}</p>
    </div>
  );
}
