import { useRef, type KeyboardEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SiteDay } from '../../../shared/contract/conformity.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { dayAfterKey, dayKind, msOfDay, weeksOf, type DayKind } from './conformity-view.ts';

const months = Array.from({ length: 12 }, (_, month) => month);
/** Monday to Sunday of any week. */
const weekdays = Array.from({ length: 7 }, (_, index) => Date.UTC(2024, 0, 1 + index));

const glyphs: Readonly<Record<DayKind, GlyphKind | null>> = {
  kept: 'ok',
  broken: 'warn',
  critical: 'bad',
  open: 'idle',
  silent: null,
  future: null,
};

/** One cell per UTC day. One of them is in the tab order, arrows and page keys walk over the others. */
export function YearCalendar(props: {
  readonly year: number;
  readonly days: readonly SiteDay[];
  readonly today: string;
  readonly chosen: string;
  /** The keys came to it. */
  onChoose: (day: string) => void;
  /** It was pressed. */
  onOpen: (day: string) => void;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const { year, days, today, chosen, onChoose, onOpen } = props;
  const grid = useRef<HTMLDivElement>(null);
  const byDay = new Map(days.map((day) => [day.day, day]));
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : i18n.language, {
      ...options,
      timeZone: 'UTC',
    });
  const monthName = format({ month: 'long' });
  const fullDate = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const narrow = format({ weekday: 'narrow' });
  const long = format({ weekday: 'long' });
  const walk = (event: KeyboardEvent<HTMLDivElement>): void => {
    const next = dayAfterKey(chosen, event.key);
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    onChoose(next);
    grid.current?.querySelector<HTMLButtonElement>(`button[data-day="${next}"]`)?.focus();
  };
  return (
    <div className="year" ref={grid} onKeyDown={walk} role="presentation">
      {months.map((month) => (
        <table key={month} className="month">
          <caption>{monthName.format(Date.UTC(year, month, 1))}</caption>
          <thead>
            <tr>
              {weekdays.map((ms) => (
                <th key={ms} scope="col">
                  <span aria-hidden="true">{narrow.format(ms)}</span>
                  <span className="visually-hidden">{long.format(ms)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeksOf(year, month).map((week) => (
              <tr key={week.find((day) => day !== null)}>
                {week.map((day, index) => (
                  <td key={day ?? index}>
                    {day === null ? null : (
                      <DayCell
                        day={day}
                        kind={kindOf(byDay.get(day), day, today)}
                        label={t('components.labelled', {
                          label: fullDate.format(msOfDay(day)),
                          text: wordsOf(byDay.get(day), day, today, t),
                        })}
                        chosen={day === chosen}
                        isToday={day === today}
                        onOpen={onOpen}
                      />
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}

function DayCell(props: {
  readonly day: string;
  readonly kind: DayKind;
  readonly label: string;
  readonly chosen: boolean;
  readonly isToday: boolean;
  onOpen: (day: string) => void;
}): ReactElement {
  const { day, kind, label, chosen, isToday, onOpen } = props;
  const glyph = glyphs[kind];
  return (
    <button
      type="button"
      className={`day ${kind}`}
      data-day={day}
      aria-label={label}
      aria-pressed={chosen}
      {...(isToday ? { 'aria-current': 'date' as const } : {})}
      tabIndex={chosen ? 0 : -1}
      onClick={() => onOpen(day)}
    >
      <span>{Number(day.slice(8))}</span>
      {glyph === null ? null : <StatusGlyph kind={glyph} size={11} />}
    </button>
  );
}

function kindOf(siteDay: SiteDay | undefined, day: string, today: string): DayKind {
  if (siteDay === undefined) return day > today ? 'future' : 'silent';
  return dayKind(siteDay, today);
}

function wordsOf(
  siteDay: SiteDay | undefined,
  day: string,
  today: string,
  t: ReturnType<typeof useTranslation>['t'],
): string {
  const kind = kindOf(siteDay, day, today);
  const rules = siteDay?.rules ?? 0;
  const kept = Math.round((siteDay?.complianceRate ?? 0) * rules);
  return t(`conformity.day.${kind}`, { kept, count: rules, critical: siteDay?.criticalViolations ?? 0 });
}

export function CalendarLegend(): ReactElement {
  const { t } = useTranslation();
  return (
    <ul className="legend">
      {(['kept', 'broken', 'critical', 'open', 'silent'] as const).map((kind) => {
        const glyph = glyphs[kind];
        return (
          <li key={kind}>
            <span className={`day sample ${kind}`} aria-hidden="true">
              {glyph === null ? null : <StatusGlyph kind={glyph} size={11} />}
            </span>
            {t(`conformity.legend.${kind}`)}
          </li>
        );
      })}
    </ul>
  );
}
