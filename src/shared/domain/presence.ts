/** Presence of a device, judged by the age of its last heartbeat; the same limits as the view `device_health`. */
export type Presence = 'online' | 'warning' | 'offline';

export const onlineWithinMs = 5 * 60_000;
export const warningWithinMs = 30 * 60_000;

/** @param lastSeenMs epoch milliseconds of the last heartbeat, or `null` where there never was one. */
export function presenceAt(nowMs: number, lastSeenMs: number | null): Presence {
  if (lastSeenMs === null) return 'offline';
  const age = nowMs - lastSeenMs;
  if (age < onlineWithinMs) return 'online';
  return age < warningWithinMs ? 'warning' : 'offline';
}

export type SignalLevel = 'excellent' | 'good' | 'fair' | 'weak' | 'unusable';

/** Names of the field firmware for an RSSI in dBm; below -85 dBm its Wi-Fi is unusable. */
export function signalLevel(rssiDbm: number): SignalLevel {
  if (rssiDbm > -50) return 'excellent';
  if (rssiDbm > -60) return 'good';
  if (rssiDbm > -70) return 'fair';
  return rssiDbm < -85 ? 'unusable' : 'weak';
}

export const lowHeapBytes = 50_000;
export const criticalHeapBytes = 20_000;
