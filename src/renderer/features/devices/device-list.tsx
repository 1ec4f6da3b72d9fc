import { IconDownload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useBoard, useNow, useStack } from '../../app/live.ts';
import { useUi } from '../../app/ui-state.ts';
import { Loading } from '../../components/loading.tsx';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import { Candidates } from './candidates.tsx';
import { DeviceFilters, matches, noFilter } from './device-filters.tsx';
import { DeviceTable } from './device-table.tsx';
import { byUrgency, viewsOf } from './device-view.ts';
import { exportDevices } from './export-devices.ts';

export function DeviceList(): ReactElement {
  const { t } = useTranslation();
  const board = useBoard();
  const stack = useStack();
  const now = useNow();
  const siteRef = useUi((state) => state.siteRef);
  const [filter, setFilter] = useState(noFilter);
  const views = useMemo(() => [...viewsOf(board, siteRef, now)].sort(byUrgency), [board, siteRef, now]);
  const zones = (board?.zones ?? []).filter((zone) => siteRef === null || zone.siteRef === siteRef);
  const sites = board?.sites ?? [];
  const site = sites.find(({ ref }) => ref === siteRef) ?? (sites.length === 1 ? sites[0] : undefined);
  const visit = views.filter((view) => view.presence !== 'online').length;
  const matching = views.filter((view) => matches(view, filter));
  return (
    <div className="list-page">
      <PageHead
        title={t('devices.title', { count: views.length, visit })}
        subtitle={t('devices.subtitle')}
        actions={
          <>
            {site === undefined ? null : (
              <Link
                to="/sites/$ref/check"
                params={{ ref: site.ref }}
                className="button"
                aria-label={t('siteCheck.of', { site: site.name })}
              >
                {t('siteCheck.short')}
              </Link>
            )}
            <Link to="/quarantine" className="button">
              {t('quarantine.title')}
            </Link>
            <Link to="/import" className="button">
              {t('import.title')}
            </Link>
            <button
              type="button"
              className="button"
              disabled={matching.length === 0}
              onClick={() => exportDevices(matching)}
            >
              <IconDownload size={18} aria-hidden="true" />
              {t('devices.export')}
            </button>
          </>
        }
      />
      {stack !== undefined && stack.phase !== 'running' ? (
        <p className="banner" role="status">
          {t('devices.stackStopped')}
        </p>
      ) : null}
      <Candidates />
      {board === undefined ? (
        <Loading />
      ) : views.length === 0 ? (
        <EmptyState
          title={t('devices.emptyTitle')}
          body={t('devices.emptyBody')}
          action={
            <Link to="/settings/$section" params={{ section: 'broker' }} className="button">
              {t('overview.emptyAction')}
            </Link>
          }
        />
      ) : (
        <>
          <DeviceFilters filter={filter} views={views} zones={zones} onChange={setFilter} />
          {matching.length === 0 ? (
            <EmptyState
              title={t('devices.nothingMatches')}
              body={t('devices.nothingMatchesBody')}
              action={
                <button type="button" className="button" onClick={() => setFilter(noFilter)}>
                  {t('devices.clearFilters')}
                </button>
              }
            />
          ) : (
            <DeviceTable views={matching} />
          )}
        </>
      )}
    </div>
  );
}
