import { IconBell } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useAlerts, useNow } from '../../app/live.ts';
import { isOpen } from './alert-view.ts';
import './alerts.css';

const mostShown = 99;

/** How many alerts want somebody, from every page; the way to them. */
export function AlertBell(): ReactElement {
  const { t } = useTranslation();
  const active = useAlerts()?.active ?? [];
  const now = useNow(10_000);
  const open = active.filter((alert) => isOpen(alert, now));
  const label = t('alerts.bell', { count: open.length });
  return (
    <Link to="/alerts" className="icon-button bell" aria-label={label} title={label}>
      <IconBell size={20} aria-hidden="true" />
      {open.length === 0 ? null : (
        <span
          className={
            open.some(({ severity }) => severity === 'critical') ? 'bell-count critical' : 'bell-count'
          }
          aria-hidden="true"
        >
          {open.length > mostShown ? t('alerts.moreThan', { count: mostShown }) : open.length}
        </span>
      )}
    </Link>
  );
}
