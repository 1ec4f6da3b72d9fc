import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber, humidityUnit } from '../../components/format.ts';
import { Signal } from '../../components/signal.tsx';
import { formatSpan } from './flash-plan.ts';
import { LaneBottom, LaneWord, type LaneProps } from './lane.tsx';
import { runningStep, shareDone, wordsFor } from './lane-words.ts';
import { PortWords, usePortName } from './port-words.tsx';
import { StepList } from './step-list.tsx';
import { TickProgress } from './tick-progress.tsx';

/** One large row per board, to be read from a step away; it opens to what its lane would show. */
export function BatchRow(props: LaneProps): ReactElement {
  const { t } = useTranslation();
  const { job, now } = props;
  const needs = job.phase === 'needs-you';
  const [opened, setOpened] = useState<boolean>();
  // What needs a person is open by itself where there is only one such board, and where nothing can be opened.
  const open = props.locked ? needs : (opened ?? (needs && props.first));
  const portName = usePortName();
  const name = job.name === '' ? portName(job.address) : job.name;
  const took = job.startedMs === null ? null : formatSpan(((job.finishedMs ?? now) - job.startedMs) / 1000);
  const leftMs = runningStep(job)?.progress?.leftMs ?? null;
  return (
    <li className={`batch-row ${job.phase}`}>
      <div className="batch-line">
        <div className="batch-name">
          <h2>{name}</h2>
          <span className="secondary">
            <PortWords address={job.address} position={job.position} />
          </span>
        </div>
        <LaneWord job={job} />
        <span className="batch-middle">
          {job.reading === null ? (
            needs ? (
              // Opened, the row says it below.
              open ? null : (
                <span className="bad">
                  {t(wordsFor(job).title, { ...job.error?.data, address: portName(job.address) })}
                </span>
              )
            ) : (
              <TickProgress fraction={shareDone(job)} label={t('provision.progressOf', { name })} />
            )
          ) : (
            <span className="batch-reading">
              {formatNumber(job.reading.temperature, 1)} <span className="unit">°C</span>{' '}
              {formatNumber(job.reading.humidity, 1)} <span className="unit">{humidityUnit()}</span>{' '}
              <Signal rssi={job.reading.rssi} />
            </span>
          )}
        </span>
        <span className="batch-time">
          {job.phase === 'running' && leftMs !== null
            ? t('provision.left', { left: formatSpan(leftMs / 1000) })
            : took}
        </span>
        <button
          type="button"
          className="icon-button"
          aria-expanded={open}
          disabled={props.locked}
          aria-label={t('provision.detailsNamed', { name })}
          onClick={() => setOpened(!open)}
        >
          {open ? (
            <IconChevronUp size={20} aria-hidden="true" />
          ) : (
            <IconChevronDown size={20} aria-hidden="true" />
          )}
        </button>
      </div>
      {open ? (
        <div className="batch-open">
          <StepList job={job} firmware={props.firmware} now={now} />
          <div className="batch-more">
            <LaneBottom {...props} />
          </div>
        </div>
      ) : null}
    </li>
  );
}
