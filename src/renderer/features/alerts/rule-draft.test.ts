import { expect, test } from 'vitest';
import { defaultAlertRules } from '../../../shared/domain/alert-rules.ts';
import { sameRules, secondsFault } from './rule-draft.ts';

test('a time is whole seconds within a day', () => {
  expect([0, 60, 86_400].map(secondsFault)).toEqual([false, false, false]);
  expect([-1, 0.5, 86_401, Number.NaN].map(secondsFault)).toEqual([true, true, true, true]);
});

test('each part of each rule counts', () => {
  expect(sameRules(defaultAlertRules, structuredClone(defaultAlertRules))).toBe(true);
  const { 'disk-low': disk } = defaultAlertRules;
  for (const other of [{ enabled: false }, { raiseAfterS: 61 }, { clearAfterS: 1 }, { notify: false }])
    expect(sameRules(defaultAlertRules, { ...defaultAlertRules, 'disk-low': { ...disk, ...other } })).toBe(
      false,
    );
});
