import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BackupProgress, BackupState } from '../../../shared/contract/backup.ts';
import { formatBytes, formatNumber } from '../../components/format.ts';

/** How far it is: a bar, and the same in words. */
export function BackupProgressBar({
  kind,
  progress,
}: {
  readonly kind: NonNullable<BackupState['running']>['kind'];
  readonly progress: BackupProgress | null;
}): ReactElement {
  const { t } = useTranslation();
  const phase = progress?.phase ?? 'counting';
  const counted = progress !== null && progress.totalRows > 0;
  return (
    <div className="backup-progress">
      <p role="status">
        {kind === 'restore' && phase === 'copying' ? t('backup.restoring') : t(`backup.phase.${phase}`)}
      </p>
      <progress
        aria-label={t('backup.progressLabel')}
        max={1}
        {...(counted ? { value: progress.rows / progress.totalRows } : {})}
      />
      {counted ? (
        <p className="secondary">
          {t('backup.progressRows', {
            rows: formatNumber(progress.rows),
            total: formatNumber(progress.totalRows),
          })}
          {progress.bytes > 0 ? ` · ${formatBytes(progress.bytes)}` : ''}
          {progress.relation === '' ? '' : ` · ${progress.relation}`}
        </p>
      ) : null}
    </div>
  );
}
