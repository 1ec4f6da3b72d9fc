import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SyncRun } from '../../../shared/contract/sync.ts';
import { useClient } from '../../app/live.ts';
import { formatDate, formatNumber, formatTime } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';

/** What was sent when, and when it was confirmed; newest first. @param renew changes whenever a run ended */
export function Ledger({ renew }: { readonly renew: string }): ReactElement {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const { data } = useQuery({
    queryKey: ['sync-runs', renew],
    queryFn: ({ signal }) => client.sync.runs({}, { signal }),
  });
  const when = (ms: number): string => `${formatDate(ms, i18n.language)} ${formatTime(ms, true)}`;
  if (data === undefined) return <p className="secondary">…</p>;
  if (data.items.length === 0) return <p className="secondary">{t('sync.noRuns')}</p>;
  return (
    <ul className="sync-ledger">
      {data.items.map((item) => (
        <li key={item.id}>
          <StatusGlyph kind={item.outcome === 'done' ? 'ok' : 'warn'} />
          <div>
            <strong>{t(`sync.kind.${item.kind}`, { target: item.target })}</strong>
            <p className="secondary">
              {when(item.startedMs)} · {t(`sync.outcome.${outcomeKey(item)}`, { code: item.outcome })}
            </p>
            {item.relations.map(({ relation, inserted, replaced, confirmedMs }) => (
              <p key={relation} className="secondary">
                {t('sync.sent', {
                  relation: t(`sync.relation.${relation}`, { defaultValue: relation }),
                  inserted: formatNumber(inserted),
                  replaced: formatNumber(replaced),
                  when: confirmedMs === null ? '-' : when(confirmedMs),
                })}
              </p>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** An end by an error is named by its code. */
function outcomeKey({ outcome }: SyncRun): 'done' | 'interrupted' | 'failed' {
  return outcome === 'done' || outcome === 'interrupted' ? outcome : 'failed';
}
