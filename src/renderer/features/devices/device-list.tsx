import { IconDownload, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { lowHeapBytes } from '../../../shared/domain/presence.ts';
import { useBoard, useClient, useNow, useStack } from '../../app/live.ts';
import { useUi } from '../../app/ui-state.ts';
import { csvCell, formatDuration, formatNumber } from '../../components/format.ts';
import { MiniScale } from '../../components/limit-scale.tsx';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import { Signal } from '../../components/signal.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { Candidates } from './candidates.tsx';
import { byUrgency, presenceGlyph, viewsOf, type DeviceView } from './device-view.ts';

type Filter = 'all' | 'offline' | 'warning' | 'online' | 'outside';

const sparklineEveryMs = 60_000;
const sparklineBuckets = 96;
const sparklinesAtMost = 200;
const filterGlyph: Readonly<Partial<Record<Filter, GlyphKind>>> = {
  offline: 'bad',
  warning: 'warn',
  online: 'ok',
};

export function DeviceList(): ReactElement {
  const { t } = useTranslation();
  const board = useBoard();
  const stack = useStack();
  const now = useNow();
  const siteRef = useUi((state) => state.siteRef);
  const [filter, setFilter] = useState<Filter>('all');
  const [text, setText] = useState('');
  const views = useMemo(() => [...viewsOf(board, siteRef, now)].sort(byUrgency), [board, siteRef, now]);
  const visit = views.filter((view) => view.presence !== 'online').length;
  const matching = views.filter((view) => passes(view, filter) && mentions(view, text));
  return (
    <div className="list-page">
      <PageHead
        title={t('devices.title', { count: views.length, visit })}
        subtitle={t('devices.subtitle')}
        actions={
          <>
            <Link to="/quarantine" className="button">
              {t('quarantine.title')}
            </Link>
            <button
              type="button"
              className="button"
              disabled={matching.length === 0}
              onClick={() => exportCsv(matching)}
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
        <div className="loading" aria-busy="true" />
      ) : views.length === 0 ? (
        <EmptyState title={t('devices.emptyTitle')} body={t('devices.emptyBody')} />
      ) : (
        <>
          <div className="filters" role="group" aria-label={t('devices.filters')}>
            {(['all', 'offline', 'warning', 'online', 'outside'] as const).map((name) => (
              <button
                key={name}
                type="button"
                className={name === filter ? 'button filled' : 'button'}
                aria-pressed={name === filter}
                onClick={() => setFilter(name)}
              >
                {filterGlyph[name] === undefined || name === filter ? null : (
                  <StatusGlyph kind={filterGlyph[name]} />
                )}
                {t(`devices.filter.${name}`)} {views.filter((view) => passes(view, name)).length}
              </button>
            ))}
            <span className="spacer" />
            <FilterField text={text} onChange={setText} />
          </div>
          <DeviceTable views={matching} />
        </>
      )}
    </div>
  );
}

function FilterField({
  text,
  onChange,
}: {
  readonly text: string;
  onChange: (text: string) => void;
}): ReactElement {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (event.key !== '/' || typing) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <label className="filter-field">
      <IconSearch size={18} aria-hidden="true" />
      <input
        ref={field}
        value={text}
        aria-label={t('devices.find')}
        placeholder={t('devices.find')}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onChange('')}
      />
    </label>
  );
}

