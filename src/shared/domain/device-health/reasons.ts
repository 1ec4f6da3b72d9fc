/**
 * Everything that can be said of a device's health. The screens have words and a next step for each; order is that
 * of importance among reasons of one severity.
 */
export const healthReasonCodes = [
  /** Its last will came, or nothing for too long. */
  'said-offline',
  'silent',
  'never-heard',
  /** The application listens only since a moment, or does not listen now. */
  'just-listening',
  'not-listening',
  'duplicate-mac',
  'restarting',
  'heap-critical',
  'heap-low',
  'heap-leak',
  'signal-unusable',
  'signal-weak',
  'signal-falling',
  'clock-faulty',
  'clock-not-synced',
  'readings-missing',
  'readings-absent',
  'values-implausible',
  'temperature-frozen',
  'humidity-frozen',
  'outside-limits',
  'restarted-often',
  'login-refused',
] as const;

export type HealthReasonCode = (typeof healthReasonCodes)[number];

/** `note` is said and changes no verdict. */
export type ReasonSeverity = 'note' | 'watch' | 'faulty' | 'offline' | 'unknown';
export type Verdict = 'healthy' | 'watch' | 'faulty' | 'offline' | 'unknown';

export interface Reason {
  readonly code: HealthReasonCode;
  readonly severity: ReasonSeverity;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
  readonly sinceMs: number | null;
}

const rank: Readonly<Record<ReasonSeverity, number>> = {
  offline: 0,
  unknown: 1,
  faulty: 2,
  watch: 3,
  note: 4,
};
const place = new Map<string, number>(healthReasonCodes.map((code, index) => [code, index]));

/** Worst first, then by importance. */
export function byUrgency(a: Reason, b: Reason): number {
  return rank[a.severity] - rank[b.severity] || (place.get(a.code) ?? 0) - (place.get(b.code) ?? 0);
}

/** What is known to be so of an unheard device is past: it outweighs nothing. */
export function verdictOf(sorted: readonly Reason[]): Verdict {
  const worst = sorted[0]?.severity;
  return worst === undefined || worst === 'note' ? 'healthy' : worst;
}
