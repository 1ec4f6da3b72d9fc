import { IconDatabaseExport } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useBackup, useClient, useSettings, useStack } from '../../app/live.ts';
import { formatBytes, formatDate, formatTime } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { BackupProgressBar } from './backup-progress.tsx';
import { useBackupWork } from './backup-work.ts';
import { KeptBackups } from './kept-backups.tsx';
import { RestoreDialog } from './restore-dialog.tsx';
import './backup.css';

/** A figure and its unit on one line. */
const together = (text: string): string => text.replaceAll(' ', '\u{a0}');

/** The last backup, the next one, and both ways: make one now, put one back. */
export function BackupPanel(): ReactElement {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const backup = useBackup();
  const stack = useStack();
  const settings = useSettings();
  const { cancel, failure, made, start } = useBackupWork();
  const [restoring, setRestoring] = useState(false);
  const when = (ms: number): string => `${formatDate(ms, i18n.language)} ${formatTime(ms)}`;
  const last = backup?.last ?? null;
  const lastError = backup?.lastError ?? null;
  const running = backup?.running ?? null;
  const stackRuns = stack?.phase === 'running';
  const kept = settings?.backupsKept ?? 0;
  const next =
    backup === undefined || backup.nextMs === null
      ? t('backup.nextNever')
      : backup.atNextStart
        ? t('backup.atNextStart', { kept })
        : t('backup.nextAt', { when: when(backup.nextMs), kept });
  const [glyph, word]: readonly [GlyphKind, string] =
    lastError !== null
      ? ['bad', t('backup.failed')]
      : last === null
        ? ['warn', t('backup.none')]
        : ['ok', t('backup.checked')];
  return (
    <section className="backup-panel" aria-labelledby="backup-title">
      <div className="backup-head">
        <h2 id="backup-title">{t('backup.title')}</h2>
        <span className="backup-chip">
          <StatusGlyph kind={glyph} /> {word}
        </span>
      </div>
      <p>
        {last === null
          ? t('backup.neverMade')
          : t('backup.last', { when: when(last.createdMs), size: together(formatBytes(last.bytes)) })}
      </p>
      {lastError === null || failure !== undefined ? null : (
        <>
          <p>{t('backup.lastFailed', { when: when(lastError.timeMs) })}</p>
          <ErrorNotice error={lastError.error} />
        </>
      )}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {running === null ? null : <BackupProgressBar kind={running.kind} progress={running.progress} />}
      {made === undefined || running !== null ? null : (
        <p role="status">
          <StatusGlyph kind="ok" /> {t('backup.made', { name: made.name })}
        </p>
      )}
      <div className="backup-actions">
        {cancel === undefined ? (
          <button
            type="button"
            className="button"
            disabled={!stackRuns || running !== null}
            onClick={() => void start(client)}
          >
            <IconDatabaseExport size={18} aria-hidden="true" /> {t('backup.now')}
          </button>
        ) : (
          <button type="button" className="button" onClick={cancel}>
            {t('backup.cancel')}
          </button>
        )}
        <button
          type="button"
          className="button"
          disabled={running !== null && !restoring}
          onClick={() => setRestoring(true)}
        >
          {t('backup.restore')}
        </button>
      </div>
      {stackRuns ? null : <p className="secondary">{t('backup.needsStack')}</p>}
      <dl className="facts">
        <div>
          <dt>{t('backup.next')}</dt>
          <dd>{next}</dd>
        </div>
        <div>
          <dt>{t('backup.onDisk')}</dt>
          <dd>
            {stack === undefined || stack.database.sizeBytes === null || stack.freeDiskBytes === null
              ? '–'
              : t('backup.onDiskValue', {
                  size: together(formatBytes(stack.database.sizeBytes)),
                  free: together(formatBytes(stack.freeDiskBytes)),
                })}
          </dd>
        </div>
      </dl>
      <KeptBackups />
      {restoring ? <RestoreDialog stackRuns={stackRuns} onClose={() => setRestoring(false)} /> : null}
    </section>
  );
}
