import { expect, test } from 'vitest';
import type { Alert } from '../../shared/contract/alerts.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import { Notifications } from './notifications.ts';

const alert = (mac: string, more: Partial<Alert> = {}): Alert => ({
  id: mac,
  kind: 'offline',
  severity: 'warning',
  scope: 'device',
  mac: mac as MacAddress,
  siteRef: 'HCS',
  devices: [mac as MacAddress],
  deviceCount: 1,
  data: {},
  sinceMs: 0,
  raisedMs: 0,
  clearedMs: null,
  acknowledged: null,
  snoozedUntilMs: null,
  ...more,
});

function shownBy() {
  const shown: [string, string][] = [];
  const notifications = new Notifications({
    notify: (title, body) => void shown.push([title, body]),
    words: () => Promise.resolve((key, values = {}) => `${key} ${Object.values(values).join(' ')}`.trim()),
    nameOf: ({ mac }) => mac ?? '',
  });
  return { shown, notifications };
}

test('one alert is shown with what to do next, many as one with the first five', async () => {
  const { shown, notifications } = shownBy();
  await notifications.flush(0);
  notifications.add([alert('A')]);
  await notifications.flush(0);
  expect(shown).toEqual([['alerts.kinds.offline.device A 1', 'alerts.kinds.offline.next']]);
  notifications.add('BCDEFG'.split('').map((mac) => alert(mac)));
  await notifications.flush(10_000);
  expect(shown[1]).toEqual([
    'alerts.many 6',
    'BCDEF'
      .split('')
      .map((mac) => `alerts.kinds.offline.device ${mac} 1`)
      .join('\n'),
  ]);
});

test('however much happens, one in ten seconds, and nothing is left out', async () => {
  const { shown, notifications } = shownBy();
  for (const [index, mac] of 'ABC'.split('').entries()) {
    notifications.add([alert(mac)]);
    await notifications.flush(index * 4_000);
  }
  expect(shown).toHaveLength(1);
  await notifications.flush(10_000);
  expect(shown[1]?.[0]).toBe('alerts.many 2');
});

test('what several sites, or devices of none, share has its own sentence', async () => {
  const { shown, notifications } = shownBy();
  const many = { scope: 'stack', mac: null, siteRef: null, deviceCount: 7 } as const;
  notifications.add([alert('A', { ...many, data: { sites: 3 } })]);
  await notifications.flush(0);
  notifications.add([alert('B', { ...many, data: { sites: 0 } })]);
  await notifications.flush(10_000);
  expect(shown.map(([title]) => title)).toEqual([
    'alerts.kinds.offline.sites 3  7',
    'alerts.kinds.offline.unsited 0  7',
  ]);
});
