import { IconChevronLeft, IconChevronRight, IconDownload, IconPlus, IconUpload } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Site } from '../../../shared/contract/devices.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient, useNow } from '../../app/live.ts';
import { useAgainWhenRunning } from '../../app/use-again-when-running.ts';
import { useUi } from '../../app/ui-state.ts';
import { Loading } from '../../components/loading.tsx';
import { MeasuredTabs } from '../../components/measured-tabs.tsx';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import { saveFile } from '../../components/save-file.ts';
import { firstYear, useChosenDay, useConformityAddress } from './conformity-address.ts';
import { utcDayOf, type SiteYear } from './conformity-view.ts';
import { DayDetails } from './day-details.tsx';
import { ExcursionsPane } from './excursions-pane.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { RuleDrawer } from './rule-drawer.tsx';
import { RulesPane } from './rules-pane.tsx';
import { CalendarLegend, YearCalendar } from './year-calendar.tsx';
import './conformity.css';

const refreshMs = 60_000;

/** Did the site keep to its rules? Per UTC day, over a year; the answer is the title. */
export function ConformityPage(): ReactElement {
  const board = useBoard();
  return board === undefined ? <Loading /> : <Conformity sites={board.sites} />;
}

function Conformity({ sites }: { readonly sites: readonly Site[] }): ReactElement {
  const { t } = useTranslation();
  const { siteRef, chooseSite } = useUi();
  const [{ day }, changeDay] = useConformityAddress(sites.map(({ ref }) => ref));
  const site = sites.find(({ ref }) => ref === siteRef) ?? (sites.length === 1 ? sites[0] : undefined);
  if (site !== undefined) return <SiteConformity key={site.ref} site={site} day={day} onDay={changeDay} />;
  return (
    <>
      <PageHead above={<MeasuredTabs />} title={t('conformity.title')} subtitle={t('conformity.perSite')} />
      {sites.length === 0 ? (
        <EmptyState
          title={t('conformity.noSite')}
          body={t('conformity.noSiteBody')}
          action={
            <Link to="/settings/$section" params={{ section: 'sites' }} className="button">
              {t('settings.sites.create')}
            </Link>
          }
        />
      ) : (
        <EmptyState
          title={t('conformity.chooseSite')}
          body={t('conformity.chooseSiteBody')}
          action={
            <div className="row-of">
              {sites.map(({ ref, name }) => (
                <button key={ref} type="button" className="button" onClick={() => chooseSite(ref)}>
                  {name}
                </button>
              ))}
            </div>
          }
        />
      )}
    </>
  );
}

function SiteConformity(props: {
  readonly site: Site;
  /** Of the address. */
  readonly day: string | undefined;
  readonly onDay: (day: string | undefined) => void;
}): ReactElement {
  const { site } = props;
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const today = utcDayOf(useNow(60_000));
  const thisYear = Number(today.slice(0, 4));
  const [chosen, setChosen] = useChosenDay(today, props.day, props.onDay);
  const year = Number(chosen.slice(0, 4));
  const [importing, setImporting] = useState(false);
  const [adding, setAdding] = useState(false);
  const details = useRef<HTMLElement>(null);
  const { failure, run } = useFailure();
  const { data, error } = useQuery({
    queryKey: ['conformity', site.ref, 'days', year],
    queryFn: ({ signal }) =>
      client.conformity.days(
        { siteRef: site.ref, fromDay: `${year}-01-01`, toDay: `${year}-12-31` },
        { signal },
      ),
    refetchInterval: refreshMs,
    placeholderData: (before) => before,
  });
  useAgainWhenRunning('conformity');
  const changed = (): void => void queries.invalidateQueries({ queryKey: ['conformity'] });
  const goTo = (other: number): void => setChosen(other === thisYear ? today : `${other}-12-31`);
  return (
    <>
      <PageHead
        above={<MeasuredTabs />}
        title={titleOf(data, t)}
        subtitle={t('conformity.subtitle', { site: site.name, year })}
        actions={
          <>
            <div className="row-of year-steps" role="group" aria-label={t('conformity.year')}>
              <button
                type="button"
                className="button"
                aria-label={t('conformity.yearBefore', { year: year - 1 })}
                disabled={year <= firstYear}
                onClick={() => goTo(year - 1)}
              >
                <IconChevronLeft size={18} aria-hidden="true" />
              </button>
              <strong aria-live="polite">{year}</strong>
              <button
                type="button"
                className="button"
                aria-label={t('conformity.yearAfter', { year: year + 1 })}
                disabled={year >= thisYear}
                onClick={() => goTo(year + 1)}
              >
                <IconChevronRight size={18} aria-hidden="true" />
              </button>
            </div>
            <button type="button" className="button" onClick={() => setImporting(true)}>
              <IconUpload size={18} aria-hidden="true" /> {t('conformity.importRules')}
            </button>
            <button
              type="button"
              className="button"
              disabled={(data?.rules.length ?? 0) === 0}
              onClick={() =>
                run(async () => saveFile(await client.conformity.exportRules({ siteRef: site.ref })))
              }
            >
              <IconDownload size={18} aria-hidden="true" /> {t('conformity.exportRules')}
            </button>
            <button type="button" className="button filled" onClick={() => setAdding(true)}>
              <IconPlus size={18} aria-hidden="true" /> {t('conformity.add')}
            </button>
          </>
        }
      />
      {error === null && failure === undefined ? null : (
        <div className="page-body">
          <ErrorNotice error={failure ?? reportOf(error)} />
        </div>
      )}
      {data === undefined && error === null ? <Loading /> : null}
      {data === undefined ? null : (
        <div className="columns conformity">
          <div className="column-main">
            <section className="pane">
              <div className="pane-head">
                <h2>{t('conformity.calendar')}</h2>
                <CalendarLegend />
              </div>
              <YearCalendar
                year={year}
                days={data.days}
                today={today}
                chosen={chosen}
                onChoose={setChosen}
                onOpen={(day) => {
                  setChosen(day);
                  // Where the day stands below the calendar, a touch on it would seem to do nothing.
                  if (window.matchMedia('(max-width: 1179px)').matches)
                    details.current?.scrollIntoView({ block: 'nearest' });
                }}
              />
            </section>
          </div>
          <aside ref={details} className="column-side" aria-label={t('conformity.dayOf')}>
            <DayDetails day={chosen} today={today} data={data} />
          </aside>
          <div className="column-wide">
            <RulesPane siteRef={site.ref} year={year} rules={data.rules} onChanged={changed} />
            <ExcursionsPane siteRef={site.ref} year={year} />
          </div>
        </div>
      )}
      <RuleDrawer
        siteRef={site.ref}
        rule={undefined}
        opened={adding}
        onSaved={changed}
        onClose={() => setAdding(false)}
      />
      {importing ? <ImportDialog onImported={changed} onClose={() => setImporting(false)} /> : null}
    </>
  );
}

function titleOf(data: SiteYear | undefined, t: ReturnType<typeof useTranslation>['t']): string {
  const known = (data?.days ?? []).filter(({ readings }) => readings > 0);
  if (data === undefined) return t('conformity.title');
  if (data.rules.length === 0) return t('conformity.titleNoRules');
  if (known.length === 0) return t('conformity.titleNoDays');
  const kept = known.filter(({ complianceRate, rules }) => rules > 0 && complianceRate === 1).length;
  return t('conformity.titleKept', { kept, count: known.length });
}
