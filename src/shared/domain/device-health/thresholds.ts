import { criticalHeapBytes, lowHeapBytes, onlineWithinMs, warningWithinMs } from '../presence.ts';

/** From where on a device is no longer healthy; see the contract for each. Minutes, dBm, bytes, shares. */
export interface Thresholds {
  readonly watchAfterMinutes: number;
  readonly offlineAfterMinutes: number;
  readonly receivedShareLeast: number;
  readonly rssiWatchDbm: number;
  readonly rssiFaultyDbm: number;
  readonly heapWatchBytes: number;
  readonly heapFaultyBytes: number;
  readonly heapLeakBytesPerHour: number;
  readonly restartsHourFaulty: number;
  readonly restartsDayWatch: number;
  readonly frozenReadings: number;
  readonly refusedLoginsHour: number;
}

/**
 * Presence as the published view `device_health`, heap and unusable signal as the field firmware. Watched 5 dB before the
 * signal is unusable: the firmware's word "weak" begins at -70 dBm, where most boards in cellars work without a fault.
 */
export const defaultThresholds: Thresholds = {
  watchAfterMinutes: onlineWithinMs / 60_000,
  offlineAfterMinutes: warningWithinMs / 60_000,
  receivedShareLeast: 0.8,
  rssiWatchDbm: -80,
  rssiFaultyDbm: -85,
  heapWatchBytes: lowHeapBytes,
  heapFaultyBytes: criticalHeapBytes,
  heapLeakBytesPerHour: 2_000,
  restartsHourFaulty: 3,
  restartsDayWatch: 5,
  frozenReadings: 30,
  refusedLoginsHour: 5,
};

export type OwnThresholds = { readonly [K in keyof Thresholds]?: Thresholds[K] | undefined };

/** The defaults with what a site has of its own. */
export function effectiveThresholds(own: OwnThresholds): Thresholds {
  const said = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...defaultThresholds, ...Object.fromEntries(said) };
}

/** The field that contradicts another one, as the screen names it; `null` where they fit together. */
export function thresholdFault(thresholds: Thresholds): keyof Thresholds | null {
  if (thresholds.offlineAfterMinutes <= thresholds.watchAfterMinutes) return 'offlineAfterMinutes';
  if (thresholds.rssiFaultyDbm > thresholds.rssiWatchDbm) return 'rssiFaultyDbm';
  if (thresholds.heapFaultyBytes > thresholds.heapWatchBytes) return 'heapFaultyBytes';
  return null;
}
