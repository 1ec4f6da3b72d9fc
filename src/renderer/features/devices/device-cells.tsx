import { Link } from '@tanstack/react-router';
import type { KeyboardEvent, ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FleetColumn } from '../../../shared/contract/health.ts';
import { lowHeapBytes } from '../../../shared/domain/presence.ts';
import { useToldTime } from '../../app/told-time.ts';
import { formatDuration, formatNumber } from '../../components/format.ts';
import { MiniScale } from '../../components/limit-scale.tsx';
import { Signal } from '../../components/signal.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { verdictOf, type FleetRow } from './fleet.ts';
import { durationSince, reasonWords, verdictGlyph, verdictTone } from './health-words.ts';

export interface CellProps {
  readonly row: FleetRow;
  readonly line: readonly (number | null)[] | undefined;
}

const none = '–';

/** What stands in each column; the name has a cell of its own kind. */
export const cells: Readonly<
  Record<Exclude<FleetColumn, 'name'>, (props: CellProps) => ReactElement | string>
> = {
  verdict: (props) => <VerdictCell {...props} />,
  reason: (props) => <ReasonCell {...props} />,
  mac: ({ row }) => <code>{row.view.device.mac}</code>,
  site: ({ row }) => row.site?.name ?? row.view.device.siteRef ?? none,
  zone: ({ row }) => row.view.zone?.name ?? none,
  position: ({ row }) => (row.view.device.position === '' ? none : row.view.device.position),
  temperature: (props) => <TemperatureCell {...props} />,
  humidity: ({ row: { view } }) => (
    <span className={`${view.outsideHumidity ? 'bad' : ''} ${isStale(view) ? 'stale' : ''}`}>
      {view.device.humidity === null ? none : formatNumber(view.device.humidity, 1)}{' '}
      <span className="unit">%</span>
    </span>
  ),
  sparkline: ({ row: { view }, line }) =>
    line === undefined ? (
      ''
    ) : (
      <Sparkline
        values={line}
        min={view.zone?.temperatureMin ?? null}
        max={view.zone?.temperatureMax ?? null}
        width={120}
        height={32}
      />
    ),
  reading: ({ row: { view } }) => <Age ms={view.device.readingMs} />,
  heartbeat: ({ row: { view } }) => (
    <span
      className={
        view.presence === 'offline' ? 'bad strong' : view.presence === 'warning' ? 'warn strong' : ''
      }
    >
      <Age ms={view.device.seenMs} />
    </span>
  ),
  signal: ({ row }) => <Signal rssi={row.view.device.rssi} />,
  heap: ({ row: { view } }) => (
    <span className={view.device.freeHeap !== null && view.device.freeHeap < lowHeapBytes ? 'warn' : ''}>
      {view.device.freeHeap === null ? none : `${formatNumber(view.device.freeHeap / 1000)} kB`}
    </span>
  ),
  uptime: ({ row: { view } }) =>
    view.device.uptime === null || view.presence === 'offline' ? none : formatDuration(view.device.uptime),
  clock: (props) => <ClockCell {...props} />,
  firmware: ({ row }) => row.health?.firmware ?? row.view.device.firmware ?? none,
  interval: ({ row: { health } }) =>
    typeof health?.intervalMs === 'number' ? formatDuration(health.intervalMs / 1_000) : none,
  received: ({ row: { health } }) =>
    typeof health?.receivedShare === 'number' ? `${formatNumber(health.receivedShare * 100)} %` : none,
  restarts: ({ row: { health } }) => (health === undefined ? none : formatNumber(health.restartsDay)),
  ip: ({ row: { health } }) => (typeof health?.ip === 'string' ? <code>{health.ip}</code> : none),
};

const isStale = ({ presence, staleSeconds }: FleetRow['view']): boolean =>
  presence !== 'online' || staleSeconds !== null;

function Age({ ms }: { readonly ms: number | null }): string {
  return useAge(ms) ?? none;
}

/** Since then, in words that count on; `null` where it never was. */
function useAge(ms: number | null): string | null {
  const told = useToldTime((nowMs) => durationSince(ms, nowMs) ?? '');
  return ms === null ? null : told;
}

