import { useEffect, useEffectEvent, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alert } from '../../../shared/contract/alerts.ts';
import { useAlerts, useClient } from '../../app/live.ts';
import { newlyRaised } from './alert-view.ts';
import { browserPermission, showInBrowser } from './browser-notifications.ts';
import { useAlertWords } from './use-alert-words.ts';

const linesAtMost = 5;

/** Tells of new alerts whoever does not look: a screen reader politely, and by the browser where it may. */
export function AlertNotifier(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const words = useAlertWords();
  const active = useAlerts()?.active;
  const known = useRef<ReadonlySet<string>>(undefined);
  const [said, setSaid] = useState('');
  const tell = useEffectEvent(async (alerts: readonly Alert[]): Promise<void> => {
    const { rules } = await client.alerts.rules({});
    const wanted = alerts.filter(({ kind }) => rules[kind].notify);
    const [first] = wanted;
    if (first === undefined) return;
    if (wanted.length === 1) showInBrowser(words.what(first), words.next(first));
    else
      showInBrowser(
        t('alerts.newMany', { count: wanted.length }),
        wanted.slice(0, linesAtMost).map(words.what).join('\n'),
      );
  });
  const take = useEffectEvent((alerts: readonly Alert[]): void => {
    const raised = newlyRaised(known.current, alerts, Date.now());
    known.current = new Set(alerts.map(({ id }) => id));
    const [first] = raised;
    if (first === undefined) return;
    setSaid(raised.length === 1 ? words.what(first) : t('alerts.newMany', { count: raised.length }));
    // Asked only where it leads somewhere; without an answer the bell has told it already.
    if (browserPermission() === 'granted') void tell(raised).catch(() => undefined);
  });
  useEffect(() => {
    if (active !== undefined) take(active);
  }, [active]);
  return (
    <p className="visually-hidden" role="status">
      {said}
    </p>
  );
}
