import type { HealthFacts } from './facts.ts';
import type { Judgement } from './judge.ts';
import { median } from './robust-slope.ts';
import type { Thresholds } from './thresholds.ts';
import { learnedIntervalMs } from './values.ts';

export type CheckId =
  | 'online'
  | 'readings-on-time'
  | 'signal'
  | 'clock'
  | 'values-plausible'
  | 'retained-status'
  | 'firmware';

export type CheckCause =
  | 'never-heard'
  | 'silent'
  | 'too-few-readings'
  | 'reading-late'
  | 'no-heartbeat'
  | 'firmware-does-not-tell'
  | 'too-weak'
  | 'clock-faulty'
  | 'clock-not-synced'
  | 'implausible'
  | 'frozen'
  | 'no-readings'
  | 'says-offline'
  | 'nothing-retained'
  | 'broker-not-ours'
  | 'other-firmware'
  | 'no-firmware-wanted';

export interface CheckLine {
  readonly check: CheckId;
  readonly result: 'pass' | 'fail' | 'not-applicable';
  readonly cause: CheckCause | null;
  readonly measured: string | number | null;
  readonly wanted: string | number | null;
}

export interface CheckWish {
  /** So many readings in a row. */
  readonly readings: number;
  readonly rssiLeastDbm: number;
  readonly firmware: string | null;
  /** Only what was received from then on counts; 0 for all. */
  readonly fromMs: number;
}

/** What a broker keeps under the device's `status`; `unknown` where the broker is not ours to ask. */
export type RetainedStatus =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'kept'; readonly status: 'online' | 'offline' | null };

export interface CheckedFacts {
  readonly facts: HealthFacts;
  readonly judgement: Judgement;
  readonly firmware: string | null;
  readonly retained: RetainedStatus;
}

/** A reading is on time when it comes within half an interval of its turn. */
const lateness = 1.5;
/** Signals vary by some dB from one heartbeat to the next: the median of so many counts. */
const signalBeats = 5;

/** The acceptance list of one device, line by line. */
export function checkDevice(
  device: CheckedFacts,
  wish: CheckWish,
  thresholds: Thresholds,
  nowMs: number,
): readonly CheckLine[] {
  return [
    online(device, thresholds, nowMs),
    onTime(device, wish),
    signal(device, wish),
    clock(device, wish),
    plausible(device, wish),
    retained(device),
    firmware(device, wish),
  ];
}

/** Whether a device has all that the list looks at. */
export function hasEnough({ facts }: CheckedFacts, wish: CheckWish): boolean {
  return (
    since(facts.readings, wish.fromMs).length >= wish.readings && since(facts.beats, wish.fromMs).length > 0
  );
}

function online({ facts, judgement }: CheckedFacts, thresholds: Thresholds, nowMs: number): CheckLine {
  const { seenMs } = facts;
  if (seenMs === null) return line('online', 'fail', 'never-heard', null, null);
  const interval = judgement.intervalMs ?? 0;
  const limitMs = Math.max(thresholds.watchAfterMinutes * 60_000, interval * 2.5);
  const ageMs = nowMs - seenMs;
  const saysOffline = judgement.reasons.some(({ code }) => code === 'said-offline');
  if (saysOffline) return line('online', 'fail', 'says-offline', ageMs, limitMs);
  return ageMs < limitMs
    ? line('online', 'pass', null, ageMs, limitMs)
    : line('online', 'fail', 'silent', ageMs, limitMs);
}

/** The last ones in a row: how many came on time without one missed in between. */
function onTime({ facts, judgement }: CheckedFacts, wish: CheckWish): CheckLine {
  const readings = since(facts.readings, wish.fromMs);
  const intervalMs = learnedIntervalMs(readings) ?? judgement.intervalMs;
  const last = readings.slice(-wish.readings);
  if (last.length < wish.readings || intervalMs === null)
    return line('readings-on-time', 'fail', 'too-few-readings', last.length, wish.readings);
  let inRow = 1;
  for (let i = last.length - 1; i > 0; i--) {
    if ((last[i]?.timeMs ?? 0) - (last[i - 1]?.timeMs ?? 0) > intervalMs * lateness) break;
    inRow++;
  }
  return inRow >= wish.readings
    ? line('readings-on-time', 'pass', null, inRow, wish.readings)
    : line('readings-on-time', 'fail', 'reading-late', inRow, wish.readings);
}

