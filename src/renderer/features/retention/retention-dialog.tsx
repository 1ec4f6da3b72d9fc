import { Modal } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { RetentionState } from '../../../shared/contract/retention.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { formatBytes, formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { BackupProgressBar } from '../backup/backup-progress.tsx';
import { useBackupWork } from '../backup/backup-work.ts';
import { useBackup } from '../../app/live.ts';

/** Says what would go, offers a backup, and asks. */
export function RetentionDialog(props: {
  readonly state: RetentionState;
  onAllow: () => Promise<void>;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const backup = useBackup();
  const { cancel, failure: backupFailure, made, start } = useBackupWork();
  const { failure, run } = useFailure();
  const [busy, setBusy] = useState(false);
  const { state } = props;
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const running = backup?.running ?? null;
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t('retention.title')}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <div className="form">
        <p>{t('retention.body', { readings: state.sensorDataDays, heartbeats: state.heartbeatDays })}</p>
        <ul className="retention-tables">
          {state.waiting.map(({ table, days, rows, bytes, fromMs, toMs }) => (
            <li key={table}>
              <strong>{t(`retention.table.${table}`)}</strong>
              <p className="secondary">
                {t('retention.what', {
                  count: days,
                  rows: formatNumber(rows),
                  size: formatBytes(bytes),
                  from: day(fromMs),
                  to: day(toMs - 1),
                })}
              </p>
            </li>
          ))}
        </ul>
        <p className="secondary">{t('retention.stays')}</p>
        {running === null ? null : <BackupProgressBar kind={running.kind} progress={running.progress} />}
        {made === undefined || running !== null ? null : (
          <p role="status">
            <StatusGlyph kind="ok" /> {t('backup.made', { name: made.name })}
          </p>
        )}
        {backupFailure === undefined ? null : <ErrorNotice error={backupFailure} />}
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <div className="row-of">
          <button
            type="button"
            className="button filled"
            disabled={running !== null}
            data-autofocus
            onClick={() => void start(client)}
          >
            {t('retention.backup')}
          </button>
          {cancel === undefined ? null : (
            <button type="button" className="button" onClick={cancel}>
              {t('backup.cancel')}
            </button>
          )}
          <button
            type="button"
            className="button danger"
            disabled={busy || running !== null}
            onClick={() =>
              run(async () => {
                setBusy(true);
                try {
                  await props.onAllow();
                  props.onClose();
                } finally {
                  setBusy(false);
                }
              })
            }
          >
            {t('retention.allow')}
          </button>
          <button type="button" className="button" onClick={props.onClose}>
            {t('retention.later')}
          </button>
        </div>
        <Link to="/settings/$section" params={{ section: 'stack' }} className="back">
          {t('retention.change')}
        </Link>
      </div>
    </Modal>
  );
}