/** Rows beyond the window are not drawn: ten thousand devices scroll like ten. */
function DeviceTable({ views }: { readonly views: readonly DeviceView[] }): ReactElement {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = document.documentElement.dataset['touch'] === 'gloves' ? 64 : 52;
  const rows = useVirtualizer({
    count: views.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const items = rows.getVirtualItems();
  const shown = items.map((item) => views[item.index]).filter((view) => view !== undefined);
  const lines = useSparklines(shown.map((view) => view.device.mac));
  const before = items[0]?.start ?? 0;
  const after = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className="table-scroll" ref={scroller}>
      <table className="devices">
        <thead>
          <tr>
            {(
              [
                'status',
                'sensor',
                'temperature',
                'humidity',
                'day',
                'heartbeat',
                'signal',
                'heap',
                'uptime',
                'clock',
                'firmware',
              ] as const
            ).map((column) => (
              <th key={column} scope="col" className={`col-${column}`}>
                {t(`devices.columns.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 ? <tr aria-hidden="true" style={{ height: before }} /> : null}
          {shown.map((view) => (
            <Row
              key={view.device.mac}
              view={view}
              ageSeconds={view.silentSeconds === null ? null : Math.round(view.silentSeconds)}
              line={lines[view.device.mac]}
            />
          ))}
          {after > 0 ? <tr aria-hidden="true" style={{ height: after }} /> : null}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly view: DeviceView;
  readonly ageSeconds: number | null;
  readonly line: readonly (number | null)[] | undefined;
}

const Row = memo(
  function Row({ view, ageSeconds, line }: RowProps): ReactElement {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const { device, zone, presence, outside } = view;
    const [min, max] = [zone?.temperatureMin ?? null, zone?.temperatureMax ?? null];
    const stale = presence !== 'online' ? 'stale' : '';
    return (
      <tr onClick={() => void navigate({ to: '/devices/$mac', params: { mac: device.mac } })}>
        <td className="col-status">
          <span className="row-glyph">
            <StatusGlyph kind={presenceGlyph[presence]} />
            <span className={presence === 'offline' ? 'bad' : presence === 'warning' ? 'warn' : ''}>
              {t(`devices.presence.${presence}`)}
            </span>
          </span>
        </td>
        <th scope="row" className="col-sensor">
          <Link to="/devices/$mac" params={{ mac: device.mac }} onKeyDown={moveBetweenRows}>
            {view.label}
          </Link>
          <span className="secondary">
            {device.position === '' ? (zone?.name ?? device.mac) : device.position}
          </span>
        </th>
        <td className="col-temperature">
          <span className="reading-cell">
            <span className={`reading ${outside ? 'bad' : stale}`}>
              {device.temperature === null ? '–' : formatNumber(device.temperature, 1)}
            </span>
            <span className="unit">°C</span>
            <MiniScale min={min} max={max} value={device.temperature} silent={presence === 'offline'} />
          </span>
        </td>
        <td className={`col-humidity number ${stale}`}>
          {device.humidity === null ? '–' : formatNumber(device.humidity, 1)} <span className="unit">%</span>
        </td>
        <td className="col-day">
          {line === undefined ? null : (
            <Sparkline values={line} min={min} max={max} width={120} height={32} />
          )}
        </td>
        <td
          className={`col-heartbeat number ${presence === 'offline' ? 'bad strong' : presence === 'warning' ? 'warn strong' : ''}`}
        >
          {ageSeconds === null ? '–' : formatDuration(ageSeconds)}
        </td>
        <td className="col-signal">
          <Signal rssi={device.rssi} />
        </td>
        <td
          className={`col-heap number ${device.freeHeap !== null && device.freeHeap < lowHeapBytes ? 'warn' : ''}`}
        >
          {device.freeHeap === null ? '–' : `${formatNumber(device.freeHeap / 1000)} kB`}
        </td>
        <td className="col-uptime number">
          {device.uptime === null || presence === 'offline' ? '–' : formatDuration(device.uptime)}
        </td>
        <td className="col-clock">
          {device.clockFaulty ? (
            <span className="row-glyph warn">
              <StatusGlyph kind="warn" />
              {t('devices.clockFaulty')}
            </span>
          ) : device.ntpSync === true ? (
            'NTP'
          ) : device.ntpSync === false ? (
            t('devices.noSync')
          ) : (
            '–'
          )}
        </td>
        <td className="col-firmware">{device.firmware ?? '–'}</td>
      </tr>
    );
  },
  (before, after) =>
    before.ageSeconds === after.ageSeconds &&
    before.line === after.line &&
    before.view.device === after.view.device &&
    before.view.presence === after.view.presence &&
    before.view.zone === after.view.zone,
);

/** Up and Down walk from name to name; Enter opens as any link does. */
function moveBetweenRows(event: React.KeyboardEvent<HTMLAnchorElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  event.preventDefault();
  const row = event.currentTarget.closest('tr');
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  next?.querySelector<HTMLAnchorElement>('th a')?.focus();
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

function passes(view: DeviceView, filter: Filter): boolean {
  if (filter === 'all') return true;
  return filter === 'outside' ? view.outside && view.presence === 'online' : view.presence === filter;
}

function mentions({ device, label, zone }: DeviceView, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return (
    wanted === '' ||
    `${label} ${device.mac} ${device.position} ${zone?.name ?? ''}`.toLowerCase().includes(wanted)
  );
}

function exportCsv(views: readonly DeviceView[]): void {
  const head = [
    'device_mac_addr',
    'name',
    'site_ref',
    'position',
    'status',
    'temperature',
    'humidity',
    'rssi',
    'free_heap',
    'uptime',
    'ntp_sync',
    'last_seen',
    'firmware',
  ];
  const rows = views.map(({ device, presence }) => [
    device.mac,
    device.name,
    device.siteRef,
    device.position,
    presence,
    device.temperature,
    device.humidity,
    device.rssi,
    device.freeHeap,
    device.uptime,
    device.ntpSync === null ? null : String(device.ntpSync),
    device.seenMs === null ? null : new Date(device.seenMs).toISOString(),
    device.firmware,
  ]);
  const text = [head, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text, '\r\n'], { type: 'text/csv' }));
  link.download = 'devices.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}
