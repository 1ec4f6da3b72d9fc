import { beforeEach, expect, test } from 'vitest';
import { alertDevicesListed, type AlertKind, type AlertRules } from '../../shared/contract/alerts.ts';
import { defaultAlertRules } from '../../shared/domain/alert-rules.ts';
import { AlertEngine, type EngineInput } from './alert-engine.ts';
import type { DeviceCondition, StackCondition } from './conditions.ts';

const startMs = Date.UTC(2025, 10, 20, 12);
const secondMs = 1_000;

let ids: number;
let engine: AlertEngine;
beforeEach(() => {
  ids = 0;
  engine = new AlertEngine(() => `alert-${++ids}`);
});

const macs = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `1C:69:20:00:00:${(index + 16).toString(16).toUpperCase()}`);
const offline = (mac: string, more: Partial<DeviceCondition> = {}): DeviceCondition => ({
  kind: 'offline',
  mac,
  siteRef: 'HCS',
  severity: 'warning',
  sinceMs: startMs,
  data: {},
  ...more,
});
const down = (kind: AlertKind, devices: readonly string[] = []): StackCondition => ({
  kind,
  severity: 'critical',
  sinceMs: startMs,
  data: {},
  devices,
});

function at(seconds: number, more: Partial<EngineInput> = {}, rules: AlertRules = defaultAlertRules): void {
  engine.tick(
    {
      nowMs: startMs + seconds * secondMs,
      devices: [],
      stack: [],
      unheard: new Set(),
      silentSinceMs: new Map(),
      devicesOfSite: new Map([['HCS', 10]]),
      graceUntilMs: null,
      ...more,
    },
    rules,
  );
}
const active = () =>
  engine.alerts.list().map(({ kind, scope, mac, deviceCount }) => [kind, scope, mac, deviceCount]);

test('raised when it has lasted, cleared when it has ended for long enough', () => {
  const [mac = ''] = macs(1);
  at(0, { devices: [offline(mac)] });
  at(59, { devices: [offline(mac)] });
  expect(active()).toEqual([]);
  at(60, { devices: [offline(mac)] });
  expect(active()).toEqual([['offline', 'device', mac, 1]]);
  at(100);
  at(150, { devices: [offline(mac)] });
  at(200);
  at(319);
  expect(active()).toHaveLength(1);
  at(320);
  expect(active()).toEqual([]);
  expect(engine.alerts.takeChanged()).toMatchObject([{ clearedMs: startMs + 320 * secondMs }]);
});

test('what ends before its time is never told, and begins anew', () => {
  const [mac = ''] = macs(1);
  at(0, { devices: [offline(mac)] });
  at(50);
  at(70, { devices: [offline(mac)] });
  at(129, { devices: [offline(mac)] });
  expect(active()).toEqual([]);
});

test('a site whose devices fall silent together is one alert, which others join', () => {
  const [first = '', second = '', third = '', fourth = ''] = macs(4);
  const three = [first, second, third].map((mac) => offline(mac));
  at(0, { devices: three });
  at(60, { devices: three });
  expect(active()).toEqual([['offline', 'site', null, 3]]);
  const four = [...three, offline(fourth)];
  at(100, { devices: four });
  at(160, { devices: four });
  expect(active()).toEqual([['offline', 'site', null, 4]]);
  expect(engine.alerts.takeRaised()).toHaveLength(1);
  // All come back within moments of each other: none of the last is told alone meanwhile.
  at(200, { devices: [offline(third), offline(fourth)] });
  at(210, { devices: [offline(fourth)] });
  at(215);
  at(320);
  at(330);
  expect(active()).toEqual([['offline', 'site', null, 1]]);
  at(335);
  expect(active()).toEqual([]);
  expect(engine.alerts.takeRaised()).toEqual([]);
  expect(engine.alerts.takeChanged()).toMatchObject([{ deviceCount: 4 }]);
});

test('of a common alert the two that stay behind become cases of their own', () => {
  const all = macs(4);
  at(0, { devices: all.map((mac) => offline(mac)) });
  at(60, { devices: all.map((mac) => offline(mac)) });
  const rest = all.slice(2).map((mac) => offline(mac));
  at(100, { devices: rest });
  at(220, { devices: rest });
  expect(active()).toEqual(all.slice(2).map((mac) => ['offline', 'device', mac, 1]));
});

