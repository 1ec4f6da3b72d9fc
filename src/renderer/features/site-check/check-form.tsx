import { SegmentedControl, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { rememberedTechnician } from '../../app/technician.ts';
import { boundedNumber } from './check-view.ts';

/** The button of the page's head submits this form. */
export const checkFormId = 'check-form';

const modes = ['fresh', 'stored'] as const;
const readingsOf = { min: 2, max: 30, whole: true } as const;
const dbmOf = { min: -100, max: -30, whole: false } as const;
const usualReadings = 5;

export interface CheckWish {
  readonly readings: number;
  readonly mode: (typeof modes)[number];
  readonly rssiLeastDbm?: number;
  readonly firmware?: string;
  readonly technician: string;
}

/** What the site is held against; as it stands it will do. */
export function CheckForm({
  disabled,
  onRun,
}: {
  readonly disabled: boolean;
  onRun: (wish: CheckWish) => void;
}): ReactElement {
  const { t } = useTranslation();
  const [mode, setMode] = useState<CheckWish['mode']>('fresh');
  const [readings, setReadings] = useState(String(usualReadings));
  const [rssi, setRssi] = useState('');
  const [firmware, setFirmware] = useState('');
  const [technician, setTechnician] = useState(rememberedTechnician);
  const count = boundedNumber(readings, readingsOf);
  const least = boundedNumber(rssi, dbmOf);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (disabled || count.fault || least.fault) return;
    onRun({
      mode,
      readings: count.value ?? usualReadings,
      ...(least.value === undefined ? {} : { rssiLeastDbm: least.value }),
      ...(firmware.trim() === '' ? {} : { firmware: firmware.trim() }),
      technician: technician.trim(),
    });
  };
  return (
    <form id={checkFormId} className="pane form check-form" onSubmit={submit} noValidate>
      <h2>{t('siteCheck.settings')}</h2>
      <div className="tolerance">
        <SegmentedControl
          aria-label={t('siteCheck.mode')}
          data={modes.map((value) => ({ value, label: t(`siteCheck.modes.${value}`) }))}
          value={mode}
          disabled={disabled}
          onChange={(value) => setMode(modes.find((one) => one === value) ?? 'fresh')}
        />
        <p className="secondary">{t(`siteCheck.modeHints.${mode}`)}</p>
      </div>
      <TextInput
        label={t('siteCheck.readings')}
        value={readings}
        inputMode="numeric"
        disabled={disabled}
        error={count.fault ? t('stack.between', { min: readingsOf.min, max: readingsOf.max }) : null}
        onChange={(event) => setReadings(event.target.value)}
      />
      <TextInput
        label={t('siteCheck.rssi')}
        description={t('siteCheck.rssiHint')}
        value={rssi}
        disabled={disabled}
        error={least.fault ? t('siteCheck.rssiBad') : null}
        onChange={(event) => setRssi(event.target.value)}
      />
      <TextInput
        label={t('siteCheck.firmware')}
        description={t('siteCheck.firmwareHint')}
        value={firmware}
        maxLength={64}
        disabled={disabled}
        onChange={(event) => setFirmware(event.target.value)}
      />
      <TextInput
        label={t('siteCheck.technician')}
        value={technician}
        maxLength={60}
        autoComplete="name"
        disabled={disabled}
        onChange={(event) => setTechnician(event.target.value)}
      />
    </form>
  );
}
