import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStack, useSync } from '../../app/live.ts';
import { SettingGroup } from '../settings/setting-group.tsx';
import { Ledger } from './ledger.tsx';
import { TargetForm } from './target-form.tsx';
import { TargetPanel } from './target-panel.tsx';
import './sync.css';

/** Settings, central database: where rows go, what waits, and what was sent. */
export function SyncSection(): ReactElement {
  const { t } = useTranslation();
  const sync = useSync();
  const running = useStack()?.phase === 'running';
  const [adding, setAdding] = useState(false);
  if (!running || sync === undefined)
    return (
      <SettingGroup title={t('sync.title')} body={t('sync.body')}>
        <p className="secondary">{t('stack.access.stopped')}</p>
      </SettingGroup>
    );
  const { targets } = sync;
  return (
    <>
      {targets.map((target) => (
        <SettingGroup key={target.id} title={target.name} body={t('sync.body')}>
          <TargetPanel target={target} running={sync.running} />
        </SettingGroup>
      ))}
      <SettingGroup title={t('sync.add')} body={t('sync.addBody')}>
        {adding ? (
          <TargetForm target={undefined} onDone={() => setAdding(false)} />
        ) : (
          <div className="row-of">
            <button
              type="button"
              className={targets.length === 0 ? 'button filled' : 'button'}
              onClick={() => setAdding(true)}
            >
              {t('sync.addAction')}
            </button>
          </div>
        )}
      </SettingGroup>
      <SettingGroup title={t('sync.ledger')} body={t('sync.ledgerBody')}>
        <Ledger renew={targets.map(({ syncedMs, unsynced }) => `${syncedMs}.${unsynced}`).join()} />
      </SettingGroup>
    </>
  );
}
