import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStack } from '../../app/live.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { BackupSettings } from '../backup/backup-settings.tsx';
import { DatabaseAccess } from './database-access.tsx';
import { NumberField, PortField } from './number-field.tsx';
import { PublishedNote } from './published-note.tsx';
import { portKeys, SettingGroup, useSetting } from './setting-group.tsx';
import { ViewsGroup } from './views-group.tsx';

/** What the stack keeps and how long; its state, its log and its backups are on the Stack page. */
export function StackSection(): ReactElement {
  const { t } = useTranslation();
  const stack = useStack();
  const used = stack?.kind === 'published';
  const { settings, change } = useSetting();
  return (
    <>
      {used ? <PublishedNote /> : null}
      <SettingGroup title={t('stack.storage')} body={t('stack.storageBody')}>
        <div className="port-row">
          <PortField
            label={t('settings.ports.postgres')}
            value={settings.postgresPort}
            others={portKeys.filter((key) => key !== 'postgresPort').map((key) => settings[key])}
            onChange={(postgresPort) => change({ postgresPort })}
          />
          <NumberField
            label={t('stack.sensorDays')}
            value={settings.sensorDataDays}
            min={7}
            max={3650}
            onChange={(sensorDataDays) => change({ sensorDataDays })}
          />
          <NumberField
            label={t('stack.heartbeatDays')}
            value={settings.heartbeatDays}
            min={7}
            max={3650}
            onChange={(heartbeatDays) => change({ heartbeatDays })}
          />
          <NumberField
            label={t('stack.quarantinePerDevice')}
            value={settings.quarantinePerDevice}
            min={10}
            max={1_000_000}
            onChange={(quarantinePerDevice) => change({ quarantinePerDevice })}
          />
          <NumberField
            label={t('stack.quarantineTotal')}
            value={settings.quarantineTotal}
            min={100}
            max={10_000_000}
            onChange={(quarantineTotal) => change({ quarantineTotal })}
          />
        </div>
        {!used &&
        typeof stack?.database.port === 'number' &&
        stack.database.port !== settings.postgresPort ? (
          <p role="status">
            <StatusGlyph kind="warn" /> {t('settings.ports.restart')}
          </p>
        ) : null}
      </SettingGroup>
      {used ? null : <ViewsGroup />}
      <SettingGroup title={t('import.title')} body={t('import.subtitle')}>
        <div className="row-of">
          <Link to="/import" className="button">
            {t('import.open')}
          </Link>
        </div>
      </SettingGroup>
      <SettingGroup title={t('backup.settings')} body={t('backup.body')}>
        <BackupSettings settings={settings} change={change} />
        <NumberField
          label={t('backup.keep')}
          value={settings.backupsKept}
          min={1}
          max={1000}
          onChange={(backupsKept) => change({ backupsKept })}
        />
      </SettingGroup>
      <DatabaseAccess />
    </>
  );
}
