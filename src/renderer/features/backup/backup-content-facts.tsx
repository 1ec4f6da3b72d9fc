import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BackupContent } from '../../../shared/contract/backup.ts';
import { formatBytes, formatDate, formatNumber, formatTime } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';

const sitesNamed = 6;
const counted = [
  ['devices', 'public.devices'],
  ['readings', 'public.sensor_data'],
  ['heartbeats', 'public.device_heartbeats'],
] as const;

/** What a backup holds, where it is from, and what stands in the way of restoring it here. */
export function BackupContentFacts({ content }: { readonly content: BackupContent }): ReactElement {
  const { t, i18n } = useTranslation();
  const { database, targetHolds, migratesForward, sites, leftOut } = content;
  const day = (ms: number): string => `${formatDate(ms, i18n.language)} ${new Date(ms).getFullYear()}`;
  const rowsOf = (relation: string): string => {
    const found = content.relations.find(({ name }) => name === relation);
    const rows = formatNumber(found?.rows ?? 0);
    return found === undefined || found.fromMs === null || found.toMs === null
      ? rows
      : t('backup.dialog.range', { rows, from: day(found.fromMs), to: day(found.toMs) });
  };
  const names = sites
    .slice(0, sitesNamed)
    .map(({ ref, name }) => (name === '' ? ref : name))
    .join(', ');
  const facts: readonly (readonly [string, string])[] = [
    [t('backup.dialog.made'), `${day(content.createdMs)} ${formatTime(content.createdMs)}`],
    [
      t('backup.dialog.from'),
      t('backup.dialog.fromValue', {
        database: database.name,
        server: `${database.kind === 'postgresql' ? 'PostgreSQL' : 'TimescaleDB'} ${database.version}`,
        version: content.appVersion,
      }),
    ],
    [t('backup.dialog.size'), formatBytes(content.fileBytes)],
    [
      t('backup.dialog.schema'),
      migratesForward.length === 0
        ? content.schema
        : t('backup.dialog.schemaForward', { schema: content.schema, count: migratesForward.length }),
    ],
    [
      t('backup.dialog.sites'),
      sites.length > sitesNamed
        ? t('backup.dialog.more', { names, count: sites.length - sitesNamed })
        : names || '–',
    ],
    ...counted.map(([key, relation]) => [t(`backup.dialog.${key}`), rowsOf(relation)] as const),
  ];
  return (
    <div className="backup-content">
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>
        <StatusGlyph kind="ok" /> {t('backup.dialog.whole')}
      </p>
      {leftOut.length === 0 ? null : (
        <p>
          <StatusGlyph kind="warn" /> {t('backup.dialog.leftOut', { names: leftOut.join(', ') })}
        </p>
      )}
      {content.auditChainIntact ? null : (
        <p>
          <StatusGlyph kind="warn" /> {t('backup.dialog.chainBroken')}
        </p>
      )}
      <p role="status">
        {targetHolds === null ? (
          <>
            <StatusGlyph kind="idle" /> {t('backup.dialog.noTarget')}
          </>
        ) : targetHolds.length === 0 ? (
          <>
            <StatusGlyph kind="ok" /> {t('backup.dialog.empty')}
          </>
        ) : (
          <>
            <StatusGlyph kind="bad" />{' '}
            {t('backup.dialog.holds', {
              what: targetHolds.map(({ name, rows }) => `${name} ${formatNumber(rows)}`).join(', '),
            })}
          </>
        )}
      </p>
    </div>
  );
}
