import { useQuery } from '@tanstack/react-query';
import { useEffect, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportRecord } from '../../../shared/contract/readings-import.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { formatDate, formatNumber, formatTime } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { useImportWork } from './import-work.ts';
import { utc } from './look-table.tsx';

const refreshMs = 5_000;
const glyphs: Readonly<Record<ImportRecord['state'], GlyphKind>> = {
  running: 'busy',
  undoing: 'busy',
  done: 'ok',
  interrupted: 'bad',
  'undo-interrupted': 'bad',
  undone: 'idle',
};

/** All imports into this database, newest first, each to be taken back. */
export function ImportList(): ReactElement {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const { running, undo } = useImportWork();
  const { data, error, refetch } = useQuery({
    queryKey: ['imports'],
    queryFn: ({ signal }) => client.readingsImport.list({}, { signal }),
    refetchInterval: refreshMs,
  });
  useEffect(() => {
    if (running === undefined) void refetch();
  }, [running, refetch]);
  const items = data?.items ?? [];
  return (
    <section className="pane import-list" aria-labelledby="imports-title">
      <h2 id="imports-title">{t('import.list')}</h2>
      {error === null ? null : <ErrorNotice error={reportOf(error)} />}
      {data !== undefined && items.length === 0 ? <p className="secondary">{t('import.none')}</p> : null}
      <ul>
        {items.map((item) => (
          <li key={item.id}>
            <StatusGlyph kind={glyphs[item.state]} />
            <div>
              <strong>{item.fileName}</strong>
              <p className="secondary">
                {t(`import.state.${item.state}`)} · {formatDate(item.startedMs, i18n.language)}{' '}
                {formatTime(item.startedMs)}
              </p>
              <p className="secondary">
                {t('import.summary', {
                  added: formatNumber(item.added),
                  replaced: formatNumber(item.replaced),
                })}
              </p>
              {item.fromMs === null || item.toMs === null ? null : (
                <p className="secondary">
                  {t('import.fromTo', { from: utc(item.fromMs), to: utc(item.toMs) })}
                </p>
              )}
            </div>
            {item.state === 'undone' ||
            item.state === 'running' ||
            item.state === 'undoing' ? null : running !== undefined ? (
              <button type="button" className="button danger" disabled>
                {t('import.undo')}
              </button>
            ) : (
              <ConfirmButton
                label={t('import.undo')}
                name={t('import.undoNamed', { name: item.fileName })}
                title={t('import.undoTitle', { name: item.fileName })}
                body={t('import.undoBody', {
                  added: formatNumber(item.added),
                  replaced: formatNumber(item.replaced),
                })}
                onConfirm={() => void undo(client, item.id)}
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
