import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef, type KeyboardEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { lowHeapBytes } from '../../../shared/domain/presence.ts';
import { useClient } from '../../app/live.ts';
import { formatDuration, formatNumber } from '../../components/format.ts';
import { MiniScale } from '../../components/limit-scale.tsx';
import { Signal } from '../../components/signal.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { presenceGlyph, type DeviceView } from './device-view.ts';

const sparklineEveryMs = 60_000;
const sparklineBuckets = 96;
const sparklinesAtMost = 200;

/** Rows beyond the window are not drawn: ten thousand devices scroll like ten. */
export function DeviceTable({ views }: { readonly views: readonly DeviceView[] }): ReactElement {
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
                {column === 'status' ? <span aria-hidden="true"> ↑</span> : null}
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
    const { device, zone, presence, staleSeconds } = view;
    const [min, max] = [zone?.temperatureMin ?? null, zone?.temperatureMax ?? null];
    const stale = presence !== 'online' || staleSeconds !== null ? 'stale' : '';
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
          <Link
            to="/devices/$mac"
            params={{ mac: device.mac }}
            title={view.label}
            onKeyDown={moveBetweenRows}
          >
            {view.label}
          </Link>
          <span className="secondary" title={device.position}>
            {device.position === '' ? (zone?.name ?? device.mac) : device.position}
          </span>
        </th>
        <td className="col-temperature">
          <span className="reading-cell">
            <span className={`reading ${view.outsideTemperature ? 'bad' : ''} ${stale}`}>
              {device.temperature === null ? '–' : formatNumber(device.temperature, 1)}
            </span>
            <span className="unit">°C</span>
            <MiniScale min={min} max={max} value={device.temperature} silent={presence === 'offline'} />
          </span>
          {presence === 'online' && staleSeconds !== null ? (
            <span className="reading-age">
              {t('devices.readingAge', { age: formatDuration(staleSeconds) })}
            </span>
          ) : null}
        </td>
        <td className={`col-humidity number ${view.outsideHumidity ? 'bad' : ''} ${stale}`}>
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
    (before.view.staleSeconds === null) === (after.view.staleSeconds === null) &&
    before.view.zone === after.view.zone,
);

/** Up and Down walk from name to name; Enter opens as any link does. */
function moveBetweenRows(event: KeyboardEvent<HTMLAnchorElement>): void {
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
