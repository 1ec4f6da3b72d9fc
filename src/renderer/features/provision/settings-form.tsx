import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useSettings, useStack } from '../../app/live.ts';
import { NumberField } from '../settings/number-field.tsx';
import { FirmwareDialog } from './firmware-dialog.tsx';
import { formOf, isHost, loopback } from './form-state.ts';
import { usePrinting } from './printing.ts';
import { useProvision } from './provision-store.ts';
import { SiteField } from './site-field.tsx';
import type { ProvisionFacts } from './use-facts.ts';
import { WifiFields } from './wifi-fields.tsx';

const otherBroker = '+';
const importFirmware = '+';
const noFirmware = '-';
/** Pins of an ESP32 that are free for a sensor; others boot, flash or only read. */
const usualPins = [4, 13, 14, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 32, 33] as const;

/** The same for every board of the batch. */
export function SettingsForm({ facts }: { readonly facts: ProvisionFacts }): ReactElement {
  const { t } = useTranslation();
  const { form, change, fill } = useProvision();
  const printing = usePrinting();
  const { failure, run } = useFailure();
  const { profiles, state } = facts;
  const count = facts.selected.length;
  const chooseProfile = (id: string | null): void => {
    const profile = profiles.find((one) => one.id === id);
    if (profile === undefined) change({ profileId: null, wifiPassword: form.wifiPassword ?? '' });
    else fill(formOf(profile));
  };
  return (
    <section className="provision-settings" aria-label={t('provision.settings.label')}>
      <h2>{count === 0 ? t('provision.settings.titleNone') : t('provision.settings.title', { count })}</h2>
      <fieldset disabled={state.locked}>
        <Select
          label={t('provision.settings.profile')}
          data={profiles.map((profile) => ({ value: profile.id, label: profile.name }))}
          value={form.profileId}
          placeholder={t('provision.settings.noProfile')}
          clearable
          disabled={profiles.length === 0}
          onChange={chooseProfile}
        />
        <SiteField />
        <WifiFields facts={facts} />
        <BrokerFields facts={facts} />
        <FirmwareFields facts={facts} />
        <div className="pair">
          <Select
            label={t('provision.settings.sensor')}
            data={[
              { value: '22', label: 'DHT22' },
              { value: '11', label: 'DHT11' },
            ]}
            value={String(form.dhtType)}
            allowDeselect={false}
            onChange={(value) => change({ dhtType: value === '11' ? 11 : 22 })}
          />
          <Select
            label={t('provision.settings.pin')}
            data={[...new Set([...usualPins, form.dhtGpio])]
              .sort((a, b) => a - b)
              .map((pin) => ({ value: String(pin), label: `GPIO ${pin}` }))}
            value={String(form.dhtGpio)}
            allowDeselect={false}
            onChange={(value) => change({ dhtGpio: Number(value) })}
          />
        </div>
        <OptionSwitch
          title={t('provision.settings.print')}
          body={t('provision.settings.printBody')}
          checked={printing.on}
          onChange={(on) => run(() => printing.turn(on))}
        />
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <TlsSwitch />
        <details className="more">
          <summary>{t('provision.settings.more')}</summary>
          <OptionSwitch
            title={t('provision.settings.erase')}
            body={t('provision.settings.eraseBody')}
            checked={form.eraseAll}
            onChange={(eraseAll) => change({ eraseAll })}
          />
          <OptionSwitch
            title={t('provision.settings.backup')}
            body={t('provision.settings.backupBody')}
            checked={form.backupFirst}
            onChange={(backupFirst) => change({ backupFirst })}
          />
          <TextInput
            label={t('deviceConfiguration.fields.ntpHost')}
            description={t('provision.settings.ntpBody')}
            value={form.ntpHost}
            error={
              form.ntpHost === '' || isHost(form.ntpHost) ? null : t('deviceConfiguration.reasons.not-a-host')
            }
            onChange={(event) => change({ ntpHost: event.target.value.trim() })}
          />
          <p className="secondary">{t('provision.settings.calibration')}</p>
        </details>
      </fieldset>
    </section>
  );
}