test('the first one of many waits for nobody: those that are silent as long count already', () => {
  const [first = '', ...others] = macs(5);
  const silent = new Map(others.map((mac) => [mac, { siteRef: 'HCS', sinceMs: startMs - 30_000 }]));
  at(0, { devices: [offline(first)], silentSinceMs: silent });
  at(60, { devices: [offline(first)], silentSinceMs: silent });
  expect(active()).toEqual([['offline', 'site', null, 1]]);
});

test('one told alone just before goes into the common alert', () => {
  const [first = '', ...others] = macs(4);
  at(0, { devices: [offline(first)] });
  at(60, { devices: [offline(first)] });
  expect(active()).toEqual([['offline', 'device', first, 1]]);
  const all = [offline(first), ...others.map((mac) => offline(mac, { sinceMs: startMs + 70_000 }))];
  at(70, { devices: all });
  at(130, { devices: all });
  expect(active()).toEqual([['offline', 'site', null, 4]]);
  expect(engine.alerts.takeChanged().find(({ scope }) => scope === 'device')?.data).toEqual({
    mergedInto: 'alert-2',
  });
});

test('two of a large site are two alerts', () => {
  const two = macs(2).map((mac) => offline(mac));
  at(0, { devices: two });
  at(60, { devices: two });
  expect(active()).toHaveLength(2);
});

test('while the broker or the database is down, it is that which is told, and no silence', () => {
  const all = macs(6).map((mac) => offline(mac));
  for (const kind of ['broker-down', 'database-down'] as const) {
    engine = new AlertEngine(() => `${kind}-${++ids}`);
    at(0, { devices: all, stack: [down(kind)] });
    at(15, { devices: all, stack: [down(kind)] });
    at(3_600, { devices: all, stack: [down(kind)] });
    expect(active()).toEqual([[kind, 'stack', null, 0]]);
    at(3_601, { devices: all });
    at(3_616, { devices: all });
    expect(active()).toEqual([]);
    // From the return on it lasts.
    at(3_659, { devices: all });
    expect(active()).toEqual([]);
    at(3_660, { devices: all });
    expect(active()).toEqual([['offline', 'site', null, 6]]);
  }
});

test('after waking up silence raises nothing until the grace is over, and other things do', () => {
  const [mac = ''] = macs(1);
  const graceUntilMs = startMs + 180 * secondMs;
  const heap = { ...offline(mac), kind: 'low-heap' as const };
  // As long as silence means nothing it does not last either: the minute begins with the last held look.
  for (const seconds of [0, 60, 179, 238]) at(seconds, { devices: [offline(mac)], graceUntilMs });
  expect(active()).toEqual([]);
  at(239, { devices: [offline(mac)], graceUntilMs });
  expect(active()).toHaveLength(1);
  engine = new AlertEngine(() => `heap-${++ids}`);
  at(0, { devices: [heap], graceUntilMs: startMs + 1_000 * secondMs });
  at(300, { devices: [heap], graceUntilMs: startMs + 1_000 * secondMs });
  expect(active()).toEqual([['low-heap', 'device', mac, 1]]);
});

test('of a device that nothing can be said about, an alert neither comes nor goes', () => {
  const [mac = ''] = macs(1);
  at(0, { devices: [offline(mac)] });
  at(60, { devices: [offline(mac)] });
  at(100, { unheard: new Set([mac]) });
  at(9_000, { unheard: new Set([mac]) });
  expect(active()).toHaveLength(1);
  at(9_001);
  at(9_121);
  expect(active()).toEqual([]);
});

test('a rule that is switched off ends its alerts and raises none', () => {
  const [mac = ''] = macs(1);
  const off = { ...defaultAlertRules, offline: { ...defaultAlertRules.offline, enabled: false } };
  at(0, { devices: [offline(mac)] });
  at(60, { devices: [offline(mac)] });
  at(61, { devices: [offline(mac)] }, off);
  expect(active()).toEqual([]);
  at(500, { devices: [offline(mac)] }, off);
  expect(active()).toEqual([]);
});

test('a clock that is set back does not make it wait for longer', () => {
  const [mac = ''] = macs(1);
  at(7_200, { devices: [offline(mac)] });
  at(0, { devices: [offline(mac)] });
  at(60, { devices: [offline(mac)] });
  expect(active()).toHaveLength(1);
});

