import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SourceState } from '../../../shared/contract/traffic-messages.ts';
import type { BrokerClientInfo } from '../../../shared/contract/traffic-parts.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useNow } from '../../app/live.ts';
import { ConfirmDialog } from '../../components/confirm-button.tsx';
import { formatBytes, formatDuration, formatNumber } from '../../components/format.ts';
import { Loading } from '../../components/loading.tsx';
import { EmptyState } from '../../components/page-head.tsx';
import { BrokerSays } from './broker-says.tsx';
import { FilterInput } from './filter-input.tsx';
import { RefusedLogins } from './refused-logins.tsx';
import { useTraffic } from './use-traffic.ts';
import { useWindow } from './use-window.ts';
import { cutTo, visibleText } from './visible-text.ts';

const everyMs = 2_000;
const rowHeight = 56;
const filtersShown = 3;
const idShown = 100;

/** Who is connected to the embedded broker, and who was not let in; of another broker, what it says of itself. */
export function ClientsPane({
  ofStack,
  sys,
}: {
  readonly ofStack: boolean;
  readonly sys: SourceState['sys'];
}): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const [filter, setFilter] = useState('');
  const [total, setTotal] = useState(0);
  const [asked, setAsked] = useState<BrokerClientInfo>();
  const { failure, run } = useFailure();
  const scroller = useRef<HTMLDivElement>(null);
  const { first, last } = useWindow(scroller, Math.max(total, 30), rowHeight);
  const { data, error, refetch } = useQuery({
    queryKey: ['traffic', 'clients', filter, first, last],
    queryFn: async ({ signal }) => {
      const answer = await traffic.clients(
        { filter, from: first, count: Math.max(1, last - first) },
        { signal },
      );
      setTotal(answer.total);
      return { ...answer, from: first };
    },
    refetchInterval: everyMs,
    placeholderData: keepPreviousData,
  });
  const disconnect = (client: BrokerClientInfo): void =>
    run(async () => {
      await traffic.disconnectClient({ clientId: client.id });
      await refetch();
    });
  if (data === undefined)
    return error === null ? (
      <Loading />
    ) : (
      <div className="traffic-notice">
        <ErrorNotice error={reportOf(error)} />
      </div>
    );
  if (!data.available || !ofStack)
    return (
      <div className="traffic-sheet">
        <EmptyState
          title={t(ofStack ? 'traffic.clients.away' : 'traffic.clients.awayOther')}
          body={t('traffic.clients.awayBody')}
        />
        <BrokerSays sys={sys} />
      </div>
    );
  return (
    <section className="traffic-sheet" aria-label={t('traffic.parts.clients')}>
      <div className="sheet-tools">
        <FilterInput
          label={t('traffic.clients.filter')}
          value={filter}
          maxLength={200}
          focusKey="/"
          onChange={setFilter}
        />
        <span className="secondary" role="status">
          {t('traffic.clients.count', { count: data.total, clients: formatNumber(data.total) })}
        </span>
      </div>
      {failure === undefined ? null : (
        <div className="traffic-notice">
          <ErrorNotice error={failure} />
        </div>
      )}
      {data.total === 0 ? (
        <EmptyState
          title={t(filter === '' ? 'traffic.clients.none' : 'traffic.clients.noneMatch')}
          body={t('traffic.clients.noneBody')}
        />
      ) : null}
      <div
        className="traffic-scroll sheet-rows"
        ref={scroller}
        role="table"
        aria-label={t('traffic.parts.clients')}
        aria-rowcount={data.total + 1}
        hidden={data.total === 0}
      >
        <div className="sheet-head client-columns" role="row" aria-rowindex={1}>
          {(['id', 'address', 'protocol', 'subscriptions', 'bytes', 'since', 'end'] as const).map(
            (column) => (
              <span key={column} role="columnheader" className={`in-${column}`}>
                {column === 'end' ? (
                  <span className="visually-hidden">{t('traffic.clients.disconnect')}</span>
                ) : (
                  t(`traffic.clients.columns.${column}`)
                )}
              </span>
            ),
          )}
        </div>
        <div className="traffic-space" role="rowgroup" style={{ height: data.total * rowHeight }}>
          {data.items.map((client, offset) => (
            <ClientRow
              key={client.id}
              client={client}
              index={data.from + offset}
              onEnd={() => setAsked(client)}
            />
          ))}
        </div>
      </div>
      <RefusedLogins />
      <ConfirmDialog
        opened={asked !== undefined}
        title={t('traffic.clients.askTitle', { id: cutTo(asked?.id ?? '', idShown) })}
        body={t('traffic.clients.askBody')}
        confirm={t('traffic.clients.disconnect')}
        keep={t('shell.keep')}
        onConfirm={() => {
          if (asked !== undefined) disconnect(asked);
        }}
        onClose={() => setAsked(undefined)}
      />
    </section>
  );
}

function ClientRow(props: {
  readonly client: BrokerClientInfo;
  readonly index: number;
  onEnd: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const { client } = props;
  const id = visibleText(cutTo(client.id, idShown));
  const filters = client.subscriptions.map((one) => visibleText(cutTo(one.filter, idShown)));
  const rest = filters.length - filtersShown;
  return (
    <div
      role="row"
      aria-rowindex={props.index + 2}
      className="sheet-row client-columns tall"
      style={{ transform: `translateY(${props.index * rowHeight}px)` }}
    >
      <span role="rowheader" className="in-id two-lines">
        <bdi title={id}>{id}</bdi>
        <bdi className="secondary">{visibleText(client.account)}</bdi>
      </span>
      <span role="cell" className="in-address two-lines">
        <span>{client.address}</span>
        <span className="secondary">{t(`traffic.clients.listener.${client.listener}`)}</span>
      </span>
      <span role="cell" className="in-protocol two-lines">
        <span>
          {t(
            client.protocolVersion === 3
              ? 'traffic.clients.v3'
              : client.protocolVersion === 5
                ? 'traffic.profiles.versions.5'
                : 'traffic.profiles.versions.4',
          )}
        </span>
        <span className="secondary">
          {t('traffic.clients.keepAlive', { seconds: client.keepAliveSeconds })}
        </span>
      </span>
      <span role="cell" className="in-subscriptions" title={filters.join('\n')}>
        <bdi className="mono">{filters.slice(0, filtersShown).join('  ')}</bdi>
        {rest > 0 ? ` +${rest}` : filters.length === 0 ? '–' : ''}
      </span>
      <span role="cell" className="in-bytes two-lines">
        <span>{t('traffic.clients.received', { size: formatBytes(client.bytesIn) })}</span>
        <span className="secondary">{t('traffic.clients.sent', { size: formatBytes(client.bytesOut) })}</span>
      </span>
      <span role="cell" className="in-since">
        {formatDuration((now - client.sinceMs) / 1_000)}
      </span>
      <span role="cell" className="in-end">
        <button
          type="button"
          className="button"
          aria-label={t('traffic.clients.disconnectOne', { id })}
          onClick={props.onEnd}
        >
          {t('traffic.clients.disconnect')}
        </button>
      </span>
    </div>
  );
}
