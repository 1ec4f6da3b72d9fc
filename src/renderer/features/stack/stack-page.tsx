import { useCallback, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { StackKind, StackState } from '../../../shared/contract/stack.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useDocker, useStack } from '../../app/live.ts';
import { ConfirmDialog } from '../../components/confirm-button.tsx';
import { Loading } from '../../components/loading.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { BackupPanel } from '../backup/backup-panel.tsx';
import { CarePanel, RepairButton } from './care-panel.tsx';
import { DiskNotice } from '../../components/disk-notice.tsx';
import { RetentionNotice, UnsyncedNotice } from '../retention/retention-notice.tsx';
import { EngineDrawer } from './engine-drawer.tsx';
import { EnginePanel, ExportPanel, ImagesPanel } from './engine-panel.tsx';
import { FlowRow } from './flow-row.tsx';
import { GrafanaPanel } from './grafana-panel.tsx';
import { LogPanel } from './log-panel.tsx';
import { ModeChoice } from './mode-choice.tsx';
import { PasswordsPanel } from './passwords-panel.tsx';
import { PortsPanel } from './ports-panel.tsx';
import { PreflightDialog } from './preflight-dialog.tsx';
import { RemovePanel } from './remove-panel.tsx';
import { Services } from './services.tsx';
import { StackHead } from './stack-head.tsx';
import { UpSteps } from './up-progress.tsx';
import type { LogPull } from './use-log-feed.ts';
import { useServiceSeries } from './use-service-series.ts';
import './stack.css';

/** Broker, ingest and database: where they run, how they do, what they say. */
export function StackPage(): ReactElement {
  const stack = useStack();
  return stack === undefined ? <Loading /> : <Page stack={stack} />;
}

function Page({ stack }: { readonly stack: StackState }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const docker = useDocker();
  const series = useServiceSeries(docker);
  const { failure, run } = useFailure();
  const [asking, setAsking] = useState<StackKind>();
  const [choosing, setChoosing] = useState(false);
  const inDocker = stack.kind === 'docker';
  const running = stack.phase === 'running';
  // Whoever called it off knows that it was.
  const error = stack.error ?? (failure?.code === 'engine.cancelled' ? undefined : failure);
  const start = (): void => {
    if (inDocker) setAsking('docker');
    else run(() => client.stack.start({}));
  };
  const go = (kind: StackKind): void => {
    setAsking(undefined);
    run(() => (stack.kind === kind ? client.stack.start({}) : client.stack.use({ kind })));
  };
  return (
    <div className="stack-page">
      <StackHead stack={stack} run={run} onStart={start} />
      <ModeChoice stack={stack} onSwitch={setAsking} />
      {error === null || error === undefined ? null : (
        <div className="stack-notice">
          <ErrorNotice error={error} />
          {inDocker && canBeRepaired(error) ? <RepairButton stack={stack} /> : null}
        </div>
      )}
      <Step stack={stack} />
      <DiskNotice stack={stack} />
      <RetentionNotice />
      <UnsyncedNotice />
      {inDocker && stack.phase === 'starting' && docker !== undefined && docker.progress !== null ? (
        <UpSteps progress={docker.progress} />
      ) : null}
      <FlowRow stack={stack} docker={docker} series={series} />
      {inDocker && docker !== undefined ? (
        <Services docker={docker} series={series} running={running} />
      ) : null}
      <div className="stack-columns">
        <Log key={stack.kind} inDocker={inDocker} services={docker?.services.map(({ name }) => name) ?? []} />
        <aside className="stack-side" aria-label={t('stackPage.side')}>
          <div className="panel">
            <BackupPanel />
          </div>
          <PortsPanel stack={stack} />
          {inDocker ? (
            <>
              <GrafanaPanel running={running} />
              <PasswordsPanel running={running} />
              <CarePanel stack={stack} />
            </>
          ) : null}
          <EnginePanel onChoose={() => setChoosing(true)} />
          <ImagesPanel />
          <ExportPanel />
          {inDocker ? <RemovePanel /> : null}
        </aside>
      </div>
      {asking === 'docker' ? (
        <PreflightDialog
          from={stack.kind}
          onStart={() => go('docker')}
          onChooseEngine={() => {
            setAsking(undefined);
            setChoosing(true);
          }}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
      <ConfirmDialog
        opened={asking === 'embedded'}
        title={t('stackPage.mode.toEmbeddedTitle')}
        body={t(
          stack.kind === 'published' ? 'stackPage.mode.toEmbeddedFromPublished' : 'stackPage.mode.toEmbedded',
        )}
        confirm={t('stackPage.mode.switch')}
        keep={t('shell.cancel')}
        onConfirm={() => go('embedded')}
        onClose={() => setAsking(undefined)}
      />
      {choosing ? <EngineDrawer onClose={() => setChoosing(false)} /> : null}
    </div>
  );
}

function Step({ stack }: { readonly stack: StackState }): ReactElement | null {
  const { t } = useTranslation();
  if (stack.step === null || (stack.phase !== 'starting' && stack.phase !== 'stopping')) return null;
  return (
    <p className="stack-notice" role="status">
      <StatusGlyph kind="busy" /> {t(`stack.steps.${stack.step}`)}
    </p>
  );
}

const embeddedSources = ['broker', 'ingest', 'database', 'app', 'host'] as const;
const embeddedBatch = 1_000;
const dockerBatch = 5_000;

function Log(props: { readonly inDocker: boolean; readonly services: readonly string[] }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { inDocker } = props;
  const pull = useCallback<LogPull>(
    async (cursor, signal) => {
      if (!inDocker) return client.stack.logs({ ...cursor, max: embeddedBatch }, { signal });
      const { items, next } = await client.docker.logs({ ...cursor, max: dockerBatch }, { signal });
      return { items: items.map((line) => ({ ...line, source: line.service })), next };
    },
    [client, inDocker],
  );
  const sources = inDocker
    ? props.services.map((name) => ({ name, label: name }))
    : embeddedSources.map((name) => ({ name, label: t(`stack.sources.${name}`) }));
  return (
    <LogPanel
      pull={pull}
      sources={sources}
      fileName={inDocker ? 'datayoti-docker.log' : 'datayoti-embedded.log'}
    />
  );
}

/** What the published script or a power cut left half-made, as long as no row can be lost by completing it. */
function canBeRepaired({ code, data }: NonNullable<StackState['error']>): boolean {
  return (
    code === 'schema.half-initialised' || (code === 'docker.database-cut-off' && data['context'] === 'empty')
  );
}