function signal({ facts }: CheckedFacts, { rssiLeastDbm, fromMs }: CheckWish): CheckLine {
  const beats = since(facts.beats, fromMs);
  if (beats.length === 0) return line('signal', 'fail', 'no-heartbeat', null, rssiLeastDbm);
  const values = beats.slice(-signalBeats).flatMap(({ rssi }) => (rssi === null ? [] : [rssi]));
  if (values.length === 0)
    return line('signal', 'not-applicable', 'firmware-does-not-tell', null, rssiLeastDbm);
  const dbm = Math.round(median(values));
  return dbm >= rssiLeastDbm
    ? line('signal', 'pass', null, dbm, rssiLeastDbm)
    : line('signal', 'fail', 'too-weak', dbm, rssiLeastDbm);
}

function clock({ facts }: CheckedFacts, { fromMs }: CheckWish): CheckLine {
  if (facts.clockFaultySinceMs !== null) return line('clock', 'fail', 'clock-faulty', null, null);
  const beat = since(facts.beats, fromMs).at(-1);
  if (beat === undefined) return line('clock', 'fail', 'no-heartbeat', null, null);
  return beat.ntpSync
    ? line('clock', 'pass', null, null, null)
    : line('clock', 'fail', 'clock-not-synced', null, null);
}

function plausible({ facts, judgement }: CheckedFacts, { fromMs }: CheckWish): CheckLine {
  const last = since(facts.readings, fromMs).at(-1);
  if (last === undefined) return line('values-plausible', 'fail', 'no-readings', null, null);
  const codes = judgement.reasons.map(({ code }) => code);
  if (codes.includes('values-implausible'))
    return line('values-plausible', 'fail', 'implausible', facts.implausibleMs.length, 0);
  const frozen = codes.includes('temperature-frozen') || codes.includes('humidity-frozen');
  return frozen
    ? line('values-plausible', 'fail', 'frozen', last.temperature, null)
    : line('values-plausible', 'pass', null, last.temperature, null);
}

/** Firmware that sends the same for birth and will leaves something that says neither. */
function retained({ retained }: CheckedFacts): CheckLine {
  if (retained.kind === 'unknown')
    return line('retained-status', 'not-applicable', 'broker-not-ours', null, null);
  if (retained.kind === 'nothing') return line('retained-status', 'fail', 'nothing-retained', null, 'online');
  if (retained.status === null)
    return line('retained-status', 'not-applicable', 'firmware-does-not-tell', null, 'online');
  return retained.status === 'online'
    ? line('retained-status', 'pass', null, 'online', 'online')
    : line('retained-status', 'fail', 'says-offline', 'offline', 'online');
}

function firmware({ firmware: found }: CheckedFacts, { firmware: wanted }: CheckWish): CheckLine {
  if (wanted === null) return line('firmware', 'not-applicable', 'no-firmware-wanted', found, null);
  if (found === null) return line('firmware', 'fail', 'firmware-does-not-tell', null, wanted);
  return found === wanted
    ? line('firmware', 'pass', null, found, wanted)
    : line('firmware', 'fail', 'other-firmware', found, wanted);
}

const since = <T extends { readonly receivedMs: number }>(
  samples: readonly T[],
  fromMs: number,
): readonly T[] => samples.filter(({ receivedMs }) => receivedMs >= fromMs);

function line(
  check: CheckId,
  result: CheckLine['result'],
  cause: CheckCause | null,
  measured: string | number | null,
  wanted: string | number | null,
): CheckLine {
  return { check, result, cause, measured, wanted };
}
