import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient, useStack } from '../../app/live.ts';
import { CopyLine } from '../../components/copy-line.tsx';
import { passwordLine, psqlLine } from './psql-lines.ts';
import { SettingGroup } from './setting-group.tsx';

/** How other programs reach the database that is in use; the password itself is on no screen. */
export function DatabaseAccess(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const stack = useStack();
  const database = stack?.database;
  const { data: info } = useQuery({
    queryKey: ['info'],
    queryFn: ({ signal }) => client.system.info({}, { signal }),
  });
  if (database === undefined || database.port === null || info === undefined) {
    return (
      <SettingGroup title={t('stack.access.title')} body={t('stack.access.body')}>
        <p className="secondary">{t('stack.access.stopped')}</p>
      </SettingGroup>
    );
  }
  const { address, port, databaseName, user } = database;
  const facts = [
    ['host', address],
    ['port', String(port)],
    ['database', databaseName],
    ['user', user],
  ] as const;
  return (
    <SettingGroup title={t('stack.access.title')} body={t('stack.access.body')}>
      <dl className="facts">
        {facts.map(([key, value]) => (
          <div key={key}>
            <dt>{t(`stack.access.${key}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div>
        <p>{t('stack.access.asks')}</p>
        <CopyLine line={psqlLine(database, port)} name={t('stack.access.copyAsks')} />
      </div>
      {stack?.kind === 'published' ? null : (
        <div>
          <p>{t(info.os === 'win32' ? 'stack.access.shows' : 'stack.access.takes')}</p>
          <CopyLine line={passwordLine(info.os, info.dataFolder)} name={t('stack.access.copyTakes')} />
        </div>
      )}
    </SettingGroup>
  );
}
