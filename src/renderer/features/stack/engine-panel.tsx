import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useDocker, useSettings } from '../../app/live.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { EngineFacts } from './engine-row.tsx';
import { ImageArchive } from './image-archive.tsx';
import { PathField } from './path-field.tsx';
import { PublishedStack } from './published-stack.tsx';

/** The engine that is chosen; the list of all is one button away. */
export function EnginePanel({ onChoose }: { onChoose: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const docker = useDocker();
  const engine = docker?.engine ?? null;
  const chosen = useSettings()?.dockerEngine ?? '';
  // A look, after which the state says what is there of the published stack. Where no engine answers there is nothing to be told here: the choice of engines says what helps.
  const { refetch } = useQuery({
    queryKey: ['docker', 'look', chosen],
    queryFn: ({ signal }) => client.docker.look({}, { signal }),
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <section className="panel" aria-labelledby="engine-title">
      <h2 id="engine-title">{t('stackPage.engine.title')}</h2>
      <p>
        {engine === null ? (
          chosen === '' ? (
            t('stackPage.engine.automatic')
          ) : (
            <code>{chosen}</code>
          )
        ) : (
          <code>{engine.address}</code>
        )}
      </p>
      {engine === null || engine.description === null ? null : (
        <p>
          {engine.description.product} {engine.description.version}{' '}
          <EngineFacts description={engine.description} />
        </p>
      )}
      <PublishedStack containers={docker?.publishedStack ?? []} onChanged={() => void refetch()} />
      <div className="row-of">
        <button type="button" className="button" onClick={onChoose}>
          {t('stackPage.engine.choose')}
        </button>
      </div>
    </section>
  );
}

export function ImagesPanel(): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby="images-title">
      <h2 id="images-title">{t('stackPage.images.title')}</h2>
      <p className="secondary">{t('stackPage.images.body')}</p>
      <ImageArchive load={false} />
      <ImageArchive load />
    </section>
  );
}

/** A folder for a machine that does not have this application. */
export function ExportPanel(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { failure, run } = useFailure();
  const [done, setDone] = useState('');
  return (
    <section className="panel" aria-labelledby="export-title">
      <h2 id="export-title">{t('stackPage.export.title')}</h2>
      <p className="secondary">{t('stackPage.export.body')}</p>
      <PathField
        label={t('stackPage.export.path')}
        example="/media/usb/datayoti"
        action={t('stackPage.export.button')}
        onTake={(path) =>
          run(async () => {
            setDone('');
            await client.docker.exportFolder({ path });
            setDone(path);
          })
        }
      />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {done === '' ? null : (
        <p role="status">
          <StatusGlyph kind="ok" /> {t('stackPage.export.done', { path: done })}
        </p>
      )}
    </section>
  );
}
