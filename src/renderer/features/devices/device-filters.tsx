import { Select } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Zone } from '../../../shared/contract/devices.ts';
import type { FleetColumn, Verdict } from '../../../shared/contract/health.ts';
import { useSettings } from '../../app/live.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { ColumnsChoice } from './columns-choice.tsx';
import { useFleetLook } from './fleet-look.ts';
import { inZone, isOutside, verdictOf, type FleetRow } from './fleet.ts';
import { verdictGlyph } from './health-words.ts';
import { SavedViews } from './saved-views.tsx';

/** Those that a fleet rarely has are shown only where there are any, or chosen. */
const verdicts = ['offline', 'faulty', 'watch', 'unknown', 'healthy'] as const satisfies readonly Verdict[];
const always: ReadonlySet<Verdict> = new Set(['offline', 'watch', 'healthy']);
const everyZone = '*';

export function DeviceFilters({
  rows,
  zones,
  columns,
}: {
  readonly rows: readonly FleetRow[];
  readonly zones: readonly Zone[];
  readonly columns: readonly FleetColumn[];
}): ReactElement {
  const { t } = useTranslation();
  const { look, change } = useFleetLook();
  const inThisZone = rows.filter((row) => inZone(row, look.zoneId));
  const counts = new Map<Verdict, number>();
  for (const row of inThisZone) counts.set(verdictOf(row), (counts.get(verdictOf(row)) ?? 0) + 1);
  const all = look.verdicts.length === 0 && !look.outside;
  const toggle = (verdict: Verdict): void =>
    change({
      verdicts: look.verdicts.includes(verdict)
        ? look.verdicts.filter((one) => one !== verdict)
        : [...look.verdicts, verdict],
    });
  return (
    <div className="filters" role="group" aria-label={t('devices.filters')}>
      <button
        type="button"
        className={all ? 'button filled' : 'button'}
        aria-pressed={all}
        onClick={() => change({ verdicts: [], outside: false })}
      >
        {t('devices.filter.all')} {inThisZone.length}
      </button>
      {verdicts.map((verdict) => {
        const chosen = look.verdicts.includes(verdict);
        const count = counts.get(verdict) ?? 0;
        return count === 0 && !chosen && !always.has(verdict) ? null : (
          <button
            key={verdict}
            type="button"
            className={chosen ? 'button filled' : 'button'}
            aria-pressed={chosen}
            onClick={() => toggle(verdict)}
          >
            {chosen ? null : <StatusGlyph kind={verdictGlyph[verdict]} />}
            {t(`health.verdicts.${verdict}`)} {count}
          </button>
        );
      })}
      <button
        type="button"
        className={look.outside ? 'button filled' : 'button'}
        aria-pressed={look.outside}
        onClick={() => change({ outside: !look.outside })}
      >
        {look.outside ? null : <OutsideMark />}
        {t('devices.filter.outside')} {inThisZone.filter(isOutside).length}
      </button>
      <span className="spacer" />
      {zones.length === 0 ? null : (
        <Select
          aria-label={t('devices.zoneFilter')}
          data={[
            { value: everyZone, label: t('devices.allZones') },
            ...zones.map((zone) => ({ value: String(zone.id), label: zone.name })),
          ]}
          value={look.zoneId === null ? everyZone : String(look.zoneId)}
          allowDeselect={false}
          onChange={(value) =>
            change({ zoneId: value === null || value === everyZone ? null : Number(value) })
          }
        />
      )}
      <FilterField text={look.text} onChange={(text) => change({ text })} />
      <ColumnsChoice columns={columns} />
      <SavedViews columns={columns} />
    </div>
  );
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
