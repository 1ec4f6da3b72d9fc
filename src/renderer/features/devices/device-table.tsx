import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FleetColumn } from '../../../shared/contract/health.ts';
import { cells, NameCell, type CellProps } from './device-cells.tsx';
import { columnWidths, numberColumns } from './fleet-columns.ts';
import type { FleetItem, FleetRow, FleetSort } from './fleet.ts';
import { useSparklines } from './use-sparklines.ts';

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
        <Head columns={columns} windowWidth={windowWidth} sort={sort} onSort={onSort} />
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
              <Row key={item.key} row={item.row} columns={columns} line={lines[item.row.view.device.mac]} />
            ),
          )}
          {after > 0 ? <tr aria-hidden="true" style={{ height: after }} /> : null}
        </tbody>
      </table>
    </div>
  );
}

/** Apart from the rows, which are other ones with each frame of scrolling. */
const Head = memo(function Head(props: {
  readonly columns: readonly FleetColumn[];
  readonly windowWidth: number;
  readonly sort: FleetSort;
  onSort: (sort: FleetSort) => void;
}): ReactElement {
  const { columns, sort, onSort } = props;
  const widths = columnWidths(props.windowWidth);
  return (
    <>
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
    </>
  );
});

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
              {cells[column]({ row, line })}
            </td>
          ),
        )}
      </tr>
    );
  },
  (before, after) =>
    before.columns === after.columns && before.line === after.line && sameDevice(before.row, after.row),
);

/** Ages count on by themselves, each in its own cell. */
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
