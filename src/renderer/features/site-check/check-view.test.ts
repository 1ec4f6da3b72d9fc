import { expect, test } from 'vitest';
import { checkedDevice, siteCheck, type CheckProgress } from '../../../shared/contract/site-check.ts';
import { boundedNumber, failedFirst, failedLines, lineValues, toldCheck } from './check-view.ts';

const line = (result: string, own: object = {}) => ({
  check: 'signal',
  result,
  cause: null,
  measured: null,
  wanted: null,
  ...own,
});
const device = (name: string, ...results: string[]) =>
  checkedDevice.parse({
    mac: '1C:69:20:E9:18:24',
    name,
    position: '',
    zone: null,
    passed: !results.includes('fail'),
    lines: results.map((result) => line(result)),
  });

test('devices that failed stand first, each group in its order; what does not apply is no failure', () => {
  const items = [
    device('a', 'pass'),
    device('b', 'fail', 'fail'),
    device('c', 'not-applicable'),
    device('d', 'fail'),
  ];
  expect(failedFirst(items).map(({ name }) => name)).toEqual(['b', 'd', 'a', 'c']);
  expect(items.map(failedLines)).toEqual([0, 2, 0, 1]);
});

test('figures have their true minus, versions stay as they are', () => {
  const [first] = checkedDevice.parse({
    ...device('a'),
    lines: [line('fail', { cause: 'too-weak', measured: -81.5, wanted: -75 })],
  }).lines;
  if (first === undefined) throw new Error('no line');
  expect(lineValues(first)).toEqual({ measured: '\u221281.5', wanted: '\u221275' });
  expect(lineValues({ ...first, measured: '1.2.0', wanted: null })).toEqual({
    measured: '1.2.0',
    wanted: '',
  });
});

test('a number field takes a comma and the long minus, and refuses what is beyond its bounds', () => {
  const dbm = { min: -100, max: -30, whole: false };
  expect(boundedNumber('', dbm)).toEqual({ value: undefined, fault: false });
  expect(boundedNumber('\u221275,5', dbm)).toEqual({ value: -75.5, fault: false });
  for (const text of ['-101', '-29', 'x', '-']) expect(boundedNumber(text, dbm).fault).toBe(true);
  expect(boundedNumber('2.5', { min: 2, max: 30, whole: true }).fault).toBe(true);
});

test('the stream of a run tells its progress, then what it found', async () => {
  const found = siteCheck.parse({
    id: 3,
    siteRef: 'HCS',
    siteName: 'Harbour',
    startedMs: 1,
    finishedMs: 2,
    technician: '',
    readings: 5,
    mode: 'stored',
    rssiLeastDbm: -75,
    firmware: null,
    devices: 1,
    passedDevices: 1,
    passed: true,
    items: [device('a', 'pass')],
  });
  async function* run(): AsyncGenerator<CheckProgress> {
    yield await Promise.resolve({ type: 'progress', ready: 0, devices: 1, untilMs: 9 } as const);
    yield { type: 'done', check: found };
  }
  const told: unknown[] = [];
  for await (const item of toldCheck(run())) told.push(item);
  expect(told).toEqual([
    { type: 'progress', progress: { type: 'progress', ready: 0, devices: 1, untilMs: 9 } },
    { type: 'done', result: found },
  ]);
});
