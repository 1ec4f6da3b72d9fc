import { Modal, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBackup, useClient, useDocker, useStack } from '../../app/live.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { useBackupWork } from '../backup/backup-work.ts';
import { CardChoice } from '../settings/setting-group.tsx';

/** The only way that a data volume ever goes: the stack's name typed, after a backup was offered. */
export function RemovePanel(): ReactElement {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState(false);
  return (
    <section className="panel" aria-labelledby="remove-title">
      <h2 id="remove-title">{t('stackPage.remove.title')}</h2>
      <p className="secondary">{t('stackPage.remove.body')}</p>
      <div className="row-of">
        <button type="button" className="button danger" onClick={() => setAsking(true)}>
          {t('stackPage.remove.ask')}
        </button>
      </div>
      {done ? (
        <p role="status">
          <StatusGlyph kind="ok" /> {t('stackPage.remove.done')}
        </p>
      ) : null}
      {asking ? <RemoveDialog onClose={() => setAsking(false)} onDone={() => setDone(true)} /> : null}
    </section>
  );
}

function RemoveDialog(props: { onClose: () => void; onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const project = useDocker()?.project ?? '';
  const stackRuns = useStack()?.phase === 'running';
  const backup = useBackup();
  const { start, made, failure: backupFailure } = useBackupWork();
  const { failure, run } = useFailure();
  const [what, setWhat] = useState<'containers' | 'data'>('containers');
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const data = what === 'data';
  const backingUp = backup !== undefined && backup.running !== null;
  const wrong = data && typed !== '' && typed !== project;
  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await client.docker.remove({ data, typedName: typed });
      props.onDone();
      props.onClose();
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t('stackPage.remove.title')}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <div className="form">
        <CardChoice
          name="remove"
          label={t('stackPage.remove.what')}
          value={what}
          options={(['containers', 'data'] as const).map((value) => ({
            value,
            title: t(`stackPage.remove.${value}.title`),
            body: t(`stackPage.remove.${value}.body`),
          }))}
          onChange={setWhat}
        />
        {data ? (
          <>
            <div className="row-of">
              <button
                type="button"
                className="button"
                disabled={!stackRuns || backingUp}
                onClick={() => void start(client)}
              >
                {t(
                  stackRuns
                    ? backingUp
                      ? 'stackPage.remove.backingUp'
                      : 'stackPage.remove.backup'
                    : 'stackPage.remove.backupStopped',
                )}
              </button>
              {made === undefined ? null : (
                <span role="status">
                  <StatusGlyph kind="ok" /> {t('backup.made', { name: made.name })}
                </span>
              )}
            </div>
            {backupFailure === undefined ? null : <ErrorNotice error={backupFailure} />}
            <TextInput
              label={t('stackPage.remove.type', { name: project })}
              value={typed}
              maxLength={100}
              autoComplete="off"
              error={wrong ? t('stackPage.remove.wrong') : null}
              onChange={(event) => setTyped(event.target.value)}
            />
          </>
        ) : null}
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <div className="row-of">
          <button
            type="button"
            className="button danger"
            disabled={busy || backingUp || (data && typed !== project)}
            onClick={() => run(remove)}
          >
            {t(data ? 'stackPage.remove.confirmData' : 'stackPage.remove.confirm')}
          </button>
          <button type="button" className="button" data-autofocus onClick={props.onClose}>
            {t('shell.keep')}
          </button>
        </div>
      </div>
    </Modal>
  );
}
