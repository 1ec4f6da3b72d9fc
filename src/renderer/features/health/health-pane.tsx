import './health.css';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Site } from '../../../shared/contract/devices.ts';
import type { HealthReason } from '../../../shared/contract/health.ts';
import { useHealth, useNow } from '../../app/live.ts';
import { formatDuration } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { durationSince, reasonWords, verdictGlyph } from '../devices/health-words.ts';
import { BoardCommands } from './board-commands.tsx';
import { ThresholdsDrawer } from './thresholds-drawer.tsx';

const severityGlyph: Readonly<Record<HealthReason['severity'], GlyphKind>> = {
  ...verdictGlyph,
  note: 'idle',
};

/** The verdict on one device, why, and what to do; and what the board can be told to do. */
export function HealthPane(props: {
  readonly mac: string;
  readonly label: string;
  readonly site: Site | undefined;
}): ReactElement | null {
  const { t } = useTranslation();
  const now = useNow();
  const row = useHealth()?.get(props.mac);
  const [opened, setOpened] = useState(false);
  if (row === undefined) return null;
  const { verdict, verdictSinceMs, reasons } = row;
  const { site } = props;
  return (
    <section className="pane health-pane" aria-label={t('health.title')}>
      <div>
        <div className="pane-head">
          <h2>{t('health.title')}</h2>
          <span className={`tag ${verdictGlyph[verdict] === 'waiting' ? 'idle' : verdictGlyph[verdict]}`}>
            <StatusGlyph kind={verdictGlyph[verdict]} /> {t(`health.verdicts.${verdict}`)}
          </span>
          {verdictSinceMs === null ? null : (
            <span className="hint">
              {t('health.since', { duration: formatDuration((now - verdictSinceMs) / 1000) })}
            </span>
          )}
          {site === undefined ? null : (
            <>
              <button
                type="button"
                className="button quiet"
                aria-label={t('health.thresholds.linkNamed', { name: site.name })}
                onClick={() => setOpened(true)}
              >
                <IconAdjustmentsHorizontal size={18} aria-hidden="true" />
                {t('health.thresholds.link')}
              </button>
              <ThresholdsDrawer site={site} opened={opened} onClose={() => setOpened(false)} />
            </>
          )}
        </div>
        {reasons.length === 0 ? (
          <p className="secondary">{t(verdict === 'healthy' ? 'health.nothing' : 'health.wait')}</p>
        ) : (
          <ul className="reasons">
            {reasons.map((reason) => {
              const { what, next } = reasonWords(reason, durationSince(reason.sinceMs, now), t);
              return (
                <li key={reason.code}>
                  <StatusGlyph kind={severityGlyph[reason.severity]} />
                  <div>
                    <strong>{what}</strong>
                    <p className="secondary">{next}</p>
                  </div>
                </li>
              );
            })}
          </ul>
        )}
      </div>
      <BoardCommands key={row.mac} row={row} label={props.label} />
    </section>
  );
}
