import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Site } from '../../../shared/contract/devices.ts';
import type { SiteCheck } from '../../../shared/contract/site-check.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useBoard, useClient, useStack } from '../../app/live.ts';
import { useRouteParams } from '../../app/route-params.ts';
import { rememberTechnician } from '../../app/technician.ts';
import { useToldWork } from '../../app/use-told-work.ts';
import { Loading } from '../../components/loading.tsx';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import { CheckFiles } from './check-files.tsx';
import { CheckForm, checkFormId, type CheckWish } from './check-form.tsx';
import { CheckHistory } from './check-history.tsx';
import { CheckProgressBar } from './check-progress.tsx';
import { CheckResult } from './check-result.tsx';
import { toldCheck, type Progress } from './check-view.ts';
import './site-check.css';

/** Is this site ready to be handed over? One button runs the acceptance list over all its devices. */
export function SiteCheckPage(): ReactElement {
  const { t } = useTranslation();
  const board = useBoard();
  const { ref } = useRouteParams();
  if (board === undefined) return <Loading />;
  const site = board.sites.find((one) => one.ref === ref);
  if (site !== undefined) return <Check key={site.ref} site={site} />;
  return (
    <>
      <PageHead title={t('siteCheck.nav')} subtitle={t('siteCheck.subtitle')} />
      <EmptyState
        title={t('siteCheck.noSite')}
        body={t('siteCheck.noSiteBody')}
        action={
          <Link to="/settings/$section" params={{ section: 'sites' }} className="button">
            {t('siteCheck.toSites')}
          </Link>
        }
      />
    </>
  );
}

function Check({ site }: { readonly site: Site }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const stopped = useStack()?.phase !== 'running';
  const hasDevices = [...(useBoard()?.devices.values() ?? [])].some(({ siteRef }) => siteRef === site.ref);
  const [openId, setOpenId] = useState<number>();
  const { running, progress, failure, run, cancel } = useToldWork<Progress>();
  const list = useQuery({
    queryKey: ['site-check', site.ref, 'list'],
    queryFn: ({ signal }) => client.siteCheck.list({ siteRef: site.ref, limit: 200 }, { signal }),
    enabled: !stopped,
  });
  const runs = list.data?.items ?? [];
  const shownId = runs.some(({ id }) => id === openId) ? openId : runs[0]?.id;
  const shown = useQuery({
    queryKey: ['site-check', site.ref, 'run', shownId],
    queryFn: ({ signal }) => client.siteCheck.get({ id: shownId ?? 0 }, { signal }),
    enabled: shownId !== undefined && !stopped,
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const start = async (wish: CheckWish): Promise<void> => {
    rememberTechnician(wish.technician);
    const found = await run<SiteCheck>(async (signal) =>
      toldCheck(await client.siteCheck.run({ siteRef: site.ref, ...wish }, { signal })),
    );
    if (found === undefined) return;
    queries.setQueryData(['site-check', site.ref, 'run', found.id], found);
    await queries.invalidateQueries({ queryKey: ['site-check', site.ref, 'list'] });
    setOpenId(found.id);
  };
  const removed = async (): Promise<void> => {
    setOpenId(undefined);
    await queries.invalidateQueries({ queryKey: ['site-check', site.ref, 'list'] });
  };
  const result = shownId === undefined ? undefined : shown.data;
  const error = failure ?? errorOf(list.error ?? shown.error);
  return (
    <>
      <PageHead
        title={titleOf(running, progress, result, t)}
        subtitle={t('siteCheck.subtitleOf', { site: site.name })}
        actions={
          <>
            {result === undefined || running ? null : <CheckFiles id={result.id} />}
            {/* Two buttons: one that became the other under the click would submit the form by it. */}
            {running ? (
              <button key="cancel" type="button" className="button" onClick={cancel}>
                {t('siteCheck.cancel')}
              </button>
            ) : (
              <button
                key="run"
                type="submit"
                form={checkFormId}
                className="button filled"
                disabled={stopped || !hasDevices}
              >
                {t('siteCheck.run')}
              </button>
            )}
          </>
        }
      />
      {stopped ? (
        <p className="banner" role="status">
          {t('siteCheck.stackStopped')}
        </p>
      ) : null}
      {running ? <CheckProgressBar progress={progress} /> : null}
      {error === undefined ? null : (
        <div className="page-body">
          <ErrorNotice error={error} />
        </div>
      )}
      <div className="columns site-check">
        <div className="column-main">
          {result === undefined ? (
            <EmptyState
              title={t(hasDevices ? 'siteCheck.emptyTitle' : 'siteCheck.noDevices')}
              body={t(hasDevices ? 'siteCheck.emptyBody' : 'siteCheck.noDevicesBody')}
            />
          ) : (
            <CheckResult check={result} />
          )}
        </div>
        <aside className="column-side" aria-label={t('siteCheck.settings')}>
          <CheckForm disabled={running} onRun={(wish) => void start(wish)} />
          <CheckHistory runs={runs} shownId={shownId} onOpen={setOpenId} onRemoved={removed} />
        </aside>
      </div>
    </>
  );
}

const errorOf = (error: Error | null) => (error === null ? undefined : reportOf(error));

function titleOf(
  running: boolean,
  progress: Progress | null,
  result: SiteCheck | undefined,
  t: ReturnType<typeof useTranslation>['t'],
): string {
  if (running) {
    const { ready = 0, devices = 0 } = progress ?? {};
    return devices === 0 ? t('siteCheck.starting') : t('siteCheck.ready', { ready, count: devices });
  }
  if (result === undefined) return t('siteCheck.notYet');
  const { passed, passedDevices, devices } = result;
  return passed
    ? t('siteCheck.allPassed', { count: devices })
    : t('siteCheck.somePassed', { passed: passedDevices, count: devices });
}
