import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SyncProgress, SyncResult, SyncState, SyncTarget } from '../../../shared/contract/sync.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { useToldWork } from '../../app/use-told-work.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { formatNumber } from '../../components/format.ts';
import { PathField } from '../stack/path-field.tsx';
import { ConflictList } from './conflict-list.tsx';
import { SyncResultView } from './sync-result.tsx';
import { TargetForm } from './target-form.tsx';

const exampleFile = '/media/usb/rows.dysync';

/** One central database: what waits, what would change, and sending it. */
export function TargetPanel(props: {
  readonly target: SyncTarget;
  readonly running: SyncState['running'];
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { target } = props;
  const [editing, setEditing] = useState(false);
  const [result, setResult] = useState<SyncResult>();
  const [said, setSaid] = useState<string>();
  const work = useToldWork<SyncProgress>();
  const { failure, run } = useFailure();
  const busy = props.running !== null;
  const progress = work.progress ?? (props.running?.target === target.id ? props.running.progress : null);
  const start = async (dryRun: boolean): Promise<void> => {
    setSaid(undefined);
    setResult(undefined);
    setResult(await work.run((signal) => client.sync.run({ target: target.id, dryRun }, { signal })));
  };
  const write = async (path: string): Promise<void> => {
    setResult(undefined);
    const written = await work.run((signal) =>
      client.sync.writeBundle({ target: target.id, path }, { signal }),
    );
    if (written !== undefined)
      setSaid(t('sync.files.written', { rows: formatNumber(written.rows), path: written.path }));
  };
  const bringIn = async (path: string): Promise<void> => {
    setSaid(undefined);
    const done = await work.run((signal) =>
      client.sync.importBundle({ target: target.id, path }, { signal }),
    );
    setResult(done?.result);
    if (done !== undefined) setSaid(t('sync.files.receipt', { path: done.receipt }));
  };
  if (editing) return <TargetForm target={target} onDone={() => setEditing(false)} />;
  return (
    <div className="sync-target">
      <p className="strong">
        {target.unsynced === null
          ? t('sync.counting')
          : t('sync.waiting', { count: target.unsynced, rows: formatNumber(target.unsynced) })}
      </p>
      <p className="secondary">
        {target.address === null
          ? t('sync.byFile')
          : `${target.address.user}@${target.address.host}:${target.address.port}/${target.address.database}`}
      </p>
      <div className="row-of">
        {target.address === null ? null : (
          <>
            <button type="button" className="button filled" disabled={busy} onClick={() => void start(false)}>
              {t('sync.now')}
            </button>
            <button type="button" className="button" disabled={busy} onClick={() => void start(true)}>
              {t('sync.dryRun')}
            </button>
          </>
        )}
        <button type="button" className="button" disabled={busy} onClick={() => setEditing(true)}>
          {t('sync.edit')}
        </button>
        <ConfirmButton
          label={t('sync.markAll')}
          title={t('sync.markAllTitle')}
          body={t('sync.markAllBody')}
          disabled={busy}
          onConfirm={() => run(() => client.sync.markAll({ target: target.id }))}
        />
        <ConfirmButton
          label={t('sync.remove')}
          title={t('sync.removeTitle', { name: target.name })}
          body={t('sync.removeBody')}
          disabled={busy}
          onConfirm={() => run(() => client.sync.removeTarget({ target: target.id }))}
        />
      </div>
      {progress === null || !busy ? null : (
        <div className="sync-progress">
          <p role="status">{t(`sync.phase.${progress.phase}`)}</p>
          <progress
            aria-label={t('sync.progress')}
            {...(progress.total === 0 ? {} : { max: progress.total, value: progress.done })}
          />
          {work.running ? (
            <button type="button" className="button" onClick={work.cancel}>
              {t('shell.cancel')}
            </button>
          ) : null}
        </div>
      )}
      {work.failure === undefined ? null : <ErrorNotice error={work.failure} />}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {said === undefined ? null : <p role="status">{said}</p>}
      {result === undefined ? null : <SyncResultView result={result} />}
      <ConflictList target={target} />
      <details>
        <summary>{t('sync.files.title')}</summary>
        <div className="form">
          <p className="secondary">{t('sync.files.body')}</p>
          <PathField
            label={t('sync.files.write')}
            example={exampleFile}
            action={t('sync.files.writeAction')}
            disabled={busy}
            onTake={(path) => void write(path)}
          />
          {target.address === null ? null : (
            <PathField
              label={t('sync.files.bringIn')}
              example={exampleFile}
              action={t('sync.files.bringInAction')}
              disabled={busy}
              onTake={(path) => void bringIn(path)}
            />
          )}
          <PathField
            label={t('sync.files.take')}
            example={`${exampleFile}.receipt.json`}
            action={t('sync.files.takeAction')}
            disabled={busy}
            onTake={(path) =>
              run(async () => {
                const { unsynced } = await client.sync.takeReceipt({ path });
                setSaid(t('sync.files.taken', { rows: formatNumber(unsynced) }));
              })
            }
          />
        </div>
      </details>
    </div>
  );
}
