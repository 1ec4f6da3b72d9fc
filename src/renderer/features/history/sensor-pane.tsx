import { NumberInput, Switch } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState, type ReactElement, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { Limits, RangeSummary } from '../../../shared/contract/history.ts';
import { formatNumber, humidityUnit } from '../../components/format.ts';
import type { DeviceView } from '../devices/device-view.ts';
import { limitGroups, sensorsAtMost, type HistorySensor } from './history-sensors.ts';
import { LetterTag, LineSample } from './line-sample.tsx';

const gapMinutesMost = 1_440;

export interface SensorPaneProps {
  readonly side: RefObject<HTMLElement | null>;
  /** Of the site looked at, by name. */
  readonly views: readonly DeviceView[];
  readonly sensors: readonly HistorySensor[];
  readonly summaries: readonly RangeSummary[];
  readonly onChoose: (macs: readonly string[]) => void;
  readonly hiddenLimits: ReadonlySet<string>;
  readonly onHideLimits: (hidden: ReadonlySet<string>) => void;
  readonly withBand: boolean;
  readonly onBand: (on: boolean) => void;
  readonly withGaps: boolean;
  readonly onGaps: (on: boolean) => void;
  readonly gapMinutes: number;
  readonly onGapMinutes: (minutes: number) => void;
}

/** Whose history is shown, and what of it. */
export function SensorPane({ side, ...props }: SensorPaneProps): ReactElement {
  const { t } = useTranslation();
  const { sensors, hiddenLimits } = props;
  const groups = limitGroups(sensors, props.summaries);
  const toggle = (key: string, on: boolean): void => {
    const hidden = new Set(hiddenLimits);
    if (on) hidden.delete(key);
    else hidden.add(key);
    props.onHideLimits(hidden);
  };
  return (
    <aside ref={side} tabIndex={-1} className="history-side" aria-label={t('history.side')}>
      <SensorList {...props} />
      <section className="history-switches">
        <h2>{t('history.limits')}</h2>
        {groups.length === 0 ? <p className="secondary">{t('components.noLimits')}</p> : null}
        {groups.map(({ key, limits, zones }) => (
          <SwitchRow
            key={key}
            label={zones.length === 0 ? t('history.siteLimits') : zones.join(', ')}
            description={limitsText(limits, t)}
            checked={!hiddenLimits.has(key)}
            onChange={(on) => toggle(key, on)}
          />
        ))}
        <SwitchRow label={t('history.band')} checked={props.withBand} onChange={props.onBand} />
        <SwitchRow label={t('history.markGaps')} checked={props.withGaps} onChange={props.onGaps} />
        <NumberInput
          label={t('history.gapsLonger')}
          suffix={` ${t('history.minutes')}`}
          min={1}
          max={gapMinutesMost}
          clampBehavior="strict"
          value={props.gapMinutes}
          onChange={(value) => {
            if (typeof value === 'number' && value >= 1) props.onGapMinutes(Math.round(value));
          }}
        />
      </section>
    </aside>
  );
}

function SensorList(props: Pick<SensorPaneProps, 'views' | 'sensors' | 'onChoose'>): ReactElement {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const { views, sensors } = props;
  const chosen = new Map(sensors.map((sensor) => [sensor.mac, sensor]));
  const wanted = search.trim().toLowerCase();
  const found = views.filter(({ device, label, zone }) =>
    [label, device.mac, device.position, zone?.name ?? ''].some((text) =>
      text.toLowerCase().includes(wanted),
    ),
  );
  // Those shown stay on top, in the order of their letters, also where they belong to another site.
  const rest = found.filter((view) => !chosen.has(view.device.mac));
  const rows = [...sensors.map(({ view }) => view), ...rest];
  const full = sensors.length >= sensorsAtMost;
  const toggle = (mac: string): void => {
    const macs = sensors.map((sensor) => sensor.mac);
    props.onChoose(chosen.has(mac) ? macs.filter((one) => one !== mac) : [...macs, mac]);
  };
  return (
    <>
      <label className="filter-field sensor-search">
        <IconSearch size={18} aria-hidden="true" />
        <input
          type="search"
          aria-label={t('history.find')}
          placeholder={t('history.find')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </label>
      <ul className="sensor-list" aria-label={t('history.sensors')}>
        {rows.map((view) => {
          const sensor = chosen.get(view.device.mac);
          return (
            <li key={view.device.mac}>
              <label className="sensor-row">
                <input
                  type="checkbox"
                  checked={sensor !== undefined}
                  disabled={sensor === undefined && full}
                  onChange={() => toggle(view.device.mac)}
                />
                <LetterTag slot={sensor?.slot ?? null} />
                <span className="sensor-name">
                  <strong>{view.label}</strong>
                  <span className="secondary">
                    {[view.zone?.name, view.device.position]
                      .filter((part) => part !== undefined && part !== '')
                      .join(', ')}
                  </span>
                </span>
                {sensor === undefined ? null : <LineSample slot={sensor.slot} />}
              </label>
            </li>
          );
        })}
      </ul>
      {rest.length === 0 && wanted !== '' ? (
        <p className="secondary pane-note">{t('history.noSuch')}</p>
      ) : null}
      {full ? <p className="secondary pane-note">{t('history.full', { count: sensorsAtMost })}</p> : null}
    </>
  );
}

function SwitchRow(props: {
  readonly label: string;
  readonly description?: string;
  readonly checked: boolean;
  readonly onChange: (on: boolean) => void;
}): ReactElement {
  return (
    <Switch
      className="switch-row"
      labelPosition="left"
      label={
        <>
          <strong>{props.label}</strong>
          {props.description === undefined ? null : <span className="secondary">{props.description}</span>}
        </>
      }
      checked={props.checked}
      onChange={(event) => props.onChange(event.target.checked)}
    />
  );
}

/** `2 to 8 °C, 40 to 85 ${humidityUnit()}`; a side without a limit is "up to" or "from". */
export function limitsText(limits: Limits, t: ReturnType<typeof useTranslation>['t']): string {
  const part = (min: number | null, max: number | null, unit: string): string | null => {
    const text = (value: number): string => formatNumber(value, Number.isInteger(value) ? 0 : 1);
    if (min !== null && max !== null)
      return t('history.limitsBetween', { min: text(min), max: text(max), unit });
    if (max !== null) return t('history.limitsUpTo', { max: text(max), unit });
    return min === null ? null : t('history.limitsFrom', { min: text(min), unit });
  };
  return [
    part(limits.temperatureMin, limits.temperatureMax, '°C'),
    part(limits.humidityMin, limits.humidityMax, humidityUnit()),
  ]
    .filter((text) => text !== null)
    .join(', ');
}
