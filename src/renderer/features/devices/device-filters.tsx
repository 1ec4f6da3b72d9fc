import { Select } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Zone } from '../../../shared/contract/devices.ts';
import { useSettings } from '../../app/live.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import type { DeviceView } from './device-view.ts';

type State = 'all' | 'offline' | 'warning' | 'online' | 'outside';

/** What of the list is shown. */
export interface DeviceFilter {
  readonly state: State;
  readonly zoneId: number | null;
  readonly text: string;
}

export const noFilter: DeviceFilter = { state: 'all', zoneId: null, text: '' };

const states = ['all', 'offline', 'warning', 'online', 'outside'] as const satisfies readonly State[];
const glyphOf: Readonly<Partial<Record<State, GlyphKind>>> = {
  offline: 'bad',
  warning: 'warn',
  online: 'ok',
};
const everyZone = '*';

export function DeviceFilters({
  filter,
  views,
  zones,
  onChange,
}: {
  readonly filter: DeviceFilter;
  readonly views: readonly DeviceView[];
  readonly zones: readonly Zone[];
  onChange: (filter: DeviceFilter) => void;
}): ReactElement {
  const { t } = useTranslation();
  const inZone = views.filter((view) => inZoneOf(view, filter));
  return (
    <div className="filters" role="group" aria-label={t('devices.filters')}>
      {states.map((state) => (
        <button
          key={state}
          type="button"
          className={state === filter.state ? 'button filled' : 'button'}
          aria-pressed={state === filter.state}
          onClick={() => onChange({ ...filter, state })}
        >
          {glyphOf[state] === undefined || state === filter.state ? null : (
            <StatusGlyph kind={glyphOf[state]} />
          )}
          {state === 'outside' && state !== filter.state ? <OutsideMark /> : null}
          {t(`devices.filter.${state}`)} {inZone.filter((view) => hasState(view, state)).length}
        </button>
      ))}
      <span className="spacer" />
      {zones.length === 0 ? null : (
        <Select
          aria-label={t('devices.zoneFilter')}
          data={[
            { value: everyZone, label: t('devices.allZones') },
            ...zones.map((zone) => ({ value: String(zone.id), label: zone.name })),
          ]}
          value={filter.zoneId === null ? everyZone : String(filter.zoneId)}
          allowDeselect={false}
          onChange={(value) =>
            onChange({ ...filter, zoneId: value === null || value === everyZone ? null : Number(value) })
          }
        />
      )}
      <FilterField text={filter.text} onChange={(text) => onChange({ ...filter, text })} />
    </div>
  );
}

export function matches(view: DeviceView, filter: DeviceFilter): boolean {
  return hasState(view, filter.state) && inZoneOf(view, filter) && mentions(view, filter.text);
}

/** The red pointer of the scales. */
function OutsideMark(): ReactElement {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      <path className="pointer outside" d="M1 1h10l-5 10z" />
    </svg>
  );
}

function FilterField({
  text,
  onChange,
}: {
  readonly text: string;
  onChange: (text: string) => void;
}): ReactElement {
  const { t } = useTranslation();
  const shortcut = useSettings()?.singleKeyShortcuts ?? true;
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!shortcut) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (event.key !== '/' || typing) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [shortcut]);
  return (
    <label className="filter-field">
      <IconSearch size={18} aria-hidden="true" />
      <input
        ref={field}
        value={text}
        aria-label={t('devices.find')}
        placeholder={t('devices.find')}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onChange('')}
      />
    </label>
  );
}

function hasState(view: DeviceView, state: State): boolean {
  if (state === 'all') return true;
  return state === 'outside' ? view.outside && view.presence === 'online' : view.presence === state;
}

function inZoneOf({ device }: DeviceView, { zoneId }: DeviceFilter): boolean {
  return zoneId === null || device.zoneId === zoneId;
}

function mentions({ device, label, zone }: DeviceView, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return (
    wanted === '' ||
    `${label} ${device.mac} ${device.position} ${zone?.name ?? ''}`.toLowerCase().includes(wanted)
  );
}
