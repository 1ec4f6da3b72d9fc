import {
  IconActivity,
  IconAdjustmentsHorizontal,
  IconChartLine,
  IconGauge,
  IconMap2,
  IconStack2,
  IconTemperature,
  IconUsb,
} from '@tabler/icons-react';
import { Link, useLocation } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { useBoard } from '../live.ts';

/** Only what is built; the number is the key of its shortcut. */
export function Navigation({ inert }: { readonly inert: boolean }): ReactElement {
  const { t } = useTranslation();
  const path = useLocation({ select: ({ pathname }) => pathname });
  /** Of pages that a page leads to and that have no entry of their own. */
  const lit = (partOf: string) =>
    path === partOf ? { className: 'active', 'aria-current': 'true' as const } : {};
  const unknown = useBoard()?.candidates.filter((candidate) => !candidate.ignored).length ?? 0;
  return (
    <nav className="navigation" inert={inert} aria-label={t('shell.navigation')}>
      <Link to="/" activeOptions={{ exact: true }}>
        <IconGauge size={20} aria-hidden="true" />
        <span>{t('overview.nav')}</span>
        <span className="key" aria-hidden="true">
          1
        </span>
      </Link>
      <Link to="/provision">
        <IconUsb size={20} aria-hidden="true" />
        <span>{t('provision.nav')}</span>
        <span className="key" aria-hidden="true">
          2
        </span>
      </Link>
      <Link to="/stack">
        <IconStack2 size={20} aria-hidden="true" />
        <span>{t('stackPage.nav')}</span>
        <span className="key" aria-hidden="true">
          3
        </span>
      </Link>
      <Link to="/traffic">
        <IconActivity size={20} aria-hidden="true" />
        <span>{t('traffic.nav')}</span>
        <span className="key" aria-hidden="true">
          4
        </span>
      </Link>
      <Link to="/devices" {...lit('/quarantine')}>
        <IconTemperature size={20} aria-hidden="true" />
        <span>{t('devices.nav')}</span>
        {unknown > 0 ? (
          <span className="badge">
            <StatusGlyph kind="unknown" size={14} />
            {unknown}
            <span className="visually-hidden">{t('devices.unknownBadge')}</span>
          </span>
        ) : (
          <span className="key" aria-hidden="true">
            5
          </span>
        )}
      </Link>
      <Link to="/history" {...lit('/conformity')}>
        <IconChartLine size={20} aria-hidden="true" />
        <span>{t('history.nav')}</span>
        <span className="key" aria-hidden="true">
          6
        </span>
      </Link>
      <Link to="/survey">
        <IconMap2 size={20} aria-hidden="true" />
        <span>{t('survey.nav')}</span>
        <span className="key" aria-hidden="true">
          7
        </span>
      </Link>
      <span className="spacer" />
      <Link to="/settings" {...lit('/import')}>
        <IconAdjustmentsHorizontal size={20} aria-hidden="true" />
        <span>{t('settings.nav')}</span>
        <span className="key" aria-hidden="true">
          ,
        </span>
      </Link>
    </nav>
  );
}
