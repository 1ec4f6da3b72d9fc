import './health.css';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { HealthRow } from '../../../shared/contract/health.ts';
import { useHealth } from '../../app/live.ts';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { useFleetLook } from '../devices/fleet-look.ts';
import { usualLook } from '../devices/fleet.ts';
import { verdictGlyph } from '../devices/health-words.ts';

const worstFirst = [
  'offline',
  'faulty',
  'watch',
  'unknown',
  'healthy',
] as const satisfies readonly HealthRow['verdict'][];

/** How many devices have which verdict; each leads to them. */
export function HealthSummary({ siteRef }: { readonly siteRef: string | null }): ReactElement | null {
  const { t } = useTranslation();
  const health = useHealth();
  const change = useFleetLook((state) => state.change);
  if (health === undefined) return null;
  const rows = [...health.values()].filter((row) => siteRef === null || row.siteRef === siteRef);
  const counts = worstFirst
    .map((verdict) => ({ verdict, count: rows.filter((row) => row.verdict === verdict).length }))
    .filter(({ count }) => count > 0);
  return (
    <section className="pane" aria-label={t('health.summary')}>
      <h2>{t('health.summary')}</h2>
      {counts.length === 0 ? <p className="secondary">{t('health.none')}</p> : null}
      <ul className="health-counts">
        {counts.map(({ verdict, count }) => (
          <li key={verdict}>
            <Link to="/devices" onClick={() => change({ ...usualLook, verdicts: [verdict] })}>
              <StatusGlyph kind={verdictGlyph[verdict]} />
              {t(`health.verdicts.${verdict}`)}
              <span className="number">{formatNumber(count)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
