import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { TimelineEvent } from '../../../shared/contract/health.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import type { MacAddress } from '../../../shared/domain/mac-address.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useClient, useNow } from '../../app/live.ts';
import { useAgainWhenRunning } from '../../app/use-again-when-running.ts';
import { momentText } from '../../components/chart/time-axis.ts';
import { formatTime } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { timelineEntries, type FoundBreach } from './timeline-entries.ts';
import { eventGlyph, eventText } from './timeline-words.ts';

const pageOf = 25;
const againEveryMs = 15_000;

/** A breach that the charts found, in words. */
interface ToldBreach extends FoundBreach {
  readonly glyph: GlyphKind;
  readonly text: string;
}

/** Everything that happened to a device, newest first, page by page. */
export function Timeline(props: {
  readonly mac: MacAddress;
  readonly breaches: readonly ToldBreach[];
  /** The charts looked for breaches from here on. */
  readonly lookedFromMs: number;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const today = new Date(useNow(60_000)).toDateString();
  const { mac, breaches, lookedFromMs } = props;
  useAgainWhenRunning('health');
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['health', 'timeline', mac],
    queryFn: ({ pageParam, signal }) =>
      client.health.timeline(
        { mac, limit: pageOf, ...(pageParam === undefined ? {} : { beforeMs: pageParam }) },
        { signal },
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ nextBeforeMs }) => nextBeforeMs ?? undefined,
    // Who reads far back is not asked for every page again.
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : againEveryMs),
  });
  const entries =
    data === undefined
      ? []
      : timelineEntries(
          data.pages.flatMap(({ items }): readonly TimelineEvent[] => items),
          data.pages.at(-1)?.nextBeforeMs ?? null,
          breaches,
          lookedFromMs,
        );
  return (
    <section className="pane device-events timeline" aria-label={t('health.timeline.title')}>
      <h2>{t('health.timeline.title')}</h2>
      {error === null ? null : <ErrorNotice error={reportOf(error)} />}
      {data !== undefined && entries.length === 0 ? (
        <p className="secondary">{t('health.timeline.none')}</p>
      ) : null}
      <ul>
        {entries.map((entry) => (
          <li key={entry.key}>
            <span className="event-time">
              {new Date(entry.timeMs).toDateString() === today
                ? formatTime(entry.timeMs)
                : momentText(entry.timeMs, i18n.language)}
            </span>
            <StatusGlyph kind={entry.type === 'event' ? eventGlyph(entry.event) : entry.breach.glyph} />
            <span>{entry.type === 'event' ? eventText(entry.event, t) : entry.breach.text}</span>
          </li>
        ))}
      </ul>
      {hasNextPage ? (
        <button
          type="button"
          className="button"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t('health.timeline.older')}
        </button>
      ) : null}
    </section>
  );
}