function BrokerFields({ facts }: { readonly facts: ProvisionFacts }): ReactElement {
  const { t } = useTranslation();
  const { form, change } = useProvision();
  const hosts = facts.hosts.length > 0 ? facts.hosts : [{ host: loopback, listening: true }];
  const own = hosts.find((one) => one.host === form.mqttHost);
  const [other, setOther] = useState(false);
  const typed = other || own === undefined;
  const hostIsGood = form.mqttHost === '' || isHost(form.mqttHost);
  return (
    <>
      <div className="pair broker-pair">
        <Select
          label={t('provision.settings.broker')}
          data={[
            ...hosts.map((one) => ({
              value: one.host,
              label: t('provision.settings.thisLaptop', { host: one.host }),
            })),
            { value: otherBroker, label: t('provision.settings.otherBroker') },
          ]}
          value={typed ? otherBroker : form.mqttHost}
          allowDeselect={false}
          onChange={(value) => {
            setOther(value === otherBroker);
            if (value !== null && value !== otherBroker) change({ mqttHost: value });
          }}
        />
        <NumberField
          label={t('provision.settings.port')}
          value={form.mqttPort}
          min={1}
          max={65_535}
          onChange={(mqttPort) => change({ mqttPort })}
        />
      </div>
      {typed ? (
        <TextInput
          label={t('provision.settings.address')}
          value={form.mqttHost}
          error={hostIsGood ? null : t('deviceConfiguration.reasons.not-a-host')}
          onChange={(event) => change({ mqttHost: event.target.value.trim() })}
        />
      ) : own.listening || facts.reach === 'inside' ? null : (
        <p className="warn">{t('provision.settings.notListening')}</p>
      )}
    </>
  );
}

function FirmwareFields({ facts }: { readonly facts: ProvisionFacts }): ReactElement {
  const { t } = useTranslation();
  const { form, change } = useProvision();
  const [importing, setImporting] = useState(false);
  return (
    <div className="pair">
      <Select
        label={t('provision.settings.firmware')}
        data={[
          ...facts.bundles.map((bundle) => ({
            value: bundle.id,
            label: [
              bundle.version,
              bundle.origin === 'bundled'
                ? t('provision.settings.bundled')
                : bundle.origin === 'demo'
                  ? t('provision.settings.demoFirmware')
                  : bundle.name,
            ].join(' · '),
          })),
          { value: noFirmware, label: t('provision.settings.noFirmware') },
          { value: importFirmware, label: t('provision.settings.import') },
        ]}
        value={form.firmwareId === '' ? null : (form.firmwareId ?? noFirmware)}
        placeholder={t('provision.settings.chooseFirmware')}
        allowDeselect={false}
        onChange={(value) => {
          if (value === importFirmware) setImporting(true);
          else change({ firmwareId: value === noFirmware ? null : value });
        }}
      />
      <NumberInput
        label={t('provision.settings.interval')}
        value={form.intervalS}
        min={5}
        max={86_400}
        suffix=" s"
        hideControls
        clampBehavior="blur"
        onChange={(value) => {
          if (typeof value === 'number') change({ intervalS: Math.round(value) });
        }}
      />
      {importing ? (
        <FirmwareDialog
          bundles={facts.bundles}
          onClose={() => setImporting(false)}
          onImported={(bundle) => change({ firmwareId: bundle.id })}
        />
      ) : null}
    </div>
  );
}

function TlsSwitch(): ReactElement | null {
  const { t } = useTranslation();
  const { form, change } = useProvision();
  const settings = useSettings();
  const broker = useBoard();
  const published = useStack()?.kind === 'published';
  const toggle = (mqttTls: boolean): void => {
    const [from, to] = mqttTls
      ? [settings?.mqttPort, settings?.mqttsPort]
      : [settings?.mqttsPort, settings?.mqttPort];
    // The port follows only where it was the usual one.
    change({ mqttTls, ...(form.mqttPort === from && to !== undefined ? { mqttPort: to } : {}) });
  };
  const off = settings?.tlsEnabled === false && broker !== undefined;
  // The published broker speaks no TLS; what a profile brought along can be switched off.
  if (published && !form.mqttTls) return null;
  return (
    <OptionSwitch
      title={t('provision.settings.tls')}
      body={
        form.mqttTls && off
          ? t('provision.settings.tlsOff')
          : t('provision.settings.tlsBody', { port: settings?.mqttsPort ?? 8883 })
      }
      checked={form.mqttTls}
      onChange={toggle}
    />
  );
}

export function OptionSwitch(props: {
  readonly title: string;
  readonly body: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  onChange: (on: boolean) => void;
}): ReactElement {
  return (
    <label className="option-switch">
      <span>
        <strong>{props.title}</strong>
        <span className="secondary">{props.body}</span>
      </span>
      <Switch
        aria-label={props.title}
        checked={props.checked}
        disabled={props.disabled ?? false}
        onChange={(event) => props.onChange(event.target.checked)}
      />
    </label>
  );
}
