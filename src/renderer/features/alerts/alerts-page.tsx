import { IconCheck } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alert, AlertsState } from '../../../shared/contract/alerts.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useAlerts, useClient, useNow } from '../../app/live.ts';
import { formatTime } from '../../components/format.ts';
import { Loading } from '../../components/loading.tsx';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { AcknowledgeDialog } from './acknowledge-dialog.tsx';
import { AlertItem } from './alert-item.tsx';
import { AlertTabs } from './alert-tabs.tsx';
import { isOpen, isSnoozed } from './alert-view.ts';
import { SnoozeDialog } from './snooze-dialog.tsx';
import './alerts.css';

/** What somebody should see to now, most urgent first. */
export function AlertsPage(): ReactElement {
  const state = useAlerts();
  return state === undefined ? <Loading /> : <ActiveAlerts state={state} />;
}

interface Question {
  readonly alerts: readonly Alert[];
  readonly kind: 'acknowledge' | 'snooze';
  readonly opened: boolean;
}

function ActiveAlerts({ state }: { readonly state: AlertsState }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const now = useNow();
  const [question, setQuestion] = useState<Question>();
  const { failure, run } = useFailure();
  const { active, graceUntilMs } = state;
  const open = active.filter((alert) => isOpen(alert, now));
  const ask = (kind: Question['kind'], alerts: readonly Alert[]): void =>
    setQuestion({ kind, alerts, opened: true });
  // It stays mounted while it is closed, so that the focus finds its way back to the button.
  const dialog = (kind: Question['kind']) => ({
    alerts: question?.kind === kind ? question.alerts : [],
    opened: question?.kind === kind && question.opened,
    onClose: () => setQuestion((asked) => (asked === undefined ? asked : { ...asked, opened: false })),
  });
  return (
    <>
      <PageHead
        above={<AlertTabs />}
        title={open.length === 0 ? t('alerts.noneOpen') : t('alerts.open', { count: open.length })}
        subtitle={subtitleOf(active, now, t)}
        actions={
          open.length < 2 ? null : (
            <button type="button" className="button" onClick={() => ask('acknowledge', open)}>
              <IconCheck size={18} aria-hidden="true" /> {t('alerts.acknowledgeAll', { count: open.length })}
            </button>
          )
        }
      />
      {graceUntilMs !== null && graceUntilMs > now ? (
        <p className="alert-note" role="status">
          <StatusGlyph kind="waiting" />
          {t('alerts.grace', { until: formatTime(graceUntilMs) })}
        </p>
      ) : null}
      {failure === undefined ? null : (
        <div className="page-body">
          <ErrorNotice error={failure} />
        </div>
      )}
      {active.length === 0 ? (
        <EmptyState title={t('alerts.emptyTitle')} body={t('alerts.emptyBody')} />
      ) : (
        <ul className="alert-list" aria-label={t('alerts.tabs.active')}>
          {active.map((alert) => (
            <AlertItem
              key={alert.id}
              alert={alert}
              now={now}
              onAcknowledge={() => ask('acknowledge', [alert])}
              onSnooze={() => ask('snooze', [alert])}
              onWake={() => run(() => client.alerts.snooze({ ids: [alert.id], untilMs: null }))}
            />
          ))}
        </ul>
      )}
      <AcknowledgeDialog {...dialog('acknowledge')} />
      <SnoozeDialog {...dialog('snooze')} />
    </>
  );
}

function subtitleOf(
  active: readonly Alert[],
  now: number,
  t: ReturnType<typeof useTranslation>['t'],
): string {
  const snoozed = active.filter((alert) => isSnoozed(alert, now)).length;
  const cared = active.filter((alert) => alert.acknowledged !== null && !isSnoozed(alert, now)).length;
  if (snoozed + cared === 0) return t('alerts.subtitle');
  return t('alerts.subtitleOthers', {
    acknowledged: t('alerts.countAcknowledged', { count: cared }),
    snoozed: t('alerts.countSnoozed', { count: snoozed }),
  });
}
