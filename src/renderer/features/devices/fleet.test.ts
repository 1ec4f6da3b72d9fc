import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Device, Site, Zone } from '../../../shared/contract/devices.ts';
import type { FleetColumn, HealthRow } from '../../../shared/contract/health.ts';
import { fleetColumns } from '../../../shared/domain/fleet-columns.ts';
import type { Board } from '../../app/live.ts';
import { columnWidths, fixedColumn, usualColumns } from './fleet-columns.ts';
import { itemsOf, matches, needsVisit, rowsOf, sortRows, usualLook, type FleetRow } from './fleet.ts';

const now = Date.UTC(2026, 0, 1, 12);
const site = (ref: string, name: string): Site => ({ ref, name }) as unknown as Site;
const device = (mac: string, rest: Partial<Device> = {}): Device =>
  ({
    mac,
    name: '',
    siteRef: 'B',
    zoneId: null,
    position: '',
    temperature: null,
    humidity: null,
    readingMs: now,
    seenMs: now,
    ...rest,
  }) as unknown as Device;
const board = (devices: readonly Device[], zones: readonly Zone[] = []): Board => ({
  devices: new Map(devices.map((one) => [one.mac, one])),
  candidates: [],
  moreCandidates: 0,
  sites: [site('A', 'Zebra'), site('B', 'Apple')],
  zones,
});
const health = (verdict: HealthRow['verdict'], rest: Partial<HealthRow> = {}): HealthRow =>
  ({ verdict, reasons: [], ...rest }) as unknown as HealthRow;
const rows = (
  devices: readonly Device[],
  verdicts: Readonly<Record<string, HealthRow>> = {},
): readonly FleetRow[] => rowsOf(board(devices), new Map(Object.entries(verdicts)), null, now);
const names = (of: readonly FleetRow[]): readonly string[] => of.map(({ view }) => view.label);
const by = (column: FleetColumn, descending = false) => ({ column, descending });

test('by verdict: what needs somebody first, and what is healthy but out of its limits before what is not', () => {
  const zones = [{ id: 1, temperatureMin: 2, temperatureMax: 8 } as unknown as Zone];
  const devices = ['healthy', 'out', 'watch', 'faulty', 'offline', 'unknown'].map((name, index) =>
    device(`0${index}`, { name, zoneId: 1, temperature: name === 'out' ? 9 : 5 }),
  );
  const verdicts = Object.fromEntries(
    devices.map(({ mac, name }) => [mac, health((name === 'out' ? 'healthy' : name) as 'healthy')]),
  );
  const sorted = sortRows(
    rowsOf(board(devices, zones), new Map(Object.entries(verdicts)), null, now),
    usualLook.sort,
  );
  expect(names(sorted)).toEqual(['offline', 'faulty', 'watch', 'out', 'unknown', 'healthy']);
});

test('names by their numbers; what is missing comes last in both directions', () => {
  const devices = [
    device('01', { name: 'S-10', temperature: 4 }),
    device('02', { name: 'S-9', temperature: null }),
    device('03', { name: 'S-11', temperature: 3 }),
  ];
  expect(names(sortRows(rows(devices), by('name')))).toEqual(['S-9', 'S-10', 'S-11']);
  expect(names(sortRows(rows(devices), by('temperature')))).toEqual(['S-11', 'S-10', 'S-9']);
  expect(names(sortRows(rows(devices), by('temperature', true)))).toEqual(['S-10', 'S-11', 'S-9']);
});

test('every column sorts all rows, in the same order whatever the order before', () => {
  const maybe = fc.option(fc.integer({ min: -3, max: 3 }), { nil: null });
  const some = fc.uniqueArray(
    fc.record({
      mac: fc.stringMatching(/^[0-9A-F]{4}$/),
      temperature: maybe,
      rssi: maybe,
      name: fc.constantFrom('', 'a', 'b'),
    }),
    { selector: ({ mac }) => mac, maxLength: 12 },
  );
  fc.assert(
    fc.property(some, fc.constantFrom(...fleetColumns), fc.boolean(), (devices, column, descending) => {
      const all = rows(devices.map(({ mac, ...rest }) => device(mac, rest as Partial<Device>)));
      const macs = (of: readonly FleetRow[]): readonly string[] => of.map(({ view }) => view.device.mac);
      const sorted = macs(sortRows(all, by(column, descending)));
      expect(sorted.toSorted()).toEqual(macs(all).toSorted());
      expect(macs(sortRows(all.toReversed(), by(column, descending)))).toEqual(sorted);
    }),
  );
});

test('groups by the names of their sites, the order within them kept', () => {
  const devices = [device('01', { siteRef: 'A' }), device('02'), device('03', { siteRef: 'A' })];
  const items = itemsOf(sortRows(rows(devices), by('mac', true)), true);
  expect(items.map((item) => (item.kind === 'site' ? [item.name, item.count] : item.key))).toEqual([
    ['Apple', 1],
    '02',
    ['Zebra', 2],
    '03',
    '01',
  ]);
});

test('filters hold together; text is looked for in name, address, place, site and IP', () => {
  const [row] = rows([device('AA:01', { name: 'Door', position: 'Rack 7' })], {
    'AA:01': health('watch', { ip: '10.0.0.9' }),
  });
  if (row === undefined) throw new Error('no row');
  for (const text of ['door', 'aa:01', 'rack 7', 'apple', '0.0.9', ' Door '])
    expect(matches(row, { ...usualLook, text }), text).toBe(true);
  expect(matches(row, { ...usualLook, text: 'window' })).toBe(false);
  expect(matches(row, { ...usualLook, verdicts: ['watch', 'faulty'] })).toBe(true);
  expect(matches(row, { ...usualLook, verdicts: ['healthy'] })).toBe(false);
  expect(matches(row, { ...usualLook, outside: true })).toBe(false);
  expect(matches(row, { ...usualLook, zoneId: 4 })).toBe(false);
});

test('to visit are the offline and the faulty, and the silent of whom nothing is known yet', () => {
  const silent = { seenMs: now - 3_600_000 };
  const all = rows([device('01'), device('02', silent), device('03'), device('04'), device('05', silent)], {
    '01': health('healthy'),
    '03': health('faulty'),
    '04': health('watch'),
    // It sends twice a day: an hour is no silence for it.
    '05': health('healthy'),
  });
  expect(all.filter(needsVisit).map(({ view }) => view.device.mac)).toEqual(['02', '03']);
});

test('the usual columns fit their window, and the way to the device is always among them', () => {
  // Beside the table stand the navigation (208 px, from 820 px on 94 or less) and nothing else.
  for (const width of [390, 720, 820, 1024, 1100, 1280, 1400, 1440, 1920]) {
    const columns = usualColumns(width);
    expect(columns).toContain(fixedColumn);
    const beside = width < 820 ? 0 : width < 1_100 ? 94 : 208;
    const needed = columns.reduce((sum, column) => sum + columnWidths(width)[column], 0);
    expect(needed, String(width)).toBeLessThanOrEqual(width - beside);
  }
});
