import { Drawer, Select, TextInput } from '@mantine/core';
import { IconArrowLeft, IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { signalLevel } from '../../../shared/domain/presence.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient, useNow } from '../../app/live.ts';
import { useRouteParams } from '../../app/route-params.ts';
import { formatBytes, formatDuration, formatNumber } from '../../components/format.ts';
import { VerticalScale } from '../../components/limit-scale.tsx';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import { Signal } from '../../components/signal.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { presenceGlyph, viewsOf, type DeviceView } from './device-view.ts';

export function DevicePage(): ReactElement {
  const { t } = useTranslation();
  const { mac = '' } = useRouteParams();
  const now = useNow();
  const board = useBoard();
  const [editing, setEditing] = useState(false);
  const view = viewsOf(board, null, now).find((one) => one.device.mac === mac);
  if (view === undefined) {
    if (board === undefined) return <div className="loading" aria-busy="true" />;
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
          <button type="button" className="button" onClick={() => setEditing(true)}>
            <IconPencil size={18} aria-hidden="true" />
            {t('devices.edit')}
          </button>
        }
      />
      <div className="device-columns">
        <Now view={view} />
        <Day view={view} />
      </div>
      {editing ? <EditDrawer view={view} onClose={() => setEditing(false)} /> : null}
    </>
  );
}

function Now({ view }: { readonly view: DeviceView }): ReactElement {
  const { t } = useTranslation();
  const { device, zone, presence, silentSeconds } = view;
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
          <p className={`reading-big ${view.outside ? 'bad' : presence === 'online' ? '' : 'stale'}`}>
            {device.temperature === null ? '–' : formatNumber(device.temperature, 1)}{' '}
            <span className="unit">°C</span>
          </p>
          <p className="secondary">
            {min === null || max === null
              ? t('components.noLimits')
              : t('devices.permitted', { min: formatNumber(min), max: formatNumber(max) })}
          </p>
          <p className="reading-second">
            {device.humidity === null ? '–' : formatNumber(device.humidity, 1)}{' '}
            <span className="unit">%RH</span>
          </p>
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

function Day({ view }: { readonly view: DeviceView }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { mac } = view.device;
  const { data } = useQuery({
    queryKey: ['day', mac],
    queryFn: ({ signal }) => client.devices.sparklines({ macs: [mac], hours: 24, buckets: 200 }, { signal }),
    refetchInterval: 30_000,
  });
  const values = data?.series[mac] ?? [];
  const known = values.filter((value) => value !== null);
  const [min, max] = [view.zone?.temperatureMin ?? null, view.zone?.temperatureMax ?? null];
  return (
    <section className="pane device-day">
      <div className="pane-head">
        <h2>{t('devices.temperatureDay')}</h2>
        <span className="hint">{t('devices.temperatureDayHint')}</span>
      </div>
      {known.length === 0 ? (
        <p className="secondary">{t('devices.noReadings')}</p>
      ) : (
        <>
          <Sparkline values={values} min={min} max={max} width={800} height={220} />
          <p className="secondary">
            {t('devices.daySummary', {
              lowest: formatNumber(Math.min(...known), 1),
              highest: formatNumber(Math.max(...known), 1),
            })}
          </p>
        </>
      )}
    </section>
  );
}

function EditDrawer({ view, onClose }: { readonly view: DeviceView; onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const board = useBoard();
  const { device } = view;
  const [name, setName] = useState(device.name);
  const [position, setPosition] = useState(device.position);
  const [siteRef, setSiteRef] = useState(device.siteRef ?? '');
  const [zone, setZone] = useState(device.zoneId === null ? null : String(device.zoneId));
  const { failure, run } = useFailure();
  const zones = (board?.zones ?? []).filter((one) => one.siteRef === siteRef);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    run(async () => {
      await client.devices.update({
        mac: device.mac,
        name,
        position,
        siteRef,
        zoneId: zone === null ? null : Number(zone),
      });
      onClose();
    });
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      title={t('devices.editTitle', { name: view.label })}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <form className="form" onSubmit={save}>
        <TextInput
          label={t('devices.name')}
          value={name}
          maxLength={60}
          data-autofocus
          onChange={(event) => setName(event.target.value)}
        />
        <TextInput
          label={t('devices.position')}
          description={t('devices.positionHint')}
          value={position}
          maxLength={120}
          onChange={(event) => setPosition(event.target.value)}
        />
        <Select
          label={t('shell.site')}
          data={(board?.sites ?? []).map((one) => ({ value: one.ref, label: one.name }))}
          value={siteRef}
          allowDeselect={false}
          onChange={(value) => {
            setSiteRef(value ?? '');
            setZone(null);
          }}
        />
        <Select
          label={t('overview.zone')}
          data={zones.map((one) => ({ value: String(one.id), label: one.name }))}
          value={zone}
          clearable
          placeholder={t('overview.noZone')}
          onChange={setZone}
        />
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <div className="row-of">
          <button type="submit" className="button filled">
            {t('shell.save')}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t('shell.cancel')}
          </button>
        </div>
      </form>
    </Drawer>
  );
}
