import { useViewportSize } from '@mantine/hooks';
import { IconDownload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient, useHealth, useNow, useStack } from '../../app/live.ts';
import { useUi } from '../../app/ui-state.ts';
import { Loading } from '../../components/loading.tsx';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import { saveFile } from '../../components/save-file.ts';
import { Candidates } from './candidates.tsx';
import { DeviceFilters } from './device-filters.tsx';
import { DeviceTable } from './device-table.tsx';
import { usualColumns } from './fleet-columns.ts';
import { useFleetLook } from './fleet-look.ts';
import { itemsOf, matches, needsVisit, rowsOf, sortRows, usualLook } from './fleet.ts';

/** So often the silence of devices is looked at anew; ages of single rows count on by the second. */
const presenceEveryMs = 5_000;

export function DeviceList(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const board = useBoard();
  const fleet = useHealth();
  const stack = useStack();
  const now = useNow(presenceEveryMs);
  const siteRef = useUi((state) => state.siteRef);
  const { look, change } = useFleetLook();
  const { failure, run } = useFailure();
  const viewport = useViewportSize();
  const width = viewport.width === 0 ? window.innerWidth : viewport.width;
  const usual = useMemo(() => usualColumns(width), [width]);
  const columns = look.columns ?? usual;
  const rows = useMemo(() => rowsOf(board, fleet, siteRef, now), [board, fleet, siteRef, now]);
  const matching = useMemo(
    () =>
      sortRows(
        rows.filter((row) => matches(row, look)),
        look.sort,
      ),
    [rows, look],
  );
  const items = useMemo(() => itemsOf(matching, look.groupBySite), [matching, look.groupBySite]);
  const zones = (board?.zones ?? []).filter((zone) => siteRef === null || zone.siteRef === siteRef);
  const sites = board?.sites ?? [];
  const site = sites.find(({ ref }) => ref === siteRef) ?? (sites.length === 1 ? sites[0] : undefined);
  const visit = rows.filter(needsVisit).length;
  const exportList = async (): Promise<void> => {
    const macs = items.flatMap((item) => (item.kind === 'device' ? [item.row.view.device.mac] : []));
    const withAddress = columns.includes('mac') ? columns : (['mac', ...columns] as const);
    saveFile(await client.health.exportCsv({ macs, columns: [...withAddress] }));
  };
  return (
    <div className="list-page">
      <PageHead
        title={t('devices.title', { count: rows.length, visit })}
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
                {t('siteCheck.nav')}
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
              onClick={() => run(exportList)}
            >
              <IconDownload size={18} aria-hidden="true" />
              {t('devices.export')}
            </button>
          </>
        }
      />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {stack !== undefined && stack.phase !== 'running' ? (
        <p className="banner" role="status">
          {t('devices.stackStopped')}
        </p>
      ) : null}
      <Candidates />
      {board === undefined ? (
        <Loading />
      ) : rows.length === 0 ? (
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
          <DeviceFilters rows={rows} zones={zones} columns={columns} />
          {matching.length === 0 ? (
            <EmptyState
              title={t('devices.nothingMatches')}
              body={t('devices.nothingMatchesBody')}
              action={
                <button
                  type="button"
                  className="button"
                  onClick={() => {
                    const { verdicts, outside, zoneId, text } = usualLook;
                    change({ verdicts, outside, zoneId, text });
                  }}
                >
                  {t('devices.clearFilters')}
                </button>
              }
            />
          ) : (
            <DeviceTable
              items={items}
              windowWidth={width}
              columns={columns}
              sort={look.sort}
              onSort={(sort) => change({ sort })}
            />
          )}
        </>
      )}
    </div>
  );
}
