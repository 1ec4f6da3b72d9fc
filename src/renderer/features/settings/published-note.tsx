import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { StatusGlyph } from '../../components/status-glyph.tsx';

/** Which stack is in use, where what is set on the page is not for it. */
export function PublishedNote(): ReactElement {
  const { t } = useTranslation();
  return (
    <p role="note">
      <StatusGlyph kind="waiting" /> <strong>{t('stackPage.head.published.running')}.</strong>{' '}
      {t('settings.published.as')}
    </p>
  );
}
