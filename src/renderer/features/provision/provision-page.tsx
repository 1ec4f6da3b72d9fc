import { useEffect, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useSettings } from '../../app/live.ts';
import { formatTime } from '../../components/format.ts';
import { Loading } from '../../components/loading.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { FlashStep } from './flash-step.tsx';
import { headline } from './headline.ts';
import { LabelsStep } from './labels-step.tsx';
import { MonitorDrawer } from './monitor-drawer.tsx';
import { useProvision, type Step } from './provision-store.ts';
import { SelectStep } from './select-step.tsx';
import { StepHead } from './step-head.tsx';
import { useFacts, useFirstGuess, type ProvisionFacts } from './use-facts.ts';
import { useBlink, useIdentify, useRescan } from './use-identify.ts';
import { useStart } from './use-start.ts';

/** From a board on a cable to a sensor whose first reading is stored. */
export function ProvisionPage(): ReactElement {
  const facts = useFacts();
  const { step, go, monitored, monitor } = useProvision();
  useFirstGuess(facts);
  useIdentify(facts.rows, facts.state.autoStart);
  const rescan = useRescan(facts.rows);
  const blink = useBlink();
  const start = useStart(facts);
  const { failure, run } = useFailure();
  const hasJobs = facts.state.jobs.length > 0 || facts.state.autoStart || facts.state.locked;
  // A locked batch is all that there is; a page opened anew goes where the work is.
  const shown: Step = facts.state.locked ? 'flash' : !hasJobs && step === 'flash' ? 'select' : step;
  useReturnToWork(facts);
  useKeys({
    onRescan: rescan,
    onBlink: () => {
      const address = focusedAddress() ?? facts.selected[0]?.port.address ?? facts.rows[0]?.port.address;
      if (address !== undefined) run(() => blink(address));
    },
    onFlash: () => {
      if (facts.block === null) run(start);
    },
    on: shown === 'select' && monitored === null,
  });
  if (facts.loading) return <Loading />;
  return (
    <div className="provision">
      <Head facts={facts} step={shown}>
        <StepHead
          step={shown}
          canFlash={hasJobs}
          canLabel={facts.state.jobs.some((job) => job.phase === 'ready')}
          locked={facts.state.locked}
          onGo={go}
        />
      </Head>
      {failure === undefined ? null : (
        <div className="page-body">
          <ErrorNotice error={failure} />
        </div>
      )}
      {shown === 'select' ? (
        <SelectStep facts={facts} onRescan={rescan} onBlink={blink} onFlash={start} />
      ) : shown === 'flash' ? (
        <FlashStep facts={facts} />
      ) : (
        <LabelsStep facts={facts} />
      )}
      {monitored === null || facts.state.locked ? null : (
        <MonitorDrawer address={monitored} onClose={() => monitor(null)} />
      )}
    </div>
  );
}

function Head(props: {
  readonly facts: ProvisionFacts;
  readonly step: Step;
  readonly children: ReactElement;
}): ReactElement {
  const { t } = useTranslation();
  const { totals, jobs, startedMs } = props.facts.state;
  if (props.step === 'select')
    return (
      <PageHead title={t('provision.title')} subtitle={t('provision.subtitle')} actions={props.children} />
    );
  if (props.step === 'labels')
    return (
      <PageHead
        title={t('provision.labels.head', { count: totals.ready })}
        subtitle={t('provision.labels.subtitle')}
        actions={props.children}
      />
    );
  return (
    <PageHead
      title={headline(totals, t)}
      subtitle={t('provision.head.subtitle', {
        count: jobs.length,
        time: startedMs === null ? '' : formatTime(startedMs, true),
      })}
      actions={props.children}
    />
  );
}

/** Opened anew while boards are at work, the page shows them. */
function useReturnToWork(facts: ProvisionFacts): void {
  const go = useProvision((state) => state.go);
  const done = useRef(false);
  const { loading, state } = facts;
  useEffect(() => {
    if (loading || done.current) return;
    done.current = true;
    if (state.totals.running > 0 || state.autoStart) go('flash');
  }, [loading, state, go]);
}

function focusedAddress(): string | undefined {
  const row = document.activeElement?.closest<HTMLElement>('[data-address]');
  return row?.dataset['address'];
}

function useKeys(keys: {
  readonly on: boolean;
  onRescan: () => void;
  onBlink: () => void;
  onFlash: () => void;
}): void {
  const single = useSettings()?.singleKeyShortcuts ?? true;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!keys.on || event.altKey || event.shiftKey || document.querySelector('[role=dialog]') !== null)
        return;
      if (event.ctrlKey && event.key === 'Enter') {
        event.preventDefault();
        keys.onFlash();
        return;
      }
      if (event.ctrlKey || event.metaKey || !single || isTyping(event.target)) return;
      const key = event.key.toLowerCase();
      if (key === 'r') keys.onRescan();
      else if (key === 'b') keys.onBlink();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio')
  );
}
