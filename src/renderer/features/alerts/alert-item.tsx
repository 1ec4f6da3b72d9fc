import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alert } from '../../../shared/contract/alerts.ts';
import { alertPlace } from '../../../shared/domain/alert-place.ts';
import { formatDuration, formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { isSnoozed } from './alert-view.ts';
import { useAlertWords, type AlertWords } from './use-alert-words.ts';
import { useMoment } from './use-moment.ts';

/** One alert: what happened, to whom, since when, what to do, and who takes care of it. */
export function AlertItem(props: {
  readonly alert: Alert;
  readonly now: number;
  onAcknowledge: () => void;
  onSnooze: () => void;
  onWake: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const moment = useMoment();
  const words = useAlertWords();
  const { alert, now } = props;
  const { acknowledged, severity, snoozedUntilMs, sinceMs } = alert;
  const what = words.what(alert);
  const snoozed = isSnoozed(alert, now);
  return (
    <li className={acknowledged === null && !snoozed ? 'alert-item' : 'alert-item calm'}>
      <StatusGlyph kind={severity === 'critical' ? 'bad' : 'warn'} size={20} />
      <div className="alert-body">
        <h2>{what}</h2>
        <p>{words.next(alert)}</p>
        <p className="secondary">
          {t(`alerts.severity.${severity}`)} ·{' '}
          {t('alerts.since', { when: moment(sinceMs), duration: formatDuration((now - sinceMs) / 1000) })}
        </p>
        <Concerned alert={alert} words={words} />
        {acknowledged === null ? null : (
          <p className="alert-state">
            <StatusGlyph kind="ok" size={14} />
            {t('alerts.acknowledgedBy', { by: acknowledged.by, when: moment(acknowledged.timeMs) })}
            {acknowledged.note === '' ? null : <q>{acknowledged.note}</q>}
          </p>
        )}
        {snoozed && snoozedUntilMs !== null ? (
          <p className="alert-state">
            <StatusGlyph kind="waiting" size={14} />
            {t('alerts.snoozedUntil', { when: moment(snoozedUntilMs) })}
          </p>
        ) : null}
      </div>
      <div className="row-of alert-actions">
        <button
          type="button"
          className="button"
          aria-label={t(acknowledged === null ? 'alerts.acknowledgeNamed' : 'alerts.changeNoteNamed', {
            what,
          })}
          onClick={props.onAcknowledge}
        >
          {t(acknowledged === null ? 'alerts.acknowledge' : 'alerts.changeNote')}
        </button>
        <button
          type="button"
          className="button"
          aria-label={t(snoozed ? 'alerts.wakeNamed' : 'alerts.snoozeNamed', { what })}
          onClick={snoozed ? props.onWake : props.onSnooze}
        >
          {t(snoozed ? 'alerts.wake' : 'alerts.snooze')}
        </button>
      </div>
    </li>
  );
}

const pageOf = {
  'broker-down': '/stack',
  'database-down': '/stack',
  'disk-low': '/stack',
  'unknown-device': '/quarantine',
} as const;

/** The way to what it is about; for many the cause that they share, and each of them. */
export function Concerned({
  alert,
  words,
}: {
  readonly alert: Alert;
  readonly words: AlertWords;
}): ReactElement | null {
  const { t } = useTranslation();
  const { kind, scope, mac, siteRef, devices, deviceCount } = alert;
  if (scope === 'device' && mac !== null)
    return (
      <p>
        <Link to="/devices/$mac" params={{ mac }}>
          {t('alerts.toDevice', { name: words.deviceName(mac) })}
        </Link>
      </p>
    );
  if (scope === 'stack' && kind in pageOf)
    return (
      <>
        {kind === 'unknown-device' ? <p className="secondary">{devices.join(', ')}</p> : null}
        <p>
          <Link to={pageOf[kind as keyof typeof pageOf]}>
            {t(kind === 'unknown-device' ? 'alerts.toUnknown' : 'alerts.toStack')}
          </Link>
        </p>
      </>
    );
  return (
    <>
      <p className="secondary">
        {siteRef === null
          ? t(`alerts.commonCauseOf.${alertPlace(alert) === 'sites' ? 'sites' : 'unsited'}`)
          : t('alerts.commonCause', { site: words.siteName(siteRef) })}
      </p>
      <details className="alert-devices">
        <summary>{t('alerts.devices', { count: deviceCount, shown: formatNumber(deviceCount) })}</summary>
        <ul>
          {devices.map((one) => (
            <li key={one}>
              <Link to="/devices/$mac" params={{ mac: one }}>
                {words.deviceName(one)}
              </Link>
            </li>
          ))}
        </ul>
        {deviceCount > devices.length ? (
          <p className="secondary">{t('alerts.moreDevices', { count: deviceCount - devices.length })}</p>
        ) : null}
      </details>
    </>
  );
}
