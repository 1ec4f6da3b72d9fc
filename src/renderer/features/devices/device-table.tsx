import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FleetColumn } from '../../../shared/contract/health.ts';
import { useClient, useNow } from '../../app/live.ts';
import { cells, NameCell, type CellProps } from './device-cells.tsx';
import { columnWidths, numberColumns } from './fleet-columns.ts';
import type { FleetItem, FleetRow, FleetSort } from './fleet.ts';

const sparklineEveryMs = 60_000;
const sparklineBuckets = 96;
const sparklinesAtMost = 200;
/** From when on an age is told in minutes, and so often a row needs to be drawn for it. */
const minuteMs = 60_000;

/** Rows beyond the window are not drawn: ten thousand devices scroll like ten. */
export function DeviceTable({
  items,
  windowWidth,
  columns,
  sort,
  onSort,
}: {
  readonly items: readonly FleetItem[];
  /** Pixels. */
  readonly windowWidth: number;
  readonly columns: readonly FleetColumn[];
  readonly sort: FleetSort;
  onSort: (sort: FleetSort) => void;
}): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = document.documentElement.dataset['touch'] === 'gloves' ? 64 : 52;
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const drawn = rows.getVirtualItems();
  const shown = drawn.map(({ index }) => items[index]).filter((item) => item !== undefined);
  const lines = useSparklines(
    columns.includes('sparkline')
      ? shown.flatMap((item) => (item.kind === 'device' ? [item.row.view.device.mac] : []))
      : [],
  );
  const before = drawn[0]?.start ?? 0;
  const after = rows.getTotalSize() - (drawn.at(-1)?.end ?? 0);
  const widths = columnWidths(windowWidth);
  const width = columns.reduce((sum, column) => sum + widths[column], 0);
  return (
    <div className="table-scroll" ref={scroller}>
      <table className="devices" style={{ minWidth: width }}>
        <colgroup>
          {columns.map((column) => (
            // A table with nothing but fixed widths would share out what is left over to all.
            <col key={column} style={column === 'name' ? undefined : { width: widths[column] }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => (
              <SortHead key={column} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 ? <tr aria-hidden="true" style={{ height: before }} /> : null}
          {shown.map((item) =>
            item.kind === 'site' ? (
              <tr key={item.key} className="site-row">
                <th scope="rowgroup" colSpan={columns.length}>
                  {item.name} <span className="secondary">{t('devices.ofSite', { count: item.count })}</span>
                </th>
              </tr>
            ) : (
              <Row
                key={item.key}
                row={item.row}
                columns={columns}
                nowMs={now}
                line={lines[item.row.view.device.mac]}
              />
            ),
          )}
          {after > 0 ? <tr aria-hidden="true" style={{ height: after }} /> : null}
        </tbody>
      </table>
    </div>
  );
}

function SortHead(props: {
  readonly column: FleetColumn;
  readonly sort: FleetSort;
  onSort: (sort: FleetSort) => void;
}): ReactElement {
  const { t } = useTranslation();
  const { column, sort, onSort } = props;
  const sorted = sort.column === column;
  const descending = sorted && sort.descending;
  return (
    <th
      scope="col"
      className={numberColumns.has(column) ? 'number' : ''}
      aria-sort={sorted ? (descending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        className="sort-head"
        onClick={() => onSort({ column, descending: sorted && !sort.descending })}
      >
        {t(`devices.columns.${column}`)}
        <span aria-hidden="true">{sorted ? (descending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

const Row = memo(
  function Row({
    row,
    columns,
    nowMs,
    line,
  }: CellProps & { readonly columns: readonly FleetColumn[] }): ReactElement {
    const navigate = useNavigate();
    const { mac } = row.view.device;
    return (
      <tr onClick={() => void navigate({ to: '/devices/$mac', params: { mac } })}>
        {columns.map((column) =>
          column === 'name' ? (
            <th key={column} scope="row">
              <NameCell row={row} />
            </th>
          ) : (
            <td key={column} className={numberColumns.has(column) ? 'number' : ''}>
              {cells[column]({ row, nowMs, line })}
            </td>
          ),
        )}
      </tr>
    );
  },
  (before, after) =>
    before.columns === after.columns &&
    before.line === after.line &&
    sameDevice(before.row, after.row) &&
    agesAreTold(after.row, before.nowMs, after.nowMs),
);

function sameDevice(a: FleetRow, b: FleetRow): boolean {
  return (
    a.health === b.health &&
    a.site === b.site &&
    a.view.device === b.view.device &&
    a.view.zone === b.view.zone &&
    a.view.presence === b.view.presence &&
    (a.view.staleSeconds === null) === (b.view.staleSeconds === null)
  );
}

/** A silent device counts in minutes; drawing it each second would show nothing new. */
function agesAreTold({ view: { device } }: FleetRow, drawnMs: number, nowMs: number): boolean {
  const ages = [device.seenMs, device.readingMs].map((ms) => (ms === null ? 0 : nowMs - ms));
  return ages.every((age) => age > minuteMs)
    ? Math.floor(drawnMs / minuteMs) === Math.floor(nowMs / minuteMs)
    : drawnMs === nowMs;
}

function useSparklines(macs: readonly string[]): Readonly<Record<string, readonly (number | null)[]>> {
  const client = useClient();
  const wanted = [...macs].sort().slice(0, sparklinesAtMost);
  const { data } = useQuery({
    queryKey: ['sparklines', ...wanted],
    queryFn: ({ signal }) =>
      client.devices.sparklines({ macs: wanted, hours: 24, buckets: sparklineBuckets }, { signal }),
    refetchInterval: sparklineEveryMs,
    enabled: wanted.length > 0,
    placeholderData: (before) => before,
  });
  return data?.series ?? {};
}
