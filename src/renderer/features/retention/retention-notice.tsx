import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { RetentionDialog } from './retention-dialog.tsx';
import { useRetention } from './use-retention.ts';
import './retention.css';

/** On the Stack page: days past the retention that wait for an agreement. */
export function RetentionNotice(): ReactElement | null {
  const { t } = useTranslation();
  const { state } = useRetention();
  if (state === undefined || state.waiting.length === 0) return null;
  const rows = state.waiting.reduce((sum, one) => sum + one.rows, 0);
  return (
    <div className="retention-notice" role="status">
      <StatusGlyph kind="warn" />
      <p>{t('retention.notice', { count: rows, rows: formatNumber(rows) })}</p>
      <RetentionButton />
    </div>
  );
}

/** Opens the question. */
export function RetentionButton(): ReactElement | null {
  const { t } = useTranslation();
  const { state, allow } = useRetention();
  const [asking, setAsking] = useState(false);
  if (state === undefined) return null;
  return (
    <>
      <button type="button" className="button" onClick={() => setAsking(true)}>
        {t('retention.look')}
      </button>
      {asking ? (
        <RetentionDialog state={state} onAllow={() => allow(state)} onClose={() => setAsking(false)} />
      ) : null}
    </>
  );
}
