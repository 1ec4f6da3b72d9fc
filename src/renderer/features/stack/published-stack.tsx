import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { PublishedContainer } from '../../../shared/contract/docker.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useStack } from '../../app/live.ts';
import { ConfirmDialog } from '../../components/confirm-button.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { useStackWork } from './stack-work.ts';
import { StackWorkView } from './stack-work-view.tsx';

/** As much of a file as its reader takes. */
const longestFile = 100_000;

/** The published project on this engine: what it is, and what can be done with it. Nothing is done unasked. */
export function PublishedStack(props: {
  readonly containers: readonly PublishedContainer[];
  /** It was stopped, or taken over. */
  onChanged?: () => void;
}): ReactElement | null {
  const { t } = useTranslation();
  const client = useClient();
  const stack = useStack();
  const { running: work, outcome } = useStackWork();
  const { failure, run } = useFailure();
  const [taking, setTaking] = useState(false);
  const [stopping, setStopping] = useState(false);
  const { containers } = props;
  if (containers.length === 0) return null;
  const runs = containers.some(({ running }) => running);
  // Its rows go into an empty database only; where ours runs, it is in use.
  const inUse = stack?.kind === 'docker' && stack.phase === 'running';
  const done = outcome?.work === 'take-over';
  const stop = async (): Promise<void> => {
    setStopping(true);
    try {
      await client.docker.stopPublished({});
      props.onChanged?.();
    } finally {
      setStopping(false);
    }
  };
  return (
    <div className="finding published" role="group" aria-label={t('stackPage.published.title')}>
      <p>
        <StatusGlyph kind={runs ? 'warn' : 'idle'} />{' '}
        {t(runs ? 'stackPage.published.runs' : 'stackPage.published.stopped', {
          containers: containers.map(({ name }) => name).join(', '),
        })}
      </p>
      {done || work === 'take-over' ? null : (
        <div className="row-of">
          {taking ? null : (
            <button type="button" className="button" disabled={inUse} onClick={() => setTaking(true)}>
              {t('stackPage.published.takeOver')}
            </button>
          )}
          {runs ? (
            <button type="button" className="button" disabled={stopping} onClick={() => run(stop)}>
              {t(stopping ? 'stackPage.published.stopping' : 'stackPage.published.stop')}
            </button>
          ) : null}
        </div>
      )}
      {inUse && !done ? <p className="secondary">{t('stackPage.published.inUse')}</p> : null}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {taking && !done && work !== 'take-over' ? (
        <TakeOver onClose={() => setTaking(false)} onDone={() => props.onChanged?.()} />
      ) : null}
      <StackWorkView works={['take-over']} />
      {done ? null : (
        <details>
          <summary>{t('stackPage.published.useTitle')}</summary>
          <p className="secondary">{t('stackPage.published.useBody')}</p>
        </details>
      )}
    </div>
  );
}

function TakeOver(props: { onClose: () => void; onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const takeOver = useStackWork((state) => state.takeOver);
  const { failure, run } = useFailure();
  const [file, setFile] = useState<File>();
  const [asking, setAsking] = useState(false);
  const go = async (): Promise<void> => {
    if (file === undefined) return;
    await takeOver(client, (await file.text()).slice(0, longestFile));
    props.onDone();
  };
  return (
    <div className="form">
      <p>{t('stackPage.published.takeOverBody')}</p>
      <div className="row-of">
        <label className="button file-button">
          {t('stackPage.published.env')}
          <input
            type="file"
            className="visually-hidden"
            onChange={(event) => {
              setFile(event.target.files?.[0]);
              event.target.value = '';
            }}
          />
        </label>
        <span className="secondary">{file?.name ?? t('stackPage.published.envNone')}</span>
      </div>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <div className="row-of">
        <button
          type="button"
          className="button filled"
          disabled={file === undefined}
          onClick={() => setAsking(true)}
        >
          {t('stackPage.published.takeOverNow')}
        </button>
        <button type="button" className="button" onClick={props.onClose}>
          {t('shell.cancel')}
        </button>
      </div>
      <ConfirmDialog
        opened={asking}
        title={t('stackPage.published.confirmTitle')}
        body={t('stackPage.published.confirmBody')}
        more={t('stackPage.published.confirmKeeps')}
        confirm={t('stackPage.published.takeOverNow')}
        keep={t('shell.keep')}
        onConfirm={() => run(go)}
        onClose={() => setAsking(false)}
      />
    </div>
  );
}
