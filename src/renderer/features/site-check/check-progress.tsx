import { Progress as Bar } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../app/live.ts';
import { formatDuration, formatTime } from '../../components/format.ts';
import type { Progress } from './check-view.ts';

/** How many devices have all that the list needs, and how long it waits for the others at most. */
export function CheckProgressBar({ progress }: { readonly progress: Progress | null }): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const { ready, devices, untilMs } = progress ?? { ready: 0, devices: 0, untilMs: now };
  const share = devices === 0 ? 0 : (ready / devices) * 100;
  return (
    <div className="page-body check-progress">
      <Bar value={share} aria-label={t('siteCheck.progress')} />
      <p className="secondary">
        {t('siteCheck.until', {
          until: formatTime(untilMs),
          left: formatDuration(Math.max(0, untilMs - now) / 1000),
        })}{' '}
        {t('siteCheck.leaving')}
      </p>
    </div>
  );
}