/** The worst of the reasons; how long it lasts counts on. */
function useWorst({ health }: FleetRow): ReturnType<typeof reasonWords> | undefined {
  const { t } = useTranslation();
  const worst = health?.reasons[0];
  const duration = useAge(worst?.sinceMs ?? null);
  return worst === undefined ? undefined : reasonWords(worst, duration, t);
}

/** The word, and below it the worst reason; what to do next is its tooltip, and stands on the device's page. */
function VerdictCell({ row }: CellProps): ReactElement {
  const { t } = useTranslation();
  const verdict = verdictOf(row);
  const words = useWorst(row);
  return (
    <>
      <span className="row-glyph">
        <StatusGlyph kind={verdictGlyph[verdict]} />
        <span className={verdictTone[verdict]}>{t(`health.verdicts.${verdict}`)}</span>
      </span>
      {words === undefined ? null : (
        <span className="secondary" title={`${words.what} ${words.next}`}>
          {words.what}
        </span>
      )}
    </>
  );
}

function ReasonCell({ row }: CellProps): ReactElement | string {
  const { t } = useTranslation();
  const words = useWorst(row);
  if (words === undefined) return none;
  const { what, next } = words;
  const others = (row.health?.reasons.length ?? 0) - 1;
  return (
    <>
      <span title={what}>
        {what} {others === 0 ? null : t('devices.moreReasons', { count: others })}
      </span>
      <span className="secondary" title={next}>
        {next}
      </span>
    </>
  );
}

function TemperatureCell({ row: { view } }: CellProps): ReactElement {
  const { device, zone, presence, staleSeconds } = view;
  return (
    <>
      <span className="reading-cell">
        <span className={`reading ${view.outsideTemperature ? 'bad' : ''} ${isStale(view) ? 'stale' : ''}`}>
          {device.temperature === null ? none : formatNumber(device.temperature, 1)}
        </span>
        <span className="unit">°C</span>
        <MiniScale
          min={zone?.temperatureMin ?? null}
          max={zone?.temperatureMax ?? null}
          value={device.temperature}
          silent={presence === 'offline'}
        />
      </span>
      {presence === 'online' && staleSeconds !== null ? <ReadingAge ms={device.readingMs} /> : null}
    </>
  );
}

function ReadingAge({ ms }: { readonly ms: number | null }): ReactElement {
  const { t } = useTranslation();
  return <span className="reading-age">{t('devices.readingAge', { age: useAge(ms) ?? '' })}</span>;
}

function ClockCell({ row: { view } }: CellProps): ReactElement | string {
  const { t } = useTranslation();
  const { clockFaulty, ntpSync } = view.device;
  if (clockFaulty)
    return (
      <span className="row-glyph warn">
        <StatusGlyph kind="warn" />
        {t('devices.clockFaulty')}
      </span>
    );
  return ntpSync === true ? 'NTP' : ntpSync === false ? t('devices.noSync') : none;
}

export function NameCell({ row: { view } }: { readonly row: FleetRow }): ReactElement {
  const { device, label, zone } = view;
  return (
    <>
      <Link to="/devices/$mac" params={{ mac: device.mac }} title={label} onKeyDown={moveBetweenRows}>
        {label}
      </Link>
      <span className="secondary" title={device.position}>
        {device.position === '' ? (zone?.name ?? device.mac) : device.position}
      </span>
    </>
  );
}

/** Up and Down walk from name to name; Enter opens as any link does. */
function moveBetweenRows(event: KeyboardEvent<HTMLAnchorElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  event.preventDefault();
  const step = (from: Element | null): Element | null =>
    (event.key === 'ArrowDown' ? from?.nextElementSibling : from?.previousElementSibling) ?? null;
  let row = step(event.currentTarget.closest('tr'));
  // Lines that name a site have no device to go to.
  while (row !== null && row.querySelector('th a') === null) row = step(row);
  row?.querySelector<HTMLAnchorElement>('th a')?.focus();
}
