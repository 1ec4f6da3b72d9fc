import './history.css';
import { Link } from '@tanstack/react-router';
import { useEffect, useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useBoard } from '../../app/live.ts';
import { useAgainWhenRunning } from '../../app/use-again-when-running.ts';
import { useUi } from '../../app/ui-state.ts';
import { ChartView } from '../../components/chart/chart-view.ts';
import { Loading } from '../../components/loading.tsx';
import { MeasuredTabs } from '../../components/measured-tabs.tsx';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import { viewsOf, type DeviceView } from '../devices/device-view.ts';
import { HistoryBody } from './history-body.tsx';
import { asChosen, rangeAt, useHistoryAddress } from './history-address.ts';
import { sensorsOf } from './history-sensors.ts';
import { useCurrentRange } from './use-current-range.ts';
import { useHistoryKeys } from './use-history-keys.ts';

/** What was measured, over any range, of one device or of several beside each other. */
export function HistoryPage(): ReactElement {
  const { t } = useTranslation();
  const board = useBoard();
  const siteRef = useUi((state) => state.siteRef);
  // Nothing here depends on how long ago a device was heard.
  const views = useMemo(() => viewsOf(board, siteRef, 0).toSorted(byLabel), [board, siteRef]);
  if (board === undefined) return <Loading />;
  if (views.length === 0)
    return (
      <>
        <PageHead above={<MeasuredTabs />} title={t('history.title')} subtitle={t('history.none')} />
        <EmptyState
          title={t('history.noDevices')}
          body={t('history.noDevicesBody')}
          action={
            <Link to="/devices" className="button">
              {t('devices.nav')}
            </Link>
          }
        />
      </>
    );
  return <History views={views} all={viewsOf(board, null, 0)} />;
}

function History({
  views,
  all,
}: {
  /** Of the site looked at. */
  readonly views: readonly DeviceView[];
  readonly all: readonly DeviceView[];
}): ReactElement {
  const [address, change] = useHistoryAddress();
  const [hiddenLimits, setHiddenLimits] = useState<ReadonlySet<string>>(new Set());
  const [withBand, setWithBand] = useState(true);
  const [withGaps, setWithGaps] = useState(true);
  const [gapMinutes, setGapMinutes] = useState(5);
  const sensors = useStable(sensorsOf(address.sensors, views, all));
  const chosen = address.zoom ?? address.picked;
  const newest = sensors.reduce((ms, { view }) => Math.max(ms, view.device.readingMs ?? 0), 0);
  const range = useCurrentRange(chosen, newest);
  const [view] = useState(() => new ChartView(rangeAt(chosen, Date.now())));
  useEffect(() => view.show(range), [view, range]);
  useEffect(() => {
    view.tell({
      onRest: (left) => change({ zoom: asChosen(left, Date.now()) }),
      onReset: () => change({ zoom: undefined }),
    });
  }, [view, change]);
  useHistoryKeys(view);
  useAgainWhenRunning('history');
  return (
    <HistoryBody
      address={address}
      change={change}
      sensors={sensors}
      hiddenLimits={hiddenLimits}
      range={range}
      view={view}
      withBand={withBand}
      withGaps={withGaps}
      gapMs={gapMinutes * 60_000}
      pane={{
        views,
        onChoose: (macs) => change({ sensors: macs }),
        hiddenLimits,
        onHideLimits: setHiddenLimits,
        withBand,
        onBand: setWithBand,
        withGaps,
        onGaps: setWithGaps,
        gapMinutes,
        onGapMinutes: setGapMinutes,
      }}
    />
  );
}

function byLabel(a: DeviceView, b: DeviceView): number {
  return a.label.localeCompare(b.label, undefined, { numeric: true });
}

/** The board changes with every reading; who is shown does not. */
function useStable<T extends readonly { readonly mac: string }[]>(sensors: T): T {
  const text = JSON.stringify(sensors);
  // oxlint-disable-next-line react/exhaustive-deps
  return useMemo(() => sensors, [text]);
}
