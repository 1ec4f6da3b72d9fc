import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { saveFile } from '../../components/save-file.ts';

const longestFile = 100_000;

/** Where the stack's passwords are kept; new ones for all; out to and in from the published project's file. */
export function PasswordsPanel({ running }: { readonly running: boolean }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { failure, run } = useFailure();
  const [done, setDone] = useState('');
  const [busy, setBusy] = useState(false);
  const { data } = useQuery({
    queryKey: ['docker', 'secrets'],
    queryFn: ({ signal }) => client.docker.secrets({}, { signal }),
  });
  const rotate = async (): Promise<void> => {
    setDone('');
    setBusy(true);
    try {
      await client.docker.rotateSecrets({});
      setDone(t('stackPage.passwords.rotated'));
    } finally {
      setBusy(false);
    }
  };
  const exportEnv = async (): Promise<void> => {
    const { text } = await client.docker.exportEnv({});
    saveFile({ fileName: '.env', file: new Blob([text], { type: 'text/plain' }) });
  };
  const importEnv = async (file: File | undefined): Promise<void> => {
    setDone('');
    if (file === undefined) return;
    const { taken } = await client.docker.importEnv({ text: (await file.text()).slice(0, longestFile) });
    setDone(
      taken.length === 0
        ? t('stackPage.passwords.nothingTaken')
        : t('stackPage.passwords.taken', { names: taken.join(', ') }),
    );
  };
  return (
    <section className="panel" aria-labelledby="passwords-title">
      <h2 id="passwords-title">{t('stackPage.passwords.title')}</h2>
      <p className="secondary">{data === undefined ? '–' : t(`stackPage.passwords.keptIn.${data.keptIn}`)}</p>
      <div className="row-of">
        {running && !busy ? (
          <ConfirmButton
            label={t('stackPage.passwords.rotate')}
            title={t('stackPage.passwords.rotateTitle')}
            body={t('stackPage.passwords.rotateBody')}
            onConfirm={() => run(rotate)}
          />
        ) : (
          <button type="button" className="button" disabled>
            {t(busy ? 'stackPage.passwords.rotating' : 'stackPage.passwords.rotateStopped')}
          </button>
        )}
        <ConfirmButton
          label={t('stackPage.passwords.export')}
          title={t('stackPage.passwords.exportTitle')}
          body={t('stackPage.passwords.exportBody')}
          onConfirm={() => run(exportEnv)}
        />
        <label className="button file-button">
          {t('stackPage.passwords.import')}
          <input
            type="file"
            className="visually-hidden"
            onChange={(event) => {
              const [file] = event.target.files ?? [];
              run(() => importEnv(file));
              event.target.value = '';
            }}
          />
        </label>
      </div>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {done === '' ? null : (
        <p role="status">
          <StatusGlyph kind="ok" /> {done}
        </p>
      )}
    </section>
  );
}
