import { expect, test } from 'vitest';
import { healthThresholds } from '../../../shared/contract/health.ts';
import { defaultThresholds } from '../../../shared/domain/device-health/thresholds.ts';
import { checkThresholds, defaultOf, textsOf, thresholdGroups } from './thresholds-form.ts';

const fields = thresholdGroups.flatMap((group) => [...group.fields]);

test('the form has every threshold, with the range that the contract permits', () => {
  const { shape } = healthThresholds.unwrap();
  expect(fields.map(({ field }) => field).sort()).toEqual(Object.keys(shape).sort());
  for (const { field, range, per } of fields)
    for (const [end, beyond] of [
      [range[0], range[0] - 1],
      [range[1], range[1] + 1],
    ] as const)
      expect([
        field,
        end,
        shape[field].safeParse(end / per).success,
        shape[field].safeParse(beyond / per).success,
      ]).toEqual([field, end, true, false]);
});

test('an empty field is no own value, and what is shown goes back as it was', () => {
  const own = { receivedShareLeast: 0.9, rssiWatchDbm: -75 };
  expect(textsOf(own)).toMatchObject({ receivedShareLeast: 90, rssiWatchDbm: -75, frozenReadings: '' });
  expect(checkThresholds(textsOf(own))).toEqual({ own, outOfRange: [], contradicts: null });
  for (const one of fields) expect(defaultOf(one) / one.per).toBeCloseTo(defaultThresholds[one.field], 9);
});

test('a value out of range, and one that contradicts the milder level, are told at their field', () => {
  const empty = textsOf({});
  expect(checkThresholds({ ...empty, rssiWatchDbm: -20 }).outOfRange).toEqual(['rssiWatchDbm']);
  expect(checkThresholds({ ...empty, watchAfterMinutes: 60 }).contradicts).toBe('offlineAfterMinutes');
  expect(
    checkThresholds({ ...empty, watchAfterMinutes: 60, offlineAfterMinutes: 90 }).contradicts,
  ).toBeNull();
});
