import { Autocomplete, Select, Switch } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportLook, ImportMapping } from '../../../shared/contract/readings-import.ts';
import { isMacAddress } from '../../../shared/domain/mac-address.ts';
import { useBoard } from '../../app/live.ts';

const oneDevice = 'one';
const none = 'none';
const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
const separators = [',', ';', '\t', '|'] as const;
const formats = ['iso', 'dmy', 'mdy', 'epoch-s', 'epoch-ms'] as const;
const zonesShown = 8;

/** How the lines are read; each change is seen at once in the lines below. */
export function MappingForm(props: {
  readonly look: ImportLook;
  readonly disabled: boolean;
  onChange: (mapping: ImportMapping) => void;
}): ReactElement {
  const { t } = useTranslation();
  const devices = [...(useBoard()?.devices.values() ?? [])];
  const { look, disabled } = props;
  const { mapping } = look;
  const [zone, setZone] = useState(mapping.time.zone);
  const width = Math.max(look.columns.length, ...look.rows.map(({ cells }) => cells.length), 1);
  const columns = Array.from({ length: width }, (_, i) => {
    const name = mapping.heading ? (look.columns[i] ?? '') : '';
    return { value: String(i), label: name === '' ? t('import.columnNumber', { number: i + 1 }) : name };
  });
  const change = (part: Partial<ImportMapping>): void => props.onChange({ ...mapping, ...part });
  const { device, time, temperature, humidity } = mapping;
  const fixed = 'mac' in device ? device.mac : null;
  const epoch = time.format === 'epoch-s' || time.format === 'epoch-ms';
  const takeZone = (value: string): void => {
    if (value.trim() !== '' && value.trim() !== time.zone) change({ time: { ...time, zone: value.trim() } });
  };
  const select = (
    label: string,
    data: { value: string; label: string }[],
    value: string,
    onChange: (value: string) => void,
  ): ReactElement => (
    <Select
      label={label}
      data={data}
      value={value}
      allowDeselect={false}
      searchable={data.length > 8}
      disabled={disabled}
      onChange={(next) => next !== null && onChange(next)}
    />
  );
  return (
    <div className="import-mapping">
      {select(
        t('import.device'),
        [...columns, { value: oneDevice, label: t('import.oneDevice') }],
        fixed === null && 'column' in device ? String(device.column) : oneDevice,
        (value) => {
          const first = devices.find((one) => isMacAddress(one.mac))?.mac;
          if (value !== oneDevice) change({ device: { column: Number(value) } });
          else if (isMacAddress(first)) change({ device: { mac: first } });
        },
      )}
      {fixed === null
        ? null
        : select(
            t('import.whichDevice'),
            devices.map(({ mac, name }) => ({ value: mac, label: name === '' ? mac : `${name} (${mac})` })),
            fixed,
            (value) => change(isMacAddress(value) ? { device: { mac: value } } : {}),
          )}
      {select(t('import.time'), columns, String(time.column), (value) =>
        change({ time: { ...time, column: Number(value) } }),
      )}
      {select(
        t('import.clock'),
        [{ value: none, label: t('import.sameColumn') }, ...columns],
        time.clockColumn === null ? none : String(time.clockColumn),
        (value) => change({ time: { ...time, clockColumn: value === none ? null : Number(value) } }),
      )}
      {select(
        t('import.format'),
        formats.map((value) => ({ value, label: t(`import.formats.${value}`) })),
        time.format,
        (value) => change({ time: { ...time, format: formats.find((one) => one === value) ?? 'iso' } }),
      )}
      <Autocomplete
        label={t('import.zone')}
        data={['UTC', ...Intl.supportedValuesOf('timeZone')]}
        value={zone}
        limit={zonesShown}
        maxLength={64}
        disabled={disabled || epoch}
        onChange={setZone}
        onOptionSubmit={takeZone}
        onBlur={() => takeZone(zone)}
        onKeyDown={(event) => event.key === 'Enter' && takeZone(zone)}
      />
      {select(t('import.temperature'), columns, String(temperature.column), (value) =>
        change({ temperature: { ...temperature, column: Number(value) } }),
      )}
      {select(
        t('import.unit'),
        [
          { value: 'C', label: '°C' },
          { value: 'F', label: '°F' },
        ],
        temperature.unit,
        (value) => change({ temperature: { ...temperature, unit: value === 'F' ? 'F' : 'C' } }),
      )}
      {select(t('import.humidity'), columns, String(humidity.column), (value) =>
        change({ humidity: { column: Number(value) } }),
      )}
      {select(
        t('import.decimal'),
        [
          { value: '.', label: t('import.point') },
          { value: ',', label: t('import.comma') },
        ],
        mapping.decimal,
        (value) => change({ decimal: value === ',' ? ',' : '.' }),
      )}
      {select(
        t('import.separator'),
        separators.map((value, i) => ({
          value,
          label: t(`import.separators.${separatorNames[i] ?? 'comma'}`),
        })),
        mapping.separator,
        (value) => change({ separator: separators.find((one) => one === value) ?? ',' }),
      )}
      {select(
        t('import.encoding'),
        encodings.map((value) => ({ value, label: value.toUpperCase() })),
        mapping.encoding,
        (value) => change({ encoding: encodings.find((one) => one === value) ?? 'utf-8' }),
      )}
      <Switch
        label={t('import.heading')}
        checked={mapping.heading}
        disabled={disabled}
        onChange={(event) => change({ heading: event.currentTarget.checked })}
      />
      <p className="hint">{t('import.zoneHint')}</p>
    </div>
  );
}

const separatorNames = ['comma', 'semicolon', 'tab', 'bar'] as const;
