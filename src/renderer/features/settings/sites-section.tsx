import { NumberInput, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Site, Zone } from '../../../shared/contract/devices.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient } from '../../app/live.ts';
import { formatNumber } from '../../components/format.ts';
import { SettingGroup } from './setting-group.tsx';

export function SitesSection(): ReactElement {
  const { t } = useTranslation();
  const board = useBoard();
  const sites = board?.sites ?? [];
  return (
    <>
      {sites.length === 0 ? <p className="secondary setting-empty">{t('settings.sites.none')}</p> : null}
      {sites.map((site) => (
        <SettingGroup key={site.ref} title={site.name} body={site.ref}>
          <SiteForm site={site} zones={(board?.zones ?? []).filter((zone) => zone.siteRef === site.ref)} />
        </SettingGroup>
      ))}
      <SettingGroup title={t('settings.sites.new')}>
        <NewSite />
      </SettingGroup>
    </>
  );
}

function SiteForm({ site, zones }: { readonly site: Site; readonly zones: readonly Zone[] }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { failure, run } = useFailure();
  return (
    <>
      {zones.length === 0 ? <p className="secondary">{t('settings.sites.noZones')}</p> : null}
      <ul className="accounts">
        {zones.map((zone) => (
          <li key={zone.id}>
            <div>
              <strong>{zone.name}</strong>
              <p className="secondary">{limitsText(zone, t)}</p>
            </div>
            <button
              type="button"
              className="button danger"
              aria-label={t('settings.sites.removeZoneNamed', { name: zone.name })}
              onClick={() => run(() => client.devices.removeZone({ id: zone.id }))}
            >
              {t('settings.sites.removeZone')}
            </button>
          </li>
        ))}
      </ul>
      <ZoneForm siteRef={site.ref} onSave={(zone) => run(() => client.devices.saveZone(zone))} />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </>
  );
}

type ZoneWish = {
  id: null;
  siteRef: string;
  name: string;
  temperatureMin: number | null;
  temperatureMax: number | null;
  humidityMin: number | null;
  humidityMax: number | null;
};
const limitFields = ['temperatureMin', 'temperatureMax', 'humidityMin', 'humidityMax'] as const;

function ZoneForm({
  siteRef,
  onSave,
}: {
  readonly siteRef: string;
  onSave: (zone: ZoneWish) => void;
}): ReactElement {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [limits, setLimits] = useState<Readonly<Record<(typeof limitFields)[number], number | null>>>({
    temperatureMin: null,
    temperatureMax: null,
    humidityMin: null,
    humidityMax: null,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSave({ id: null, siteRef, name, ...limits });
    setName('');
  };
  return (
    <form className="new-account" onSubmit={submit}>
      <TextInput
        label={t('settings.sites.zoneName')}
        value={name}
        maxLength={80}
        onChange={(event) => setName(event.target.value)}
      />
      {limitFields.map((field) => (
        <NumberInput
          key={field}
          label={t(`settings.sites.${field}`)}
          value={limits[field] ?? ''}
          hideControls
          decimalScale={1}
          onChange={(value) => setLimits({ ...limits, [field]: typeof value === 'number' ? value : null })}
        />
      ))}
      <button type="submit" className="button" disabled={name.trim() === ''}>
        {t('settings.sites.saveZone')}
      </button>
    </form>
  );
}

function NewSite(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const [ref, setRef] = useState('');
  const [name, setName] = useState('');
  const { failure, run } = useFailure();
  const good = /^[\w.-]{1,50}$/.test(ref) && name.trim() !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    run(async () => {
      await client.devices.createSite({ ref, name });
      setRef('');
      setName('');
    });
  };
  return (
    <form className="new-account" onSubmit={submit}>
      <TextInput
        label={t('devices.siteRef')}
        description={t('devices.siteRefHint')}
        value={ref}
        maxLength={50}
        onChange={(event) => setRef(event.target.value)}
      />
      <TextInput
        label={t('devices.siteName')}
        value={name}
        maxLength={255}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button filled" disabled={!good}>
        {t('settings.sites.create')}
      </button>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </form>
  );
}

function limitsText(zone: Zone, t: ReturnType<typeof useTranslation>['t']): string {
  const side = (value: number | null): string =>
    value === null ? '–' : formatNumber(value, Number.isInteger(value) ? 0 : 1);
  return t('settings.sites.limits', {
    tMin: side(zone.temperatureMin),
    tMax: side(zone.temperatureMax),
    hMin: side(zone.humidityMin),
    hMax: side(zone.humidityMax),
  });
}
