import { IconUsb } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient, useIngest, useNow, useStack } from '../../app/live.ts';
import { useUi } from '../../app/ui-state.ts';
import { formatNumber, humidityUnit } from '../../components/format.ts';
import { LimitScale } from '../../components/limit-scale.tsx';
import { MessageBars } from '../../components/message-bars.tsx';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { viewsOf, type DeviceView } from '../devices/device-view.ts';
import { HealthSummary } from '../health/health-summary.tsx';
import { useWaitingBoards } from '../provision/waiting-boards.ts';
import { NeedsYou } from './needs-you.tsx';

const activityMinutes = 60;
const activityEveryMs = 5_000;

/** Is this installation healthy? The answer is the title. */
export function Overview(): ReactElement {
  const { t } = useTranslation();
  const board = useBoard();
  const stack = useStack();
  const client = useClient();
  const siteRef = useUi((state) => state.siteRef);
  const now = useNow();
  const { failure, run } = useFailure();
  const { boards, blank } = useWaitingBoards();
  const views = viewsOf(board, siteRef, now);
  const online = views.filter((view) => view.presence === 'online').length;
  const stopped = stack?.phase !== 'running';
  return (
    <>
      <PageHead
        title={
          views.length === 0 ? t('overview.noSensors') : t('overview.title', { online, count: views.length })
        }
        subtitle={stopped ? t('overview.stopped') : subtitleOf(views, t)}
        actions={
          stopped ? (
            <button
              type="button"
              className="button filled large"
              disabled={stack?.phase === 'starting'}
              onClick={() => run(() => client.stack.start({}))}
            >
              {stack?.phase === 'starting' && stack.step !== null
                ? t(`stack.steps.${stack.step}`)
                : t('strip.startStack')}
            </button>
          ) : (
            <>
              <Link to="/conformity" className="button large">
                {t('conformity.nav')}
              </Link>
              <Link to="/devices" className={boards === 0 ? 'button filled large' : 'button large'}>
                {t('overview.showDevices')}
              </Link>
              {boards === 0 ? null : (
                <Link to="/provision" className="button filled large">
                  <IconUsb size={18} aria-hidden="true" />
                  {t(blank === 0 ? 'provision.overview' : 'provision.overviewBlank', {
                    count: blank === 0 ? boards : blank,
                  })}
                </Link>
              )}
            </>
          )
        }
      />
      {stack === undefined || stack.error === null ? null : (
        <div className="page-body">
          <ErrorNotice error={stack.error} />
        </div>
      )}
      {failure === undefined || (stack?.error ?? null) !== null ? null : (
        <div className="page-body">
          <ErrorNotice error={failure} />
        </div>
      )}
      <div className="columns">
        <div className="column-main">
          <Zones views={views} />
          <Activity />
        </div>
        <aside className="column-side" aria-label={t('overview.needsYou')}>
          <NeedsYou views={views} />
          <HealthSummary siteRef={siteRef} />
          <Numbers count={views.length} />
        </aside>
      </div>
    </>
  );
}

function subtitleOf(views: readonly DeviceView[], t: ReturnType<typeof useTranslation>['t']): string {
  const offline = views.filter((view) => view.presence === 'offline').length;
  const late = views.filter((view) => view.presence === 'warning').length;
  const outside = views
    .filter((view) => view.outside && view.presence === 'online')
    .map((view) => view.label);
  if (views.length === 0) return t('overview.waiting');
  const presence =
    offline + late === 0 ? t('overview.allOnline') : t('overview.someSilent', { offline, late });
  const limits =
    outside.length === 0
      ? t('overview.allInside')
      : t('overview.someOutside', { count: outside.length, names: outside.slice(0, 3).join(', ') });
  return `${presence} ${limits}`;
}

