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
