import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { PublishedContainer } from '../../../shared/contract/docker.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useSettings, useStack } from '../../app/live.ts';
import { ConfirmDialog } from '../../components/confirm-button.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { useStackWork } from './stack-work.ts';
import { StackWorkView } from './stack-work-view.tsx';

/** As much of a file as its reader takes. */
const longestFile = 100_000;

type Way = 'use' | 'take-over';

/** The published project on this engine: what it is, and what can be done with it. Nothing is done unasked. */
export function PublishedStack(props: {
  readonly containers: readonly PublishedContainer[];
  /** It was stopped, taken over, or is in use. */
  onChanged?: () => void;
}): ReactElement | null {
  const { t } = useTranslation();
  const client = useClient();
  const stack = useStack();
  const { running: work, outcome } = useStackWork();
  const { failure, run } = useFailure();
  const [way, setWay] = useState<Way>();
  const [stopping, setStopping] = useState(false);
  const { containers } = props;
  if (containers.length === 0) return null;
  const runs = containers.some(({ running }) => running);
  const used = stack?.kind === 'published';
  // Its rows go into an empty database only; where ours runs, it is in use.
  const inUse = stack?.kind === 'docker' && stack.phase === 'running';
  const taken = outcome?.work === 'take-over';
  const working = work === 'take-over' || work === 'use';
  const stop = async (): Promise<void> => {
    setStopping(true);
    try {
      await client.docker.stopPublished({});
      props.onChanged?.();
    } finally {
      setStopping(false);
    }
  };
  const names = containers.map(({ name }) => name).join(', ');
  return (
    <div className="finding published" role="group" aria-label={t('stackPage.published.title')}>
      <p>
        <StatusGlyph kind={used ? 'ok' : runs ? 'warn' : 'idle'} />{' '}
        {t(
          used
            ? 'stackPage.published.inUseNow'
            : runs
              ? 'stackPage.published.runs'
              : 'stackPage.published.stopped',
          { containers: names },
        )}
      </p>
      {used && !working ? (
        <LeavePublished
          onLeft={() => {
            setWay(undefined);
            props.onChanged?.();
          }}
        />
      ) : null}
      {used || taken || working ? null : (
        <div className="row-of">
          {way === undefined ? (
            <>
              {runs ? (
                <button type="button" className="button" onClick={() => setWay('use')}>
                  {t('stackPage.published.use')}
                </button>
              ) : null}
              <button type="button" className="button" disabled={inUse} onClick={() => setWay('take-over')}>
                {t('stackPage.published.takeOver')}
              </button>
            </>
          ) : null}
          {runs ? (
            <button type="button" className="button" disabled={stopping} onClick={() => run(stop)}>
              {t(stopping ? 'stackPage.published.stopping' : 'stackPage.published.stop')}
            </button>
          ) : null}
        </div>
      )}
      {inUse && !taken ? <p className="secondary">{t('stackPage.published.inUse')}</p> : null}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {way !== undefined && !used && !taken && !working ? (
        <WithEnv key={way} way={way} onClose={() => setWay(undefined)} onDone={() => props.onChanged?.()} />
      ) : null}
      <StackWorkView works={['take-over', 'use']} />
    </div>
  );
}

const words = {
  use: {
    body: 'stackPage.published.useBody',
    now: 'stackPage.published.useNow',
    title: 'stackPage.published.useTitle',
    what: 'stackPage.published.useAdds',
    keeps: 'stackPage.published.useKeeps',
  },
  'take-over': {
    body: 'stackPage.published.takeOverBody',
    now: 'stackPage.published.takeOverNow',
    title: 'stackPage.published.confirmTitle',
    what: 'stackPage.published.confirmBody',
    keeps: 'stackPage.published.confirmKeeps',
  },
} as const;

/** Both ways into its database need its `.env`, and a yes to what will be done. */
function WithEnv(props: { readonly way: Way; onClose: () => void; onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { takeOver, use } = useStackWork();
  const { failure, run } = useFailure();
  const [file, setFile] = useState<File>();
  const [asking, setAsking] = useState(false);
  const { body, now, title, what, keeps } = words[props.way];
  const go = async (): Promise<void> => {
    if (file === undefined) return;
    const work = props.way === 'use' ? use : takeOver;
    await work(client, (await file.text()).slice(0, longestFile));
    props.onDone();
  };
  return (
    <div className="form">
      <p>{t(body)}</p>
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
          {t(now)}
        </button>
        <button type="button" className="button" onClick={props.onClose}>
          {t('shell.cancel')}
        </button>
      </div>
      <ConfirmDialog
        opened={asking}
        title={t(title)}
        body={t(what)}
        more={t(keeps)}
        confirm={t(now)}
        keep={t('shell.keep')}
        onConfirm={() => run(go)}
        onClose={() => setAsking(false)}
      />
    </div>
  );
}

/** Back to the stack of before. */
function LeavePublished(props: { onLeft: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const before = useSettings()?.stackBefore ?? 'embedded';
  const { failure, run } = useFailure();
  const [asking, setAsking] = useState(false);
  const leave = async (): Promise<void> => {
    await client.docker.leavePublished({});
    props.onLeft();
  };
  return (
    <>
      <div className="row-of">
        <button type="button" className="button" onClick={() => setAsking(true)}>
          {t('stackPage.published.leave')}
        </button>
      </div>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <ConfirmDialog
        opened={asking}
        title={t('stackPage.published.leaveTitle')}
        body={t(`stackPage.published.leaveBody.${before}`)}
        more={t('stackPage.published.leaveKeeps')}
        confirm={t('stackPage.published.leaveNow')}
        keep={t('strip.keepUsing')}
        onConfirm={() => run(leave)}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