test('taken note of and put off, each all or none, and a new stranger is news again', () => {
  const [first = '', second = ''] = macs(2);
  at(0, { stack: [down('unknown-device', [first])] });
  at(60, { stack: [down('unknown-device', [first])] });
  const acknowledged = { timeMs: startMs, by: 'Ana', note: '' };
  engine.alerts.decide(['alert-1'], { acknowledged, snoozedUntilMs: startMs + 1 });
  expect(() => engine.alerts.decide(['alert-1', 'none'], { acknowledged: null })).toThrow(
    expect.objectContaining({ code: 'alerts.unknown' }),
  );
  at(61, { stack: [down('unknown-device', [first])] });
  expect(engine.alerts.get('alert-1')).toMatchObject({ acknowledged, snoozedUntilMs: startMs + 1 });
  at(62, { stack: [down('unknown-device', [first, second])] });
  expect(engine.alerts.get('alert-1')?.acknowledged).toBeNull();
});

test('more strangers than are listed stay taken note of until one more comes', () => {
  const many = Array.from({ length: alertDevicesListed + 5 }, (_, index) => `stranger ${index}`);
  at(0, { stack: [down('unknown-device', many)] });
  at(60, { stack: [down('unknown-device', many)] });
  engine.alerts.decide(['alert-1'], { acknowledged: { timeMs: startMs, by: 'Ana', note: '' } });
  at(61, { stack: [down('unknown-device', many)] });
  expect(engine.alerts.get('alert-1')).toMatchObject({
    acknowledged: { by: 'Ana' },
    deviceCount: alertDevicesListed + 5,
  });
  at(62, { stack: [down('unknown-device', [...many, 'one more'])] });
  expect(engine.alerts.get('alert-1')?.acknowledged).toBeNull();
});

test('alerts that were active when the application ended go on and end', () => {
  const all = macs(3);
  at(0, { devices: all.map((mac) => offline(mac)) });
  at(60, { devices: all.map((mac) => offline(mac)) });
  const stored = engine.alerts.takeChanged();
  engine = new AlertEngine(() => 'another');
  engine.restore(stored);
  at(1_000, { devices: all.map((mac) => offline(mac)) });
  expect(active()).toEqual([['offline', 'site', null, 3]]);
  at(1_001);
  at(1_121);
  expect(active()).toEqual([]);
  expect(engine.alerts.takeRaised()).toEqual([]);
});

const sites = (refs: readonly string[], each: number): readonly DeviceCondition[] =>
  refs.flatMap((siteRef, site) =>
    macs(each).map((mac) => offline(mac.replace('00:00', `00:${10 + site}`), { siteRef })),
  );
const counts = (refs: readonly string[], each: number): EngineInput['devicesOfSite'] =>
  new Map(refs.map((ref) => [ref, each]));

test('sites that fall silent together are one alert, also where each has one device only', () => {
  for (const each of [1, 4]) {
    engine = new AlertEngine(() => `each-${each}-${++ids}`);
    const refs = ['A', 'B', 'C'];
    const devices = sites(refs, each);
    const more = { devices, devicesOfSite: counts(refs, each) };
    at(0, more);
    at(60, more);
    expect(active()).toEqual([['offline', 'stack', null, 3 * each]]);
    expect(engine.alerts.list()[0]).toMatchObject({
      severity: 'critical',
      siteRef: null,
      data: { sites: 3 },
    });
    expect(engine.alerts.takeRaised()).toHaveLength(1);
    at(100, { ...more, devices: [] });
    at(220, { ...more, devices: [] });
    expect(active()).toEqual([]);
    expect(engine.alerts.takeRaised()).toEqual([]);
    expect(engine.alerts.takeChanged()).toMatchObject([{ deviceCount: 3 * each }]);
  }
});

test('the first board of several sites stands for those that are silent as long', () => {
  const refs = ['A', 'B'];
  const [first, ...others] = sites(refs, 3);
  if (first === undefined) throw new Error('no device');
  const silentSinceMs = new Map(
    others.map(({ mac, siteRef }) => [mac, { siteRef, sinceMs: startMs - 60_000 }]),
  );
  const more = { devices: [first], silentSinceMs, devicesOfSite: counts(refs, 3) };
  at(0, more);
  at(60, more);
  expect(active()).toEqual([['offline', 'stack', null, 1]]);
  at(70, { ...more, devices: [first, ...others] });
  at(130, { ...more, devices: [first, ...others] });
  expect(active()).toEqual([['offline', 'stack', null, 6]]);
});

