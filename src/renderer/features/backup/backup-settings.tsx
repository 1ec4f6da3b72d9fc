import { Switch, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../shared/contract/settings.ts';
import { useBackup } from '../../app/live.ts';

const isFullPath = (path: string): boolean => /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(path);

const timeOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

function minuteOf(text: string): number | undefined {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim()) ?? [];
  return hours === undefined || minutes === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}

/** When backups are made by themselves and where they go. */
export function BackupSettings(props: {
  readonly settings: Settings;
  change: (patch: Partial<Settings>) => void;
}): ReactElement {
  const { t } = useTranslation();
  const { settings, change } = props;
  const folder = useBackup()?.folder ?? '';
  const [time, setTime] = useState(timeOf(settings.backupAtMinute));
  const [path, setPath] = useState(settings.backupFolder);
  const minute = minuteOf(time);
  const badPath = path.trim() !== '' && !isFullPath(path.trim());
  const takeTime = (): void => {
    if (minute !== undefined && minute !== settings.backupAtMinute) change({ backupAtMinute: minute });
  };
  const takePath = (): void => {
    if (!badPath && path.trim() !== settings.backupFolder) change({ backupFolder: path.trim() });
  };
  return (
    <>
      <Switch
        label={t('backup.daily')}
        checked={settings.backupDaily}
        onChange={(event) => change({ backupDaily: event.currentTarget.checked })}
      />
      <TextInput
        label={t('backup.at')}
        value={time}
        maxLength={5}
        error={minute === undefined ? t('backup.timeBad') : null}
        onChange={(event) => setTime(event.target.value)}
        onBlur={takeTime}
        onKeyDown={(event) => event.key === 'Enter' && takeTime()}
      />
      <TextInput
        label={t('backup.folder')}
        description={t('backup.folderHint', { folder })}
        value={path}
        maxLength={1000}
        error={badPath ? t('backup.folderBad') : null}
        onChange={(event) => setPath(event.target.value)}
        onBlur={takePath}
        onKeyDown={(event) => event.key === 'Enter' && takePath()}
      />
    </>
  );
}
