import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CentralFacts } from '../../../shared/contract/sync.ts';
import { formatDuration } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';

/** What was found about a central database, with all that a person should know before rows go there. */
export function CentralNotes({ facts }: { readonly facts: CentralFacts }): ReactElement {
  const { t } = useTranslation();
  const held = facts.relations.filter(({ reason }) => reason !== null);
  return (
    <div className="sync-notes" role="status">
      <p>
        <StatusGlyph kind="ok" /> {t('sync.answers', { version: facts.serverVersion, user: facts.user })}{' '}
        {t(facts.encrypted ? 'sync.encrypted' : 'sync.inTheClear')}
      </p>
      {facts.clockOff ? (
        <p>
          <StatusGlyph kind="warn" />{' '}
          {t(facts.clockAheadMs > 0 ? 'sync.clockAhead' : 'sync.clockBehind', {
            by: formatDuration(Math.abs(facts.clockAheadMs) / 1000),
          })}
        </p>
      ) : null}
      {facts.newerSchema === null ? null : (
        <p>
          <StatusGlyph kind="warn" /> {t('sync.newerSchema', { version: facts.newerSchema })}
        </p>
      )}
      {held.map(({ relation, reason }) => (
        <p key={relation} className="secondary">
          {t(`sync.relation.${relation}`, { defaultValue: relation })}:{' '}
          {t(`sync.reason.${reason ?? 'missing'}`)}
        </p>
      ))}
      {facts.ownTablesSql === null ? null : (
        <>
          <p>{t('sync.ownTablesSql')}</p>
          <pre className="mono sync-sql">{facts.ownTablesSql}</pre>
        </>
      )}
    </div>
  );
}
