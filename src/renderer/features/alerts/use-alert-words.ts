import { useTranslation } from 'react-i18next';
import type { Alert } from '../../../shared/contract/alerts.ts';
import { alertPlace } from '../../../shared/domain/alert-place.ts';
import { useBoard } from '../../app/live.ts';
import { alertValues } from './alert-view.ts';

export interface AlertWords {
  /** The name of a device as people know it; its address where it has none. */
  readonly deviceName: (mac: string) => string;
  readonly siteName: (siteRef: string) => string;
  /** What happened, in a sentence. */
  readonly what: (alert: Alert) => string;
  /** What to do about it. */
  readonly next: (alert: Alert) => string;
}

export function useAlertWords(): AlertWords {
  const { t } = useTranslation();
  const board = useBoard();
  const deviceName = (mac: string): string => {
    const name = board?.devices.get(mac)?.name ?? '';
    return name === '' ? mac : name;
  };
  const siteName = (siteRef: string): string =>
    board?.sites.find(({ ref }) => ref === siteRef)?.name ?? siteRef;
  return {
    deviceName,
    siteName,
    what: (alert) => {
      const { kind, mac, siteRef } = alert;
      const name = mac === null ? (siteRef === null ? '' : siteName(siteRef)) : deviceName(mac);
      return t(`alerts.kinds.${kind}.${alertPlace(alert)}`, alertValues(alert, name));
    },
    next: ({ kind }) => t(`alerts.kinds.${kind}.next`),
  };
}
