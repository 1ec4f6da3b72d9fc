import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
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

/** On the Stack page: days that would go by now, and stay because a central database does not have them yet. */
export function UnsyncedNotice(): ReactElement | null {
  const { t } = useTranslation();
  const { state, allowUnsynced } = useRetention();
  const { failure, run } = useFailure();
  if (state === undefined || state.unsynced.length === 0) return null;
  const rows = formatNumber(state.unsynced.reduce((sum, one) => sum + one.rows, 0));
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const from = day(Math.min(...state.unsynced.map(({ fromMs }) => fromMs)));
  const to = day(Math.max(...state.unsynced.map(({ toMs }) => toMs)) - 1);
  return (
    <div className="retention-notice" role="status">
      <StatusGlyph kind="warn" />
      <p>{t('retention.unsynced', { rows, from, to })}</p>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <Link to="/settings/$section" params={{ section: 'sync' }} className="button">
        {t('retention.syncFirst')}
      </Link>
      <ConfirmButton
        label={t('retention.dropUnsynced')}
        title={t('retention.dropUnsyncedTitle')}
        body={t('retention.dropUnsyncedBody', { rows, from, to })}
        onConfirm={() => run(() => allowUnsynced(state))}
      />
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
