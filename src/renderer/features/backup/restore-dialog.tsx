import { Modal, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  BackupContent,
  BackupFile,
  BackupProgress,
  RestoreResult,
} from '../../../shared/contract/backup.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { useToldWork } from '../../app/use-told-work.ts';
import { formatBytes, formatDate, formatNumber, formatTime } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { BackupContentFacts } from './backup-content-facts.tsx';
import { BackupProgressBar } from './backup-progress.tsx';

const other = '+';

/** First a look inside, which touches nothing; then, where nothing stands in the way, the restore. */
export function RestoreDialog(props: { readonly stackRuns: boolean; onClose: () => void }): ReactElement {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const { data } = useQuery({
    queryKey: ['backup', 'list'],
    queryFn: () => client.backup.list({}),
    gcTime: 0,
  });
  const [chosen, setChosen] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const [content, setContent] = useState<BackupContent>();
  const [result, setResult] = useState<RestoreResult>();
  const [restoring, setRestoring] = useState(false);
  const { running, progress, failure, run, cancel } = useToldWork<BackupProgress>();
  const items = data?.items ?? [];
  const selected = chosen ?? items.find(({ verified }) => verified)?.path ?? other;
  const path = selected === other ? typed.trim() : selected;
  const name = (item: BackupFile): string =>
    item.verified
      ? t('backup.dialog.newest', {
          when: `${formatDate(item.createdMs, i18n.language)} ${formatTime(item.createdMs)}`,
          size: formatBytes(item.bytes),
        })
      : t('backup.dialog.damaged', { name: item.name });
  const look = async (): Promise<void> => {
    setContent(undefined);
    setContent(await run((signal) => client.backup.inspect({ path }, { signal })));
  };
  const restore = async (): Promise<void> => {
    setRestoring(true);
    setResult(await run((signal) => client.backup.restore({ path, into: 'empty-only' }, { signal })));
    setRestoring(false);
  };
  const choose = (value: string | null): void => {
    setChosen(value);
    setContent(undefined);
  };
  const blocked = content?.targetHolds === null || (content?.targetHolds ?? []).length > 0;
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t('backup.dialog.title')}
      size="lg"
      centered
      closeOnClickOutside={!running}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <div className="form">
        {result === undefined ? (
          <>
            <Select
              label={t('backup.dialog.choose')}
              data={[
                ...items.map((item) => ({ value: item.path, label: name(item), disabled: !item.verified })),
                { value: other, label: t('backup.dialog.other') },
              ]}
              value={selected}
              allowDeselect={false}
              disabled={running}
              onChange={choose}
            />
            {selected === other ? (
              <TextInput
                label={t('backup.dialog.path')}
                value={typed}
                disabled={running}
                onChange={(event) => {
                  setTyped(event.target.value);
                  setContent(undefined);
                }}
              />
            ) : null}
            {content === undefined ? null : <BackupContentFacts content={content} />}
          </>
        ) : (
          <p role="status">
            <StatusGlyph kind="ok" /> {t('backup.dialog.done', { rows: formatNumber(result.rows) })}
          </p>
        )}
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        {running ? <BackupProgressBar kind={restoring ? 'restore' : 'check'} progress={progress} /> : null}
        <div className="row-of">
          {result !== undefined ? null : content === undefined ? (
            <button
              type="button"
              className="button filled"
              disabled={running || path === ''}
              onClick={() => void look()}
            >
              {t('backup.dialog.look')}
            </button>
          ) : (
            <button
              type="button"
              className="button filled"
              disabled={running || blocked || !props.stackRuns}
              onClick={() => void restore()}
            >
              {t('backup.dialog.restore')}
            </button>
          )}
          <button type="button" className="button" onClick={running ? cancel : props.onClose}>
            {t(running ? 'backup.cancel' : 'shell.close')}
          </button>
        </div>
        {content === undefined || result !== undefined ? null : (
          <p className="secondary">{t('backup.dialog.restarts')}</p>
        )}
      </div>
    </Modal>
  );
}
