import type { AlertRules } from '../../../shared/contract/alerts.ts';
import { alertKinds } from '../../../shared/domain/alert-rules.ts';

const longestS = 86_400;

/** No whole number of seconds within a day; an empty field is no number. */
export function secondsFault(seconds: number): boolean {
  return !Number.isInteger(seconds) || seconds < 0 || seconds > longestS;
}

export function sameRules(a: AlertRules, b: AlertRules): boolean {
  return alertKinds.every((kind) =>
    (['enabled', 'raiseAfterS', 'clearAfterS', 'notify'] as const).every(
      (part) => a[kind][part] === b[kind][part],
    ),
  );
}
