import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { StackKind } from '../../../shared/contract/stack.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useSettings, useStack } from '../../app/live.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { ImageArchive } from './image-archive.tsx';
import { PublishedStack } from './published-stack.tsx';
import { useStackWork } from './stack-work.ts';
import { foreignConflicts, portNameOf } from './stack-words.ts';

/** What stands in the way of the Docker stack, each with what to do about it; nothing is touched before the answer. */
export function PreflightDialog(props: {
  /** The application's now. */
  readonly from: StackKind;
  onStart: () => void;
  onChooseEngine: () => void;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const settings = useSettings();
  const stack = useStack();
  const { failure, run } = useFailure();
  const { running: work, outcome } = useStackWork();
  const working = work !== undefined;
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['docker', 'preflight'],
    queryFn: ({ signal }) => client.docker.preflight({}, { signal }),
    gcTime: 0,
    staleTime: Infinity,
  });
  const publishedRuns = (data?.publishedStack ?? []).filter(({ running }) => running);
  // What the published stack holds is free once it is stopped or taken over.
  const conflicts = foreignConflicts(data?.conflicts ?? [], stack).filter(
    ({ holder }) => !publishedRuns.some(({ name }) => name === holder),
  );
  const missing = data?.missingImages ?? [];
  const published = data?.publishedStack ?? [];
  const clear = data !== undefined && conflicts.length + missing.length + publishedRuns.length === 0;
  const blocked = data === undefined || conflicts.length > 0 || publishedRuns.length > 0 || working;
  const switching = props.from !== 'docker';
  // What this dialog was opened for is done already, or something else is in its place.
  const taken =
    stack?.phase === 'running' &&
    ((outcome?.work === 'take-over' && stack.kind === 'docker') ||
      (outcome?.work === 'use' && stack.kind === 'published' && props.from !== 'published'));
  const takePort = (taken: number, free: number): void =>
    run(async () => {
      const name = settings === undefined ? undefined : portNameOf(settings, taken);
      if (name === undefined) return;
      await client.stack.setPort({ name, port: free });
      await refetch();
    });
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t('stackPage.preflight.title')}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <div className="form">
        {isFetching ? <p role="status">{t('stackPage.preflight.looking')}</p> : null}
        {error === null || isFetching ? null : (
          <>
            <ErrorNotice error={reportOf(error)} />
            <button type="button" className="button" onClick={props.onChooseEngine}>
              {t('stackPage.engine.choose')}
            </button>
          </>
        )}
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        {conflicts.length === 0 ? null : (
          <ul className="findings">
            {conflicts.map(({ service, port, holder, free }) => (
              <li key={port}>
                <StatusGlyph kind="bad" />
                <span>
                  {holder === null
                    ? t('stackPage.preflight.portTaken', { port, service })
                    : t('stackPage.preflight.portTakenBy', { port, service, holder })}
                </span>
                {free === null ? null : (
                  <button type="button" className="button" onClick={() => takePort(port, free)}>
                    {t('errors.usePort', { port: free })}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
        <PublishedStack containers={published} onChanged={() => void refetch()} />
        {missing.length === 0 || taken ? null : (
          <div className="finding">
            <p>
              <StatusGlyph kind="warn" /> {t('stackPage.preflight.missing', { count: missing.length })}
            </p>
            <ul className="plain-list">
              {missing.map((image) => (
                <li key={image}>
                  <code>{image}</code>
                </li>
              ))}
            </ul>
            <ImageArchive load onDone={() => void refetch()} />
          </div>
        )}
        {clear && !isFetching && !taken ? (
          <p>
            <StatusGlyph kind="ok" /> {t('stackPage.preflight.clear')}
          </p>
        ) : null}
        {props.from === 'embedded' && !taken ? (
          <p className="secondary">{t('stackPage.mode.toDocker')}</p>
        ) : null}
        <div className="row-of">
          {taken ? null : (
            <>
              <button
                type="button"
                className="button filled"
                disabled={blocked || isFetching}
                onClick={props.onStart}
              >
                {t(switching ? 'stackPage.mode.switch' : 'strip.startStack')}
              </button>
              <button
                type="button"
                className="button"
                onClick={() => void refetch()}
                disabled={isFetching || working}
              >
                {t('stackPage.engine.again')}
              </button>
            </>
          )}
          <button type="button" className="button" data-autofocus onClick={props.onClose}>
            {t(taken || working ? 'shell.close' : 'shell.cancel')}
          </button>
        </div>
      </div>
    </Modal>
  );
}
