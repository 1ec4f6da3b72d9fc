import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { browserPermission } from './browser-notifications.ts';

/** Whether this browser shows alerts while its window is out of sight; the way to allow it. */
export function BrowserPermission(): ReactElement | null {
  const { t } = useTranslation();
  const [permission, setPermission] = useState(browserPermission);
  if (permission === 'host') return null;
  const ask = (): void =>
    void Notification.requestPermission().then(
      (answer) => setPermission(answer),
      () => setPermission('denied'),
    );
  return (
    <section className="pane browser-permission">
      <h2>{t('alerts.browser.title')}</h2>
      <p role="status" className="row-glyph">
        <StatusGlyph kind={permission === 'granted' ? 'ok' : 'idle'} />
        {t(`alerts.browser.${permission}`)}
      </p>
      {permission === 'default' ? (
        <button type="button" className="button" onClick={ask}>
          {t('alerts.browser.allow')}
        </button>
      ) : null}
    </section>
  );
}
