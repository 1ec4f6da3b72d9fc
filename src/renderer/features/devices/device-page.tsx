import { IconArrowLeft, IconCalendarCheck, IconChartLine, IconPencil } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { signalLevel } from '../../../shared/domain/presence.ts';
import { useBoard, useNow } from '../../app/live.ts';
import { useRouteParams } from '../../app/route-params.ts';
import { formatBytes, formatDuration, formatNumber, humidityUnit } from '../../components/format.ts';
import { VerticalScale } from '../../components/limit-scale.tsx';
import { Loading } from '../../components/loading.tsx';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import { Signal } from '../../components/signal.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { HealthPane } from '../health/health-pane.tsx';
import { presets, searchOf } from '../history/history-address.ts';
import { DeviceCharts } from './device-charts.tsx';
import { DeviceRecords } from './device-records.tsx';
import { presenceGlyph, viewsOf, type DeviceView } from './device-view.ts';
import { EditDrawer } from './edit-drawer.tsx';

export function DevicePage(): ReactElement {
  const { t } = useTranslation();
  const { mac = '' } = useRouteParams();
  const now = useNow();
  const board = useBoard();
  const [editing, setEditing] = useState(false);
  const view = viewsOf(board, null, now).find((one) => one.device.mac === mac);
  if (view === undefined) {
    if (board === undefined) return <Loading />;
    return (
      <EmptyState
        title={t('devices.notFound', { mac })}
        body={t('devices.notFoundBody')}
        action={
          <Link to="/devices" className="button">
            {t('devices.nav')}
          </Link>
        }
      />
    );
  }
  const site = board?.sites.find((one) => one.ref === view.device.siteRef);
  return (
    <>
      <PageHead
        above={
          <Link to="/devices" className="back">
            <IconArrowLeft size={16} aria-hidden="true" /> {t('devices.nav')}
          </Link>
        }
        title={
          <span className="row-of">
            {view.label}
            <span className={`tag ${presenceGlyph[view.presence]}`}>
              <StatusGlyph kind={presenceGlyph[view.presence]} /> {t(`devices.presence.${view.presence}`)}
            </span>
            {view.outside ? (
              <span className="tag bad">
                <StatusGlyph kind="bad" /> {t('devices.outsideLimits')}
              </span>
            ) : null}
          </span>
        }
        subtitle={[view.zone?.name, view.device.position, site?.name]
          .filter((part) => part !== undefined && part !== '')
          .join(', ')}
        actions={
          <>
            <button type="button" className="button" onClick={() => setEditing(true)}>
              <IconPencil size={18} aria-hidden="true" />
              {t('devices.edit')}
            </button>
            {site === undefined ? null : (
              <Link to="/conformity" search={{ site: site.ref }} className="button">
                <IconCalendarCheck size={18} aria-hidden="true" />
                {t('conformity.nav')}
              </Link>
            )}
            <Link
              to="/history"
              className="button"
              search={searchOf({
                sensors: [mac],
                picked: { kind: 'last', spanMs: presets['24h'] },
                zoom: undefined,
              })}
            >
              <IconChartLine size={18} aria-hidden="true" />
              {t('devices.history')}
            </Link>
          </>
        }
      />
      <HealthPane mac={mac} label={view.label} site={site} />
      <div className="device-columns">
        <Now view={view} />
        <div>
          <DeviceCharts key={view.device.mac} view={view} />
          <DeviceRecords mac={view.device.mac} />
        </div>
      </div>
      {editing ? <EditDrawer view={view} onClose={() => setEditing(false)} /> : null}
    </>
  );
}

function Now({ view }: { readonly view: DeviceView }): ReactElement {
  const { t } = useTranslation();
  const { device, zone, presence, silentSeconds, staleSeconds } = view;
  const [min, max] = [zone?.temperatureMin ?? null, zone?.temperatureMax ?? null];
  const facts: readonly (readonly [string, string])[] = [
    ['MAC', device.mac],
    [t('devices.columns.firmware'), device.firmware ?? '–'],
    [t('devices.columns.uptime'), device.uptime === null ? '–' : formatDuration(device.uptime)],
    [
      t('devices.columns.heap'),
      device.freeHeap === null
        ? '–'
        : device.minHeap === null
          ? formatBytes(device.freeHeap)
          : t('devices.heapLowest', {
              now: formatBytes(device.freeHeap),
              lowest: formatBytes(device.minHeap),
            }),
    ],
    [
      t('devices.columns.clock'),
      device.clockFaulty
        ? t('devices.clockFaultyLong')
        : device.ntpSync === true
          ? t('devices.ntp')
          : device.ntpSync === false
            ? t('devices.noSync')
            : '–',
    ],
    [t('devices.statusTopic'), device.status === null ? '–' : t(`devices.status.${device.status}`)],
  ];
  return (
    <section className="pane device-now">
      <div className="now">
        <VerticalScale min={min} max={max} value={device.temperature} />
        <div>
          <p className="secondary">
            {silentSeconds === null
              ? t('overview.neverHeard')
              : t('devices.ago', { age: formatDuration(silentSeconds) })}
          </p>
          <p
            className={`reading-big ${view.outsideTemperature ? 'bad' : ''} ${presence === 'online' && staleSeconds === null ? '' : 'stale'}`}
          >
            {device.temperature === null ? '–' : formatNumber(device.temperature, 1)}{' '}
            <span className="unit">°C</span>
          </p>
          {staleSeconds === null || presence !== 'online' ? null : (
            <p className="secondary">{t('devices.readingAgeLong', { age: formatDuration(staleSeconds) })}</p>
          )}
          {view.outsideTemperature ? (
            <p className="bad strong">{beyond(device.temperature, min, max, '°C', t)}</p>
          ) : null}
          <p className="secondary">
            {min === null || max === null
              ? t('components.noLimits')
              : t('devices.permitted', { min: formatNumber(min), max: formatNumber(max) })}
          </p>
          <p className={view.outsideHumidity ? 'reading-second bad' : 'reading-second'}>
            {device.humidity === null ? '–' : formatNumber(device.humidity, 1)}{' '}
            <span className="unit">{humidityUnit()}</span>
          </p>
          {zone === undefined || zone.humidityMin === null || zone.humidityMax === null ? null : (
            <p className="secondary">
              {t('devices.permittedHumidity', {
                min: formatNumber(zone.humidityMin),
                max: formatNumber(zone.humidityMax),
              })}
            </p>
          )}
          <p>
            <Signal rssi={device.rssi} />
          </p>
          {device.rssi === null ? null : (
            <p className="secondary">{t(`devices.signal.${signalLevel(device.rssi)}`)}</p>
          )}
        </div>
      </div>
      <h2>{t('devices.board')}</h2>
      <dl className="facts">
        {facts.map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function beyond(
  value: number | null,
  min: number | null,
  max: number | null,
  unit: string,
  t: ReturnType<typeof useTranslation>['t'],
): string {
  if (value !== null && max !== null && value > max)
    return t('devices.aboveLimit', { value: formatNumber(value - max, 1), unit });
  return t('devices.belowLimit', { value: formatNumber((min ?? 0) - (value ?? 0), 1), unit });
}
