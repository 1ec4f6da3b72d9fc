import { expect, test } from 'vitest';
import type { Device, Zone } from '../../../shared/contract/devices.ts';
import { byUrgency, viewsOf } from './device-view.ts';

const now = 1_800_000_000_000;
const zone = {
  id: 1,
  siteRef: 'S',
  name: 'Z',
  temperatureMin: 2,
  temperatureMax: 8,
  humidityMin: null,
  humidityMax: null,
} satisfies Zone;
const device = (mac: string, ageMinutes: number | null, temperature: number, siteRef = 'S'): Device =>
  ({
    mac,
    name: '',
    siteRef,
    zoneId: 1,
    temperature,
    humidity: 50,
    seenMs: ageMinutes === null ? null : now - ageMinutes * 60_000,
  }) as unknown as Device;
const board = (devices: Device[]) => ({
  devices: new Map(devices.map((one) => [one.mac, one])),
  candidates: [],
  moreCandidates: 0,
  sites: [],
  zones: [zone],
});

test('what needs attention comes first: offline, late, outside its limits, then the quiet ones', () => {
  const views = viewsOf(
    board([
      device('D', 0, 5),
      device('C', 0, 9),
      device('B', 10, 5),
      device('A', 40, 5),
      device('E', null, 5),
    ]),
    null,
    now,
  );
  expect([...views].sort(byUrgency).map((view) => view.label)).toEqual(['A', 'E', 'B', 'C', 'D']);
  expect(views.map((view) => view.presence)).toEqual(['online', 'online', 'warning', 'offline', 'offline']);
  expect(views.map((view) => view.outside)).toEqual([false, true, false, false, false]);
});

test('a chosen site shows its own devices only', () => {
  expect(
    viewsOf(board([device('A', 0, 5), device('B', 0, 5, 'T')]), 'T', now).map((view) => view.label),
  ).toEqual(['B']);
});

test('humidity outside its limits leaves the temperature inside; an old reading of a board that reports is stale', () => {
  const damp = { ...zone, humidityMin: 20, humidityMax: 40 };
  const [fresh, old] = viewsOf(
    {
      ...board([
        { ...device('A', 0, 5), readingMs: now - 60_000 },
        { ...device('B', 0, 5), readingMs: now - 600_000 },
      ]),
      zones: [damp],
    },
    null,
    now,
  );
  expect(fresh).toMatchObject({
    outside: true,
    outsideHumidity: true,
    outsideTemperature: false,
    staleSeconds: null,
  });
  expect(old).toMatchObject({ presence: 'online', staleSeconds: 600 });
});
