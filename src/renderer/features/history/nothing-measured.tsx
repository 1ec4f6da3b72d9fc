import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from '../../app/live.ts';
import { momentText } from '../../components/chart/time-axis.ts';
import type { ViewRange } from '../../components/chart/view-range.ts';
import { EmptyState } from '../../components/page-head.tsx';
import type { HistoryAddress } from './history-address.ts';

/** Says where there are readings, when the range has none, and leads there. */
export function NothingMeasured(props: {
  readonly macs: readonly string[];
  readonly range: ViewRange;
  readonly change: (change: Partial<HistoryAddress>) => void;
}): ReactElement | null {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const { macs, range } = props;
  const { data } = useQuery({
    queryKey: ['history', 'extent', macs],
    queryFn: ({ signal }) => client.history.extent({ macs: [...macs] }, { signal }),
  });
  if (data === undefined) return null;
  const last = data.items.reduce((ms, { lastMs }) => Math.max(ms, lastMs ?? 0), 0);
  if (last === 0)
    return <EmptyState title={t('history.neverMeasured')} body={t('history.neverMeasuredBody')} />;
  const spanMs = range.toMs - range.fromMs;
  return (
    <EmptyState
      title={t('history.nothingHere')}
      body={t('history.nothingHereBody', { last: momentText(last, i18n.language) })}
      action={
        <button
          type="button"
          className="button"
          onClick={() =>
            props.change({
              picked: {
                kind: 'fixed',
                fromMs: Math.round(last - spanMs * 0.9),
                toMs: Math.round(last + spanMs * 0.1),
              },
              zoom: undefined,
            })
          }
        >
          {t('history.showLast')}
        </button>
      }
    />
  );
}
