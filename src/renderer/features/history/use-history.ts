import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type {
  Annotation,
  RangeStatistics,
  RangeSummary,
  SeriesAnswer,
} from '../../../shared/contract/history.ts';
import { useClient } from '../../app/live.ts';
import type { ViewRange } from '../../components/chart/view-range.ts';

/** Answers of ranges that were left are of no use soon. */
const keepMs = 30_000;
const widthStep = 50;

interface Asked extends ViewRange {
  readonly macs: readonly string[];
}

/** The points of a range. A range that is left takes its question back; the last answer stays until the next. */
export function useSeries(
  asked: Asked & { readonly widthPx: number; readonly gapMs: number },
): UseQueryResult<SeriesAnswer> {
  const client = useClient();
  const { macs, fromMs, toMs, gapMs } = asked;
  // A window drawn wider by a few pixels is no other question.
  const widthPx = Math.max(widthStep, Math.round(asked.widthPx / widthStep) * widthStep);
  return useQuery({
    queryKey: ['history', 'series', macs, fromMs, toMs, widthPx, gapMs],
    queryFn: ({ signal }) =>
      client.history.series({ macs: [...macs], fromMs, toMs, widthPx, gapMs }, { signal }),
    enabled: macs.length > 0 && asked.widthPx > 0,
    placeholderData: keepPreviousData,
    gcTime: keepMs,
    structuralSharing: false,
  });
}

export function useSummary(
  asked: Asked & { readonly gapMs: number },
): UseQueryResult<{ readonly items: readonly RangeSummary[] }> {
  const client = useClient();
  const { macs, gapMs } = asked;
  const { fromMs, toMs } = inSteps(asked, 2_000);
  return useQuery({
    queryKey: ['history', 'summary', macs, fromMs, toMs, gapMs],
    queryFn: ({ signal }) => client.history.summary({ macs: [...macs], fromMs, toMs, gapMs }, { signal }),
    enabled: macs.length > 0,
    placeholderData: keepPreviousData,
    gcTime: keepMs,
  });
}

/** From every raw row, so it may come seconds later; a range that follows now asks rarely. */
export function useStatistics(asked: Asked): UseQueryResult<{ readonly items: readonly RangeStatistics[] }> {
  const client = useClient();
  const { macs } = asked;
  const { fromMs, toMs } = inSteps(asked, 100);
  return useQuery({
    queryKey: ['history', 'statistics', macs, fromMs, toMs],
    queryFn: ({ signal }) => client.history.statistics({ macs: [...macs], fromMs, toMs }, { signal }),
    enabled: macs.length > 0,
    placeholderData: keepPreviousData,
    gcTime: keepMs,
  });
}

export function useAnnotations(asked: Asked): UseQueryResult<{ readonly items: readonly Annotation[] }> {
  const client = useClient();
  const { macs } = asked;
  const { fromMs, toMs } = inSteps(asked, 200);
  return useQuery({
    queryKey: ['history', 'annotations', macs, fromMs, toMs],
    queryFn: ({ signal }) =>
      // One written just now belongs to a range that ends now.
      client.history.annotations({ macs: [...macs], fromMs, toMs: toMs + (toMs - fromMs) / 200 }, { signal }),
    enabled: macs.length > 0,
    placeholderData: keepPreviousData,
    gcTime: keepMs,
  });
}

/** Moved on in steps of a part of itself, at least two seconds, so that following now asks less often. */
function inSteps({ fromMs, toMs }: ViewRange, parts: number): ViewRange {
  const step = Math.max(2_000, Math.floor((toMs - fromMs) / parts));
  const end = Math.max(fromMs + 1, Math.floor(toMs / step) * step);
  return { fromMs: Math.min(fromMs, end - 1), toMs: toMs - end < step ? end : toMs };
}
