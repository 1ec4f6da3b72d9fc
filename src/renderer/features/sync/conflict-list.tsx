import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SyncConflict, SyncDecision, SyncTarget } from '../../../shared/contract/sync.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';

const decisions: readonly SyncDecision[] = ['theirs', 'ours'];

/** Rows that the central database has otherwise and not older: each side, and the question which one stays. */
export function ConflictList({ target }: { readonly target: SyncTarget }): ReactElement | null {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const { failure, run } = useFailure();
  const { data } = useQuery({
    queryKey: ['sync-conflicts', target.id, target.openConflicts],
    queryFn: ({ signal }) => client.sync.conflicts({ target: target.id }, { signal }),
    enabled: target.openConflicts > 0,
  });
  if (target.openConflicts === 0) return null;
  const decide = (decision: SyncDecision, conflict?: number): void =>
    run(async () => {
      await client.sync.decide({
        target: target.id,
        decision,
        ...(conflict === undefined ? {} : { conflict }),
      });
      await queries.invalidateQueries({ queryKey: ['sync-conflicts'] });
    });
  return (
    <section className="sync-conflicts" aria-label={t('sync.conflictsTitle')}>
      <p className="strong">
        <StatusGlyph kind="warn" /> {t('sync.conflicts', { count: target.openConflicts })}
      </p>
      <p className="secondary">{t('sync.conflictsBody')}</p>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <div className="row-of">
        {decisions.map((decision) => (
          <button key={decision} type="button" className="button" onClick={() => decide(decision)}>
            {t(`sync.decideAll.${decision}`)}
          </button>
        ))}
      </div>
      <ul>
        {data?.items.map((conflict) => (
          <li key={conflict.id}>
            <strong>
              {t(`sync.relation.${conflict.relation}`, { defaultValue: conflict.relation })} {conflict.key}
            </strong>
            <p className="secondary">{t('sync.side.ours', { row: differing(conflict, 'ours') })}</p>
            <p className="secondary">{t('sync.side.theirs', { row: differing(conflict, 'theirs') })}</p>
            <div className="row-of">
              {decisions.map((decision) => (
                <button
                  key={decision}
                  type="button"
                  className="button"
                  aria-label={t(`sync.decideNamed.${decision}`, { key: conflict.key })}
                  onClick={() => decide(decision, conflict.id)}
                >
                  {t(`sync.decide.${decision}`)}
                </button>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The columns in which the two differ, as one line. */
function differing({ ours, theirs }: SyncConflict, side: SyncDecision): string {
  const row = side === 'ours' ? ours : theirs;
  return Object.keys(row)
    .filter((name) => JSON.stringify(ours[name]) !== JSON.stringify(theirs[name]))
    .map((name) => `${name} ${JSON.stringify(row[name])}`)
    .join(', ');
}
