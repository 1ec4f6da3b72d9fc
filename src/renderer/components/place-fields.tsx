import { Select, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useBoard } from '../app/live.ts';

/** Where exactly a device hangs, in the technician's words. */
export function PositionField(props: {
  readonly value: string;
  onChange: (position: string) => void;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <TextInput
      label={t('devices.position')}
      description={t('devices.positionHint')}
      value={props.value}
      maxLength={120}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}

/** One of the zones of a site, or none. */
export function ZoneField(props: {
  readonly siteRef: string;
  readonly value: number | null;
  onChange: (zoneId: number | null) => void;
}): ReactElement {
  const { t } = useTranslation();
  const zones = (useBoard()?.zones ?? []).filter((one) => one.siteRef === props.siteRef);
  return (
    <Select
      label={t('overview.zone')}
      data={zones.map((one) => ({ value: String(one.id), label: one.name }))}
      value={props.value === null ? null : String(props.value)}
      clearable
      placeholder={t('overview.noZone')}
      onChange={(value) => props.onChange(value === null ? null : Number(value))}
    />
  );
}
