import { NumberInput, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Zone } from '../../../shared/contract/devices.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';

type Limits = Pick<Zone, 'temperatureMin' | 'temperatureMax' | 'humidityMin' | 'humidityMax'>;
type LimitField = keyof Limits;

const noLimits: Limits = { temperatureMin: null, temperatureMax: null, humidityMin: null, humidityMax: null };
/** What a sensor of this kind can measure at all: °C and % relative humidity. */
const fields: readonly { readonly field: LimitField; readonly range: readonly [number, number] }[] = [
  { field: 'temperatureMin', range: [-100, 1000] },
  { field: 'temperatureMax', range: [-100, 1000] },
  { field: 'humidityMin', range: [0, 100] },
  { field: 'humidityMax', range: [0, 100] },
];

/** A new zone, or the name and the limits of one that is there. */
export function ZoneForm(props: {
  readonly siteRef: string;
  readonly zones: readonly Zone[];
  readonly editing: Zone | undefined;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { siteRef, zones, editing, onClose } = props;
  const [name, setName] = useState(editing?.name ?? '');
  const [limits, setLimits] = useState<Limits>(editing ?? noLimits);
  const { failure, run } = useFailure();
  const taken = zones.some((zone) => zone.id !== editing?.id && zone.name === name.trim());
  const errorOf = (field: LimitField, [low, high]: readonly [number, number]): string | null => {
    const value = limits[field];
    if (value === null) return null;
    if (value < low || value > high) return t('settings.sites.range', { min: low, max: high });
    const lowest = field === 'temperatureMax' ? limits.temperatureMin : limits.humidityMin;
    const isUpper = field === 'temperatureMax' || field === 'humidityMax';
    return isUpper && lowest !== null && value <= lowest ? t('settings.sites.crossed') : null;
  };
  const good =
    name.trim() !== '' && !taken && fields.every(({ field, range }) => errorOf(field, range) === null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!good) return;
    const { temperatureMin, temperatureMax, humidityMin, humidityMax } = limits;
    run(async () => {
      await client.devices.saveZone({
        id: editing?.id ?? null,
        siteRef,
        name: name.trim(),
        temperatureMin,
        temperatureMax,
        humidityMin,
        humidityMax,
      });
      setName('');
      setLimits(noLimits);
      onClose();
    });
  };
  return (
    <form className="new-account" onSubmit={submit}>
      <TextInput
        label={t('settings.sites.zoneName')}
        value={name}
        maxLength={80}
        error={taken ? t('settings.sites.zoneExists') : null}
        onChange={(event) => setName(event.target.value)}
      />
      {fields.map(({ field, range }) => (
        <NumberInput
          key={field}
          label={t(`settings.sites.${field}`)}
          value={limits[field] ?? ''}
          hideControls
          decimalScale={1}
          allowedDecimalSeparators={['.', ',']}
          error={errorOf(field, range)}
          onChange={(value) =>
            setLimits((before) => ({ ...before, [field]: typeof value === 'number' ? value : null }))
          }
        />
      ))}
      <button type="submit" className="button" disabled={!good}>
        {t('settings.sites.saveZone')}
      </button>
      {editing === undefined ? null : (
        <button type="button" className="button" onClick={onClose}>
          {t('shell.cancel')}
        </button>
      )}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </form>
  );
}
