export const alertKinds = [
  'offline',
  'out-of-limits',
  'clock-faulty',
  'low-heap',
  'unknown-device',
  'broker-down',
  'database-down',
  'disk-low',
] as const;
export type AlertKind = (typeof alertKinds)[number];

/** Raised when true for `raiseAfterS`, cleared when false for `clearAfterS`; seconds. */
export interface AlertRule {
  readonly enabled: boolean;
  readonly raiseAfterS: number;
  readonly clearAfterS: number;
  readonly notify: boolean;
}

/**
 * "Offline" has lasted half an hour by the published view's limit when it is true; the minute more lets the boards of a
 * site whose access point died arrive together. A refrigerator's door may stand open for ten minutes.
 */
export const defaultAlertRules: Readonly<Record<AlertKind, AlertRule>> = {
  offline: { enabled: true, raiseAfterS: 60, clearAfterS: 120, notify: true },
  'out-of-limits': { enabled: true, raiseAfterS: 600, clearAfterS: 300, notify: true },
  'clock-faulty': { enabled: true, raiseAfterS: 600, clearAfterS: 300, notify: false },
  'low-heap': { enabled: true, raiseAfterS: 300, clearAfterS: 600, notify: false },
  'unknown-device': { enabled: true, raiseAfterS: 60, clearAfterS: 0, notify: true },
  'broker-down': { enabled: true, raiseAfterS: 15, clearAfterS: 15, notify: true },
  'database-down': { enabled: true, raiseAfterS: 15, clearAfterS: 15, notify: true },
  'disk-low': { enabled: true, raiseAfterS: 60, clearAfterS: 300, notify: true },
};
