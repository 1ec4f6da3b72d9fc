import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FirmwareBundle } from '../../../shared/contract/firmware.ts';
import type { BoardJob, StepState } from '../../../shared/contract/provisioning.ts';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { formatSpan, usualSeconds } from './flash-plan.ts';
import { shownSteps } from './lane-words.ts';
import { TickProgress } from './tick-progress.tsx';

const glyphs: Readonly<Record<StepState['state'], GlyphKind | null>> = {
  waiting: null,
  running: 'busy',
  done: 'ok',
  skipped: 'idle',
  failed: 'bad',
};

/** The way of one board, each step with its time. */
export function StepList({
  job,
  firmware,
  now,
}: {
  readonly job: BoardJob;
  readonly firmware: FirmwareBundle | undefined;
  readonly now: number;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <ol className="steps">
      {shownSteps(job).map((step) => {
        const glyph = glyphs[step.state];
        const name = t(`provision.steps.${step.step}`, { version: firmware?.version ?? '' }).trim();
        return (
          <li key={step.step} className={step.state}>
            <span className="step-mark">
              {glyph === null ? <span className="step-open" /> : <StatusGlyph kind={glyph} />}
            </span>
            <span className="step-name">
              {name}
              {step.state === 'skipped' ? <span className="hint"> {t('provision.skipped')}</span> : null}
            </span>
            <span className="step-time">
              <StepTime step={step} firmware={firmware} now={now} />
            </span>
            {step.state === 'running' && step.progress !== null ? (
              <TickProgress fraction={step.progress.fraction} label={name} />
            ) : null}
            {step.note === null ? null : (
              <span className="step-note hint">{t(`provision.note.${step.note}`)}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function StepTime({
  step,
  firmware,
  now,
}: {
  readonly step: StepState;
  readonly firmware: FirmwareBundle | undefined;
  readonly now: number;
}): ReactElement | string | null {
  const { t } = useTranslation();
  const { state, progress, durationMs, startedMs } = step;
  if (state === 'running' && progress !== null) {
    const percent = `${formatNumber(progress.fraction * 100)} %`;
    return (
      <strong>
        {progress.leftMs === null
          ? percent
          : t('provision.percentLeft', { percent, left: formatSpan(progress.leftMs / 1000) })}
      </strong>
    );
  }
  if (state === 'running') return startedMs === null ? null : formatSpan((now - startedMs) / 1000);
  if (state === 'waiting')
    return t('provision.about', { span: formatSpan(usualSeconds(step.step, firmware)) });
  if (durationMs === null) return null;
  return durationMs < 60_000 ? `${formatNumber(durationMs / 1000, 1)} s` : formatSpan(durationMs / 1000);
}
