import { expect, test } from 'vitest';
import { alert, type Alert } from '../../../shared/contract/alerts.ts';
import { alertValues, hourMs, isOpen, isSnoozed, newlyRaised, snoozeFault } from './alert-view.ts';

const now = 1_800_000_000_000;

function alertOf(number: number, own: Partial<Alert> = {}): Alert {
  return alert.parse({
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    kind: 'offline',
    severity: 'warning',
    scope: 'device',
    mac: '1C:69:20:E9:18:24',
    siteRef: null,
    devices: ['1C:69:20:E9:18:24'],
    deviceCount: 1,
    data: {},
    sinceMs: now - 1_000,
    raisedMs: now,
    clearedMs: null,
    acknowledged: null,
    snoozedUntilMs: null,
    ...own,
  });
}

const care = { timeMs: now, by: 'Ada', note: '' };

test('open is what nobody took care of and nobody put off', () => {
  expect(isOpen(alertOf(1), now)).toBe(true);
  expect(isOpen(alertOf(1, { acknowledged: care }), now)).toBe(false);
  const snoozed = alertOf(1, { snoozedUntilMs: now + 1 });
  expect([isOpen(snoozed, now), isSnoozed(snoozed, now)]).toEqual([false, true]);
  expect([isOpen(snoozed, now + 1), isSnoozed(snoozed, now + 1)]).toEqual([true, false]);
});

test('what was there when the page opened is no news, and neither is what was put off', () => {
  const active = [
    alertOf(1),
    alertOf(2),
    alertOf(3, { snoozedUntilMs: now + 1 }),
    alertOf(4, { acknowledged: care }),
  ];
  expect(newlyRaised(undefined, active, now)).toEqual([]);
  expect(newlyRaised(new Set([alertOf(1).id]), active, now)).toEqual([alertOf(2)]);
});

test('a value stands with its unit', () => {
  const values = alertValues(
    alertOf(1, {
      kind: 'out-of-limits',
      data: { quantity: 'temperature', value: -9.44, limit: 8, side: 'above' },
    }),
    'CR1-01',
  );
  expect(values).toMatchObject({ name: 'CR1-01', count: 1, value: '\u22129.4\u00A0°C', limit: '8\u00A0°C' });
  const humid = alertValues(alertOf(1, { data: { quantity: 'humidity', value: 91, limit: 80 } }), '');
  expect(humid['value']).toBe('91\u00A0%RH');
  expect(alertValues(alertOf(1, { data: { gigabytes: 1.8 } }), '')['gigabytes']).toBe('1.8');
});

test('a snooze ends in the future, within thirty days', () => {
  expect(snoozeFault(undefined, now)).toBe('missing');
  expect(snoozeFault(now, now)).toBe('past');
  expect(snoozeFault(now + 1, now)).toBeNull();
  expect(snoozeFault(now + 720 * hourMs, now)).toBeNull();
  expect(snoozeFault(now + 720 * hourMs + 1, now)).toBe('far');
});