test('a site told just before goes into the alert of all; what is left of it at one site is told as that site', () => {
  const refs = ['A', 'B', 'C'];
  const all = sites(refs, 3);
  const ofA = all.slice(0, 3);
  const more = { devicesOfSite: counts(refs, 3) };
  at(0, { ...more, devices: ofA });
  at(60, { ...more, devices: ofA });
  expect(active()).toEqual([['offline', 'site', null, 3]]);
  at(61, { ...more, devices: all });
  at(121, { ...more, devices: all });
  expect(active()).toEqual([['offline', 'stack', null, 9]]);
  expect(engine.alerts.takeChanged().find(({ scope }) => scope === 'site')?.data).toEqual({
    mergedInto: 'alert-2',
  });
  at(200, { ...more, devices: ofA });
  at(320, { ...more, devices: ofA });
  expect(active()).toEqual([['offline', 'site', null, 3]]);
  expect(engine.alerts.list()[0]).toMatchObject({ siteRef: 'A' });
});

test('sites have their own alerts where they fail one after the other, in part, for their own rooms, or few of many', () => {
  const refs = ['A', 'B'];
  const all = sites(refs, 4);
  const told = (devices: readonly DeviceCondition[], devicesOfSite: EngineInput['devicesOfSite']) => {
    engine = new AlertEngine(() => `own-${++ids}`);
    at(0, { devices, devicesOfSite });
    at(600, { devices, devicesOfSite });
    return active().map(([kind, scope]) => [kind, scope]);
  };
  const both = ['offline', 'site'];
  // B fell silent an hour before A, and both are found when the application starts.
  const apart = all.map((one) => (one.siteRef === 'B' ? { ...one, sinceMs: startMs - 3_600_000 } : one));
  expect(told(apart, counts(refs, 4))).toEqual([both, both]);
  expect(told(all, counts(refs, 9))).toEqual([both, both]);
  expect(told(all, counts([...refs, ...'CDEFGHIJKLM'.split('')], 4))).toEqual([both, both]);
  const warm = all.map((one) => ({ ...one, kind: 'out-of-limits' as const }));
  expect(told(warm, counts(refs, 4))).toEqual([
    ['out-of-limits', 'site'],
    ['out-of-limits', 'site'],
  ]);
  expect(told(all, counts(refs, 4))).toEqual([['offline', 'stack']]);
});

test('an alert of several sites takes nobody that fails much later elsewhere, and goes on after a restart', () => {
  const refs = ['A', 'B', 'C'];
  const all = sites(refs, 3);
  const [down, later] = [
    all.slice(0, 6),
    all.slice(6).map((one) => ({ ...one, sinceMs: startMs + 3_600_000 })),
  ];
  const more = { devicesOfSite: counts(refs, 3) };
  at(0, { ...more, devices: down });
  at(60, { ...more, devices: down });
  at(3_600, { ...more, devices: [...down, ...later] });
  at(3_660, { ...more, devices: [...down, ...later] });
  expect(active()).toEqual([
    ['offline', 'site', null, 3],
    ['offline', 'stack', null, 6],
  ]);
  const stored = engine.alerts.takeChanged();
  engine = new AlertEngine(() => 'another');
  engine.restore(stored);
  at(3_700, { ...more, devices: [...down, ...later] });
  at(3_800, { ...more, devices: later });
  at(3_920, { ...more, devices: later });
  expect(active()).toEqual([['offline', 'site', null, 3]]);
  expect(engine.alerts.takeRaised()).toEqual([]);
});

test('devices of no site are one alert too, which those leave that are given one', () => {
  const unsited = macs(4).map((mac) => offline(mac, { siteRef: null }));
  const more = { devicesOfSite: new Map([[null, 4]]) };
  at(0, { ...more, devices: unsited });
  at(60, { ...more, devices: unsited });
  expect(active()).toEqual([['offline', 'stack', null, 4]]);
  expect(engine.alerts.list()[0]).toMatchObject({ siteRef: null, data: { sites: 0 } });
  const placed = unsited.map((one) => ({ ...one, siteRef: 'HCS' }));
  at(61, { devices: placed, devicesOfSite: new Map([['HCS', 4]]) });
  expect(active()).toEqual([['offline', 'site', null, 4]]);
});