function Zones({ views }: { readonly views: readonly DeviceView[] }): ReactElement {
  const { t } = useTranslation();
  const groups = new Map<number | null, DeviceView[]>();
  for (const view of views)
    groups.set(view.zone?.id ?? null, [...(groups.get(view.zone?.id ?? null) ?? []), view]);
  return (
    <section className="pane">
      <div className="pane-head">
        <h2>{t('overview.zones')}</h2>
        <span className="hint">{t('overview.zonesHint')}</span>
      </div>
      {views.length === 0 ? (
        <EmptyState
          title={t('overview.emptyTitle')}
          body={t('overview.emptyBody')}
          action={
            <Link to="/settings/$section" params={{ section: 'broker' }} className="button">
              {t('overview.emptyAction')}
            </Link>
          }
        />
      ) : (
        <table className="zones">
          <thead>
            <tr>
              <th scope="col">{t('overview.zone')}</th>
              <th scope="col" aria-label={t('overview.range')}>
                <span className="scale-heads">
                  <span>{t('overview.tooCold')}</span>
                  <span>{t('overview.range')}</span>
                  <span>{t('overview.tooWarm')}</span>
                </span>
              </th>
              <th scope="col" className="number">
                {t('overview.mean')}
              </th>
              <th scope="col">{t('overview.sensors')}</th>
            </tr>
          </thead>
          <tbody>
            {[...groups.values()].map((group) => (
              <ZoneRow key={group[0]?.zone?.id ?? 0} views={group} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function ZoneRow({ views }: { readonly views: readonly DeviceView[] }): ReactElement {
  const { t } = useTranslation();
  const zone = views[0]?.zone;
  const min = zone?.temperatureMin ?? null;
  const max = zone?.temperatureMax ?? null;
  const live = views.filter((view) => view.presence !== 'offline');
  const online = views.filter((view) => view.presence === 'online').length;
  const kind =
    online === views.length ? 'ok' : views.some((view) => view.presence === 'offline') ? 'bad' : 'warn';
  return (
    <tr>
      <th scope="row">
        {zone?.name ?? t('overview.noZone')}
        <span className="secondary">
          {min === null || max === null
            ? t('components.noLimits')
            : t('overview.from', { min: formatNumber(min), max: formatNumber(max) })}
        </span>
      </th>
      <td>
        <LimitScale
          name={zone?.name ?? t('overview.noZone')}
          min={min}
          max={max}
          pointers={views.flatMap((view) =>
            view.device.temperature === null
              ? []
              : [{ label: view.label, value: view.device.temperature, silent: view.presence === 'offline' }],
          )}
        />
      </td>
      <td className="number">
        <Mean values={live.map((view) => view.device.temperature)} unit="°C" big />
        <Mean values={live.map((view) => view.device.humidity)} unit={humidityUnit()} />
      </td>
      <td>
        <span className="row-glyph">
          <StatusGlyph kind={kind} />
          <span className={kind === 'ok' ? '' : kind}>
            {t('overview.onlineOf', { online, count: views.length })}
          </span>
        </span>
        <span className="secondary under">{silentText(views, t)}</span>
      </td>
    </tr>
  );
}

function silentText(views: readonly DeviceView[], t: ReturnType<typeof useTranslation>['t']): string {
  const offline = views.filter((view) => view.presence === 'offline').length;
  const late = views.filter((view) => view.presence === 'warning').length;
  const parts = [
    ...(offline === 0 ? [] : [t('overview.offlineCount', { count: offline })]),
    ...(late === 0 ? [] : [t('overview.lateCount', { count: late })]),
  ];
  return parts.length === 0 ? t('overview.zoneOnline') : parts.join(', ');
}

function Mean({
  values,
  unit,
  big = false,
}: {
  readonly values: readonly (number | null)[];
  readonly unit: string;
  readonly big?: boolean;
}): ReactElement | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return (
    <span className={big ? 'mean' : 'mean-second'}>
      {formatNumber(mean, big ? 1 : 0)}
      {'\u202f'}
      <span className="unit">{unit}</span>
    </span>
  );
}

function Activity(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { data } = useQuery({
    queryKey: ['activity'],
    queryFn: ({ signal }) => client.ingest.activity({ minutes: activityMinutes }, { signal }),
    refetchInterval: activityEveryMs,
  });
  return (
    <section className="pane">
      <div className="pane-head">
        <h2>{t('overview.messages')}</h2>
        <span className="hint">{t('overview.perMinute')}</span>
      </div>
      {data === undefined ? null : (
        <MessageBars startMs={data.startMs} perMinute={data.perMinute} marks={data.marks} />
      )}
    </section>
  );
}

function Numbers({ count }: { readonly count: number }): ReactElement {
  const { t } = useTranslation();
  const ingest = useIngest();
  const quarantined = Object.values(ingest?.quarantined ?? {}).reduce((sum, value) => sum + value, 0);
  return (
    <section className="pane">
      <h2>{t('overview.sinceStart')}</h2>
      <dl className="facts">
        {(
          [
            ['installed', formatNumber(count)],
            ['stored', formatNumber(ingest?.stored ?? 0)],
            ['replaced', formatNumber(ingest?.replaced ?? 0)],
            ['quarantined', formatNumber(quarantined)],
            [
              'latency',
              ingest === undefined || ingest.latencyP99Ms === null
                ? '–'
                : `${formatNumber(ingest.latencyP99Ms)} ms`,
            ],
          ] as const
        ).map(([key, value]) => (
          <div key={key}>
            <dt>{t(`overview.numbers.${key}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
