import type { Alert } from '../../../shared/contract/alerts.ts';
import { alertPlace } from '../../../shared/domain/alert-place.ts';
import type { HealthReason, HealthRow } from '../../../shared/contract/health.ts';
import type { SiteCheck } from '../../../shared/contract/site-check.ts';
import { say, type Words } from './words.ts';

const minuteMs = 60_000;

/** Verdict, address, name, and each reason in words with its next step. */
export function healthLine(
  row: Pick<HealthRow, 'verdict' | 'reasons'> & { readonly mac: string },
  name: string,
  words: Words,
  nowMs: number,
): string {
  const verdict = words(`health.verdicts.${row.verdict}`) ?? row.verdict;
  const reasons = row.reasons.map((reason) => `\n    ${reasonWords(reason, words, nowMs)}`).join('');
  return `${verdict.padEnd(13)} ${row.mac}  ${name}`.trimEnd() + reasons;
}

function reasonWords({ code, data, sinceMs }: HealthReason, words: Words, nowMs: number): string {
  const values = { ...data, duration: sinceMs === null ? '?' : duration(nowMs - sinceMs, words) };
  const what = words(`health.reasons.${code}.what`, values) ?? code;
  const next = words(`health.reasons.${code}.next`, values) ?? '';
  return `${what} ${next}`.trimEnd();
}

function duration(ms: number, words: Words): string {
  const minutes = Math.max(0, Math.round(ms / minuteMs));
  if (minutes < 90) return say(words, 'duration.minutes', { count: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48
    ? say(words, 'duration.hours', { count: hours })
    : say(words, 'duration.days', { count: Math.round(hours / 24) });
}

/** Since when, how urgent, in words, and the number by which it is acknowledged. */
export function alertLine(alert: Alert, name: string, words: Words): string {
  const { id, kind, data, deviceCount, severity, raisedMs, clearedMs, acknowledged } = alert;
  const text =
    words(`alerts.kinds.${kind}.${alertPlace(alert)}`, { ...data, name, count: deviceCount }) ?? kind;
  const iso = (ms: number): string => new Date(ms).toISOString();
  const state = [
    ...(clearedMs === null ? [] : [say(words, 'alerts.cleared', { time: iso(clearedMs) })]),
    ...(acknowledged === null ? [] : [say(words, 'alerts.by', { name: acknowledged.by })]),
  ].map((part) => `  (${part})`);
  return `${iso(raisedMs)}  ${severity.padEnd(8)}  ${id}  ${text}${state.join('')}`;
}

/** A line for each device, and below it what did not pass. */
export function checkLines(check: SiteCheck, words: Words): readonly string[] {
  const verdict = (passed: boolean): string => say(words, passed ? 'check.pass' : 'check.fail');
  return [
    ...check.items.flatMap(({ mac, name, passed, lines }) => [
      `${verdict(passed).padEnd(7)} ${mac}  ${name}`.trimEnd(),
      ...lines
        .filter(({ result }) => result === 'fail')
        .map(({ check: id, cause, measured, wanted }) => {
          const why = words(`siteCheck.causes.${cause ?? ''}`, { measured, wanted }) ?? '';
          return `    ${words(`siteCheck.checks.${id}`) ?? id}: ${why}`;
        }),
    ]),
    say(words, 'check.summary', {
      verdict: verdict(check.passed),
      passed: check.passedDevices,
      devices: check.devices,
      id: check.id,
    }),
  ];
}
