import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SyncResult } from '../../../shared/contract/sync.ts';
import { formatNumber } from '../../components/format.ts';
import { CentralNotes } from './central-notes.tsx';

const columns = ['inserted', 'replaced', 'unchanged', 'conflicts', 'held'] as const;

/** What a run did, or a dry run would do, table by table. */
export function SyncResultView({ result }: { readonly result: SyncResult }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="sync-result">
      <p role="status" className="strong">
        {result.dryRun
          ? t('sync.dryDone')
          : t('sync.done', { count: result.unsynced, rows: formatNumber(result.unsynced) })}
      </p>
      <CentralNotes facts={result.central} />
      <div className="sync-table">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('sync.column.relation')}</th>
              {columns.map((name) => (
                <th key={name} scope="col" className="number">
                  {t(`sync.column.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.counts.map((counts) => (
              <tr key={counts.relation}>
                <th scope="row">
                  {t(`sync.relation.${counts.relation}`, { defaultValue: counts.relation })}
                  {counts.reason === null ? null : (
                    <span className="secondary">{t(`sync.reason.${counts.reason}`)}</span>
                  )}
                </th>
                {columns.map((name) => (
                  <td key={name} className="number">
                    {formatNumber(counts[name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
