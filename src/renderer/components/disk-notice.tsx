import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { StackState } from '../../shared/contract/stack.ts';
import { diskLevel, type DiskLevel } from '../../shared/domain/disk-level.ts';
import { formatBytes } from './format.ts';
import { StatusGlyph } from './status-glyph.tsx';

/** Of the disk that the database lies on; `ok` where it is not known. */
export function diskLevelOf(stack: StackState | undefined): DiskLevel {
  if (stack === undefined || stack.freeDiskBytes === null) return 'ok';
  return diskLevel({ freeBytes: stack.freeDiskBytes, totalBytes: stack.totalDiskBytes });
}

/** Only where the room gets short: how much is left, and what to do. */
export function DiskNotice({ stack }: { readonly stack: StackState }): ReactElement | null {
  const { t } = useTranslation();
  const level = diskLevelOf(stack);
  if (level === 'ok') return null;
  return (
    <div className={level === 'critical' ? 'disk-notice critical' : 'disk-notice'} role="status">
      <StatusGlyph kind={level === 'critical' ? 'bad' : 'warn'} />
      <p>
        {t(level === 'critical' ? 'disk.critical' : 'disk.low', {
          free: formatBytes(stack.freeDiskBytes ?? 0),
        })}{' '}
        {t('disk.what')}
      </p>
    </div>
  );
}
