import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { useToldWork } from '../../app/use-told-work.ts';
import { formatBytes } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { PathField } from './path-field.tsx';
import { ProgressBytes, type Progress } from './up-progress.tsx';

/** Images into one file or out of it, for a machine without a network. */
export function ImageArchive(props: { readonly load: boolean; onDone?: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { running, progress, failure, run, cancel } = useToldWork<Progress>();
  const [done, setDone] = useState('');
  const load = async (path: string): Promise<void> => {
    setDone('');
    const result = await run((signal) => client.docker.loadImages({ path }, { signal }));
    if (result === undefined) return;
    setDone(t('stackPage.images.loaded', { count: result.images.length }));
    props.onDone?.();
  };
  const save = async (path: string): Promise<void> => {
    setDone('');
    const result = await run((signal) => client.docker.saveImages({ path }, { signal }));
    if (result !== undefined) setDone(t('stackPage.images.saved', { path, size: formatBytes(result.bytes) }));
  };
  return (
    <div className="form">
      <PathField
        label={t(props.load ? 'stackPage.images.loadFrom' : 'stackPage.images.saveTo')}
        example="/media/usb/datayoti-images.tar"
        action={t(props.load ? 'stackPage.images.load' : 'stackPage.images.save')}
        disabled={running}
        onTake={(path) => void (props.load ? load(path) : save(path))}
      />
      {running ? (
        <>
          {progress === null ? null : <ProgressBytes progress={progress} />}
          <button type="button" className="button" onClick={cancel}>
            {t('shell.cancel')}
          </button>
        </>
      ) : null}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {done === '' ? null : (
        <p role="status">
          <StatusGlyph kind="ok" /> {done}
        </p>
      )}
    </div>
  );
}
