import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FirmwareBundle } from '../../../shared/contract/firmware.ts';
import type { BoardJob } from '../../../shared/contract/provisioning.ts';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { laneState, runningStep } from './lane-words.ts';
import { NeedsYouPart } from './needs-you-part.tsx';
import { PortWords, usePortName } from './port-words.tsx';
import { ReadyPart } from './ready-part.tsx';
import { StepList } from './step-list.tsx';

const slowBaud = 460_800;

export interface LaneProps {
  readonly job: BoardJob;
  readonly firmware: FirmwareBundle | undefined;
  readonly now: number;
  readonly pin: number;
  /** Only start and stop can be touched. */
  readonly locked: boolean;
  /** The first board that needs a person has the page's one filled button. */
  readonly first: boolean;
  onDetails: () => void;
}

/** One board: who, what it is doing, and below either its reading or what it needs. */
export function Lane(props: LaneProps): ReactElement {
  const { job } = props;
  const portName = usePortName();
  const name = job.name === '' ? portName(job.address) : job.name;
  return (
    <section className={`lane ${job.phase}`} aria-label={name}>
      <div className="lane-top">
        <header className="lane-head">
          <h2>{name}</h2>
          <LaneWord job={job} />
          <p className="secondary">
            <PortWords address={job.address} position={job.position} />
          </p>
        </header>
        <StepList job={job} firmware={props.firmware} now={props.now} />
      </div>
      <div className="lane-bottom">
        <LaneBottom {...props} />
      </div>
    </section>
  );
}

export function LaneWord({ job }: { readonly job: BoardJob }): ReactElement {
  const { t } = useTranslation();
  const { glyph, word } = laneState(job);
  return (
    <span className={job.phase === 'needs-you' ? 'lane-word bad' : 'lane-word'}>
      <StatusGlyph kind={glyph} />
      {t(`provision.lane.${word}`)}
    </span>
  );
}

export function LaneBottom(props: LaneProps): ReactElement {
  const { t } = useTranslation();
  const { job } = props;
  if (job.phase === 'ready') return <ReadyPart job={job} now={props.now} locked={props.locked} />;
  if (job.phase === 'needs-you') return <NeedsYouPart {...props} />;
  if (job.phase === 'cancelled')
    return (
      <>
        <p className="strong">{t('provision.cancelled')}</p>
        <p className="secondary">{t(`provision.safe.${job.boardState}`)}</p>
      </>
    );
  return <NowPart job={job} />;
}

/** What is being done, in words with figures, and what follows. */
function NowPart({ job }: { readonly job: BoardJob }): ReactElement {
  const { t } = useTranslation();
  const step = runningStep(job);
  const progress = step?.progress ?? null;
  return (
    <dl className="now-next">
      <dt>{t('provision.nowHead')}</dt>
      <dd>
        {job.phase === 'waiting'
          ? t('provision.waitsFor')
          : progress !== null && progress.totalBytes > 0
            ? t('provision.written', {
                done: formatNumber(progress.doneBytes / 1e6, 2),
                total: formatNumber(progress.totalBytes / 1e6, 2),
                rate: formatNumber(progress.bytesPerSecond / 1000),
              })
            : t(`provision.doing.${step?.step ?? 'connect'}`)}
        {job.baudRate !== null && job.baudRate < slowBaud && step?.step === 'write'
          ? ` ${t('provision.slow', { baud: formatNumber(job.baudRate) })}`
          : ''}
      </dd>
      <dt>{t('provision.nextHead')}</dt>
      <dd>{t('provision.nextBody')}</dd>
    </dl>
  );
}
