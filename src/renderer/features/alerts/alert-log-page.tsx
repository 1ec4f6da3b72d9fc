import { Select } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alert, AlertKind } from '../../../shared/contract/alerts.ts';
import { alertKinds } from '../../../shared/domain/alert-rules.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { isMacAddress } from '../../../shared/domain/mac-address.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useAlerts, useBoard, useClient, useConnectionPhase, useNow, useStack } from '../../app/live.ts';
import { formatDuration } from '../../components/format.ts';
import { Loading } from '../../components/loading.tsx';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { Concerned } from './alert-item.tsx';
import { AlertTabs } from './alert-tabs.tsx';
import { useAlertWords } from './use-alert-words.ts';
import { useMoment } from './use-moment.ts';
import './alerts.css';

const pageSize = 50;
const every = '*';
/** A list of thousands of devices is searched, not read. */
const devicesOffered = 50;

interface LogFilter {
  readonly kind: AlertKind | undefined;
  readonly siteRef: string | undefined;
  readonly mac: string | undefined;
}

const noFilter: LogFilter = { kind: undefined, siteRef: undefined, mac: undefined };

/** What was told, newest first: the active ones, and those that are over. */
export function AlertLogPage(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const [filter, setFilter] = useState(noFilter);
  const running = useStack()?.phase === 'running';
  const connected = useConnectionPhase() === 'open';
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['alerts', 'log', filter],
    queryFn: ({ pageParam, signal }) => {
      const { kind, siteRef, mac } = filter;
      return client.alerts.log(
        {
          limit: pageSize,
          ...(kind === undefined ? {} : { kind }),
          ...(siteRef === undefined ? {} : { siteRef }),
          ...(mac === undefined || !isMacAddress(mac) ? {} : { mac }),
          ...(pageParam === null ? {} : { beforeMs: pageParam }),
        },
        { signal },
      );
    },
    // Right after the page opened there is no connection yet.
    enabled: connected,
    initialPageParam: null as number | null,
    getNextPageParam: ({ nextBeforeMs }) => nextBeforeMs,
    placeholderData: (before) => before,
  });
  useAgainOnChange(running);
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = filter !== noFilter;
  return (
    <>
      <PageHead above={<AlertTabs />} title={t('alerts.log.title')} subtitle={t('alerts.log.subtitle')} />
      <LogFilters filter={filter} onChange={setFilter} />
      {error === null ? null : (
        <div className="page-body">
          <ErrorNotice error={reportOf(error)} />
        </div>
      )}
      {data === undefined && error === null ? <Loading /> : null}
      {data !== undefined && items.length === 0 ? (
        <EmptyState
          title={t(filtered ? 'alerts.log.nothingMatches' : 'alerts.log.empty')}
          body={t(filtered ? 'alerts.log.nothingMatchesBody' : 'alerts.log.emptyBody')}
          action={
            filtered ? (
              <button type="button" className="button" onClick={() => setFilter(noFilter)}>
                {t('alerts.log.clearFilters')}
              </button>
            ) : undefined
          }
        />
      ) : null}
      {items.length === 0 ? null : <LogTable items={items} />}
      {hasNextPage ? (
        <div className="page-body">
          <button
            type="button"
            className="button"
            disabled={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
          >
            {t('alerts.log.older')}
          </button>
        </div>
      ) : null}
    </>
  );
}

/** An alert that came, went or was taken care of is in the log at once. */
function useAgainOnChange(running: boolean): void {
  const queries = useQueryClient();
  const active = useAlerts()?.active;
  useEffect(() => {
    if (running) void queries.invalidateQueries({ queryKey: ['alerts', 'log'] });
  }, [queries, active, running]);
}

function LogFilters(props: {
  readonly filter: LogFilter;
  onChange: (filter: LogFilter) => void;
}): ReactElement {
  const { t } = useTranslation();
  const board = useBoard();
  const { filter, onChange } = props;
  const change = (part: Partial<LogFilter>): void => {
    const next = { ...filter, ...part };
    const none = next.kind === undefined && next.siteRef === undefined && next.mac === undefined;
    onChange(none ? noFilter : next);
  };
  const devices = [...(board?.devices.values() ?? [])]
    .map(({ mac, name }) => ({ value: mac as string, label: name === '' ? mac : `${name} · ${mac}` }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (
    <div className="filters" role="group" aria-label={t('alerts.log.filters')}>
      <Select
        aria-label={t('alerts.log.kind')}
        data={[
          { value: every, label: t('alerts.log.everyKind') },
          ...alertKinds.map((kind) => ({ value: kind, label: t(`alerts.names.${kind}`) })),
        ]}
        value={filter.kind ?? every}
        allowDeselect={false}
        onChange={(value) => change({ kind: alertKinds.find((kind) => kind === value) })}
      />
      <Select
        aria-label={t('alerts.log.site')}
        data={[
          { value: every, label: t('alerts.log.everySite') },
          ...(board?.sites ?? []).map(({ ref, name }) => ({ value: ref, label: name })),
        ]}
        value={filter.siteRef ?? every}
        allowDeselect={false}
        onChange={(value) => change({ siteRef: value === every ? undefined : (value ?? undefined) })}
      />
      <Select
        aria-label={t('alerts.log.device')}
        data={[{ value: every, label: t('alerts.log.everyDevice') }, ...devices]}
        value={filter.mac ?? every}
        allowDeselect={false}
        searchable
        limit={devicesOffered}
        nothingFoundMessage={t('shell.nothingFound')}
        onChange={(value) => change({ mac: value === every ? undefined : (value ?? undefined) })}
      />
    </div>
  );
}

function LogTable({ items }: { readonly items: readonly Alert[] }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="page-body">
      <table className="alert-log">
        <thead>
          <tr>
            {(['raised', 'what', 'lasted', 'care'] as const).map((column) => (
              <th key={column} scope="col">
                {t(`alerts.log.columns.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((alert) => (
            <LogRow key={alert.id} alert={alert} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LogRow({ alert }: { readonly alert: Alert }): ReactElement {
  const { t } = useTranslation();
  const moment = useMoment();
  const words = useAlertWords();
  const now = useNow(60_000);
  const { acknowledged, clearedMs, data, raisedMs, severity, sinceMs } = alert;
  const duration = formatDuration(((clearedMs ?? now) - sinceMs) / 1000);
  return (
    <tr>
      <td title={new Date(raisedMs).toISOString()}>{moment(raisedMs)}</td>
      <th scope="row">
        <span className="row-glyph">
          <StatusGlyph kind={severity === 'critical' ? 'bad' : 'warn'} />
          <span>{words.what(alert)}</span>
        </span>
        <div className="log-concerned">
          <Concerned alert={alert} words={words} />
          {data['mergedInto'] === undefined ? null : <p className="secondary">{t('alerts.log.merged')}</p>}
        </div>
      </th>
      <td>
        {clearedMs === null ? t('alerts.log.lasts', { duration }) : duration}
        {clearedMs === null ? null : (
          <span className="secondary">{t('alerts.log.over', { when: moment(clearedMs) })}</span>
        )}
      </td>
      <td>
        {acknowledged === null ? (
          <span className="secondary">{t('alerts.log.nobody')}</span>
        ) : (
          <>
            {t('alerts.acknowledgedBy', { by: acknowledged.by, when: moment(acknowledged.timeMs) })}
            {acknowledged.note === '' ? null : <q>{acknowledged.note}</q>}
          </>
        )}
      </td>
    </tr>
  );
}
