import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BackupFile } from '../../../shared/contract/backup.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBackup, useClient } from '../../app/live.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { formatBytes, formatDate, formatNumber, formatTime } from '../../components/format.ts';

/** Every file of the backup folder, newest first, each with a way to remove it. */
export function KeptBackups(): ReactElement | null {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const backup = useBackup();
  const { failure, run } = useFailure();
  const { data } = useQuery({
    // What was just made thins the older ones.
    queryKey: ['backup', 'list', backup?.folder, backup?.last?.path],
    queryFn: ({ signal }) => client.backup.list({}, { signal }),
    placeholderData: (before) => before,
  });
  const items = data?.items ?? [];
  const kind = backup?.running?.kind;
  const remove = async ({ name }: BackupFile): Promise<void> => {
    try {
      await client.backup.remove({ name });
    } finally {
      // Also after a refusal: another window may have removed it.
      await queries.invalidateQueries({ queryKey: ['backup', 'list'] });
    }
  };
  return (
    <>
      {items.length === 0 ? null : (
        <details className="kept-backups">
          <summary>{t('backup.kept.title', { count: items.length })}</summary>
          <ul aria-label={t('backup.kept.label')}>
            {items.map((item) => (
              <Kept
                key={item.path}
                item={item}
                // Nothing is taken away from under a restore.
                disabled={kind === 'restore' || kind === 'check'}
                onRemove={() => run(() => remove(item))}
              />
            ))}
          </ul>
        </details>
      )}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </>
  );
}

function Kept(props: {
  readonly item: BackupFile;
  readonly disabled: boolean;
  onRemove: () => void;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const { item } = props;
  const when = `${formatDate(item.createdMs, i18n.language)} ${formatTime(item.createdMs)}`;
  const size = formatBytes(item.bytes);
  return (
    <li>
      <div title={item.name}>
        <p>{when}</p>
        <p className="secondary">
          {item.verified
            ? t('backup.kept.facts', { size, rows: formatNumber(item.rows) })
            : t('backup.kept.damaged', { size })}
        </p>
      </div>
      <ConfirmButton
        label={t('backup.kept.remove')}
        name={t('backup.kept.removeNamed', { when })}
        title={t('backup.kept.removeTitle')}
        body={t('backup.kept.removeBody', { name: item.name, when })}
        more={t('backup.kept.removeKeeps')}
        disabled={props.disabled}
        onConfirm={props.onRemove}
      />
    </li>
  );
}
