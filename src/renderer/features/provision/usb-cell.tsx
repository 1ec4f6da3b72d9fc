import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { usePorts, useProvisioning } from '../../app/live.ts';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { runningStep } from './lane-words.ts';
import { useWaitingBoards } from './waiting-boards.ts';

/** The ports, and the boards at work, in the status strip: progress goes on there when the page is left. */
export function UsbCell(): ReactElement {
  const { t } = useTranslation();
  const ports = usePorts() ?? [];
  const state = useProvisioning();
  const { blank } = useWaitingBoards();
  const { needsYou = 0, running = 0 } = state?.totals ?? {};
  const jobs = state?.jobs ?? [];
  const [first] = jobs.filter((job) => job.phase === 'running');
  const fraction = first === undefined ? undefined : runningStep(first)?.progress?.fraction;
  const glyph: GlyphKind = needsYou > 0 ? 'bad' : running > 0 ? 'busy' : ports.length > 0 ? 'ok' : 'idle';
  const second =
    needsYou > 0
      ? t('provision.strip.needsYou', { count: needsYou, total: jobs.length })
      : running > 0
        ? running === 1 && fraction !== undefined
          ? t('provision.strip.percent', { percent: formatNumber(fraction * 100) })
          : t('provision.strip.running', { count: running })
        : blank > 0
          ? t('provision.strip.blank', { count: blank })
          : undefined;
  return (
    <div className="strip-cell">
      <Link to="/provision" className="strip-link">
        <StatusGlyph kind={glyph} />
        <span>
          <span className="strip-label">{t('provision.strip.label')}</span>
          <span className="strip-value">
            {t('provision.strip.ports', { count: ports.length })}{' '}
            {second === undefined ? null : <span className="strip-second">{second}</span>}
          </span>
        </span>
      </Link>
    </div>
  );
}
