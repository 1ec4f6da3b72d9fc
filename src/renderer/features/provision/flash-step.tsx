import { IconPlayerPlayFilled, IconPlayerStopFilled, IconPrinter } from '@tabler/icons-react';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useNow } from '../../app/live.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { ActionBar } from './action-bar.tsx';
import { BatchRow } from './batch-row.tsx';
import { isWorking } from './board-rows.ts';
import { formatSpan, secondsLeft } from './flash-plan.ts';
import { headline } from './headline.ts';
import { usePrintLabels } from './labels.tsx';
import { Lane } from './lane.tsx';
import { labelsDue, usePrinting } from './printing.ts';
import { useProvision } from './provision-store.ts';
import { SerialLog } from './serial-log.tsx';
import type { ProvisionFacts } from './use-facts.ts';
import { useAutoSwitch } from './use-start.ts';

/** More boards than this do not fit side by side. */
const lanesAtMost = 3;

/** All boards at work, side by side or one row each. */
export function FlashStep({ facts }: { readonly facts: ProvisionFacts }): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const pin = useProvision((state) => state.form.dhtGpio);
  const [logged, setLogged] = useState<string | null>(null);
  const { state, firmware } = facts;
  const { jobs } = state;
  const rows = state.autoStart || state.locked || jobs.length > lanesAtMost;
  const firstNeedy = jobs.find((job) => job.phase === 'needs-you')?.id;
  const parts = jobs.map((job) => ({
    job,
    firmware,
    now,
    pin,
    locked: state.locked,
    first: job.id === firstNeedy,
    onDetails: () => setLogged(job.id),
  }));
  return (
    <>
      <div className="provision-body flash-body">
        {rows ? (
          <ul className="batch-rows">
            {parts.map((part) => (
              <BatchRow key={part.job.id} {...part} />
            ))}
            {state.autoStart ? (
              <li className="batch-row next-board">
                <strong>{t('provision.batch.plugIn')}</strong>
                <span className="secondary">{t('provision.batch.plugInBody')}</span>
              </li>
            ) : null}
          </ul>
        ) : (
          <div className={`lanes count-${jobs.length}`}>
            {parts.map((part) => (
              <Lane key={part.job.id} {...part} />
            ))}
          </div>
        )}
      </div>
      <SerialLog
        jobs={jobs}
        chosen={state.locked ? null : logged}
        locked={state.locked}
        onChoose={setLogged}
      />
      <FlashBar facts={facts} now={now} />
    </>
  );
}

function FlashBar({ facts, now }: { readonly facts: ProvisionFacts; readonly now: number }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const go = useProvision((store) => store.go);
  const { failure, run } = useFailure();
  usePrintAtEnd(facts);
  const autoSwitch = useAutoSwitch(facts);
  const { state, firmware } = facts;
  const { jobs, startedMs, totals } = state;
  const left = secondsLeft(jobs, firmware);
  const working = jobs.some(isWorking);
  const ready = jobs.some((job) => job.phase === 'ready');
  const elapsed = startedMs === null ? 0 : (now - startedMs) / 1000;
  const title =
    left === null
      ? headline(totals, t)
      : t('provision.elapsed', { elapsed: formatSpan(elapsed), left: formatSpan(left) });
  const body =
    state.autoStart || state.locked
      ? t('provision.batch.totals', {
          ready: totals.ready,
          running: totals.running,
          needsYou: totals.needsYou,
          left: totals.left,
        })
      : working
        ? t('provision.goesOn')
        : t('provision.allDone');
  return (
    <ActionBar title={title} body={body}>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {state.locked ? (
        <ConfirmButton
          label={t('provision.batch.unlock')}
          title={t('provision.batch.unlock')}
          body={t('provision.batch.unlockBody')}
          onConfirm={() => run(() => client.provisioning.unlock({}))}
        />
      ) : null}
      {working || state.autoStart ? (
        <button
          type="button"
          className="button large"
          onClick={() => run(() => client.provisioning.cancel({ id: null }))}
        >
          <IconPlayerStopFilled size={14} aria-hidden="true" />
          {t('provision.stopAll')}
        </button>
      ) : null}
      {state.locked && !state.autoStart ? (
        <button type="button" className="button filled large" onClick={() => run(() => autoSwitch(true))}>
          <IconPlayerPlayFilled size={14} aria-hidden="true" />
          {t('provision.batch.start')}
        </button>
      ) : null}
      {state.locked ? null : (
        <button
          type="button"
          className={
            !ready || working || jobs.some((job) => job.phase === 'needs-you')
              ? 'button large'
              : 'button filled large'
          }
          disabled={!ready}
          onClick={() => go('labels')}
        >
          <IconPrinter size={18} aria-hidden="true" />
          {t(ready ? 'provision.toLabels' : 'provision.toLabelsNone')}
        </button>
      )}
    </ActionBar>
  );
}

/** Prints the labels of all that are ready when the last board stops working, where that was asked for. */
function usePrintAtEnd(facts: ProvisionFacts): void {
  const wanted = usePrinting().on;
  const printLabels = usePrintLabels();
  const { jobs } = facts.state;
  const working = jobs.some(isWorking);
  const before = useRef(false);
  useEffect(() => {
    const ended = before.current && !working;
    before.current = working;
    const macs = labelsDue(jobs);
    // A label that cannot be made is told on the labels' own page.
    if (ended && wanted && macs.length > 0) void printLabels(macs).catch(() => undefined);
  }, [working, wanted, jobs, printLabels]);
}
