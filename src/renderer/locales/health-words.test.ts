import { expect, test } from 'vitest';
import { alertKinds } from '../../shared/domain/alert-rules.ts';
import { healthReasonCodes } from '../../shared/domain/device-health/reasons.ts';
import en from './en.json';

test('every reason of a verdict has its words and a next step', () => {
  expect(Object.keys(en.health.reasons).sort()).toEqual([...healthReasonCodes].sort());
  for (const words of Object.values(en.health.reasons)) expect(Object.keys(words)).toEqual(['what', 'next']);
});

test('every kind of alert has words for each way in which it is raised', () => {
  expect(Object.keys(en.alerts.kinds).sort()).toEqual([...alertKinds].sort());
  for (const words of Object.values(en.alerts.kinds)) {
    // Where it is counted, one of them is the singular.
    const scopes = Object.keys(words).filter((scope) => !scope.endsWith('_one'));
    expect([
      ['device', 'site', 'sites', 'unsited', 'next'],
      ['device', 'site', 'unsited', 'next'],
      ['stack', 'next'],
    ]).toContainEqual(scopes);
  }
});
