import { TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Site, Zone } from '../../../shared/contract/devices.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient } from '../../app/live.ts';
import { formatNumber } from '../../components/format.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { ThresholdsDrawer } from '../health/thresholds-drawer.tsx';
import { SettingGroup } from './setting-group.tsx';
import { SiteDrawer } from './site-drawer.tsx';
import { ZoneForm } from './zone-form.tsx';

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
  const [editing, setEditing] = useState<Zone>();
  const [renaming, setRenaming] = useState(false);
  const [judging, setJudging] = useState(false);
  return (
    <>
      {site.description === '' ? null : <p className="site-description">{site.description}</p>}
      <div className="row-of">
        <button
          type="button"
          className="button"
          aria-label={t('settings.sites.renameNamed', { name: site.name })}
          onClick={() => setRenaming(true)}
        >
          {t('settings.sites.rename')}
        </button>
        <Link
          to="/conformity"
          search={{ site: site.ref }}
          className="button"
          aria-label={t('settings.sites.conformityNamed', { name: site.name })}
        >
          {t('settings.sites.conformity')}
        </Link>
        <button
          type="button"
          className="button"
          aria-label={t('health.thresholds.linkNamed', { name: site.name })}
          onClick={() => setJudging(true)}
        >
          {t('health.thresholds.link')}
        </button>
        <Link
          to="/sites/$ref/check"
          params={{ ref: site.ref }}
          className="button"
          aria-label={t('siteCheck.of', { site: site.name })}
        >
          {t('siteCheck.nav')}
        </Link>
      </div>
      <ThresholdsDrawer site={site} opened={judging} onClose={() => setJudging(false)} />
      <SiteDrawer site={site} opened={renaming} onClose={() => setRenaming(false)} />
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
              className="button"
              aria-label={t('settings.sites.editZoneNamed', { name: zone.name })}
              onClick={() => setEditing(zone)}
            >
              {t('settings.sites.editZone')}
            </button>
            <ConfirmButton
              label={t('settings.sites.removeZone')}
              name={t('settings.sites.removeZoneNamed', { name: zone.name })}
              title={t('settings.sites.removeZoneTitle', { name: zone.name })}
              body={t('settings.sites.removeZoneBody')}
              onConfirm={() => run(() => client.devices.removeZone({ id: zone.id }))}
            />
          </li>
        ))}
      </ul>
      <ZoneForm
        key={editing?.id ?? 'new'}
        siteRef={site.ref}
        zones={zones}
        editing={editing}
        onClose={() => setEditing(undefined)}
      />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </>
  );
}

function NewSite(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const [ref, setRef] = useState('');
  const [name, setName] = useState('');
  const { failure, run } = useFailure();
  const taken = useBoard()?.sites.some((site) => site.ref === ref) ?? false;
  const refIsGood = /^[\w.-]{1,50}$/.test(ref);
  const good = refIsGood && !taken && name.trim() !== '';
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
        error={
          taken ? t('settings.sites.siteExists') : ref === '' || refIsGood ? null : t('devices.siteRefBad')
        }
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
  const parts = [
    ...(zone.temperatureMin === null && zone.temperatureMax === null
      ? []
      : [
          t('settings.sites.temperatureLimits', {
            min: side(zone.temperatureMin),
            max: side(zone.temperatureMax),
          }),
        ]),
    ...(zone.humidityMin === null && zone.humidityMax === null
      ? []
      : [t('settings.sites.humidityLimits', { min: side(zone.humidityMin), max: side(zone.humidityMax) })]),
  ];
  return parts.length === 0 ? t('components.noLimits') : parts.join(', ');
}
