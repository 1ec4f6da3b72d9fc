import { expect, test } from 'vitest';
import type { SurveyPart } from '../../contract/survey-parts.ts';
import { judgeSurvey } from './judge-survey.ts';
import { surveyContents, type PartOf } from './survey-contents.ts';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const mac = '1C:69:20:E9:18:24' as PartOf<'placement'>['mac'];

const criteria: PartOf<'criteria'> = {
  kind: 'criteria',
  id: id(1),
  rssiLeastDbm: -75,
  recordSeconds: 60,
  readingsLeast: 2,
  useZoneLimits: true,
  stableWithin: { temperature: 0.5, humidity: 3, rssi: 6 },
  stableSecondsLeast: 0,
  coverageLeast: null,
  fixedMs: 1_000,
};
const zone: PartOf<'zone'> = {
  kind: 'zone',
  id: id(2),
  order: 0,
  name: 'Chilled',
  siteZoneId: null,
  roomId: null,
  planId: null,
  outline: null,
  temperatureMin: 2,
  temperatureMax: 8,
  humidityMin: null,
  humidityMax: null,
};
const point: PartOf<'point'> = {
  kind: 'point',
  id: id(3),
  order: 0,
  label: 'P1',
  name: '',
  planId: null,
  x: null,
  y: null,
  roomId: null,
  zoneId: id(2),
  heightM: null,
  planned: true,
  state: 'done',
  problem: '',
  note: '',
  recordingId: id(4),
};
const statistic = (min: number, mean: number, max: number) => ({
  count: 5,
  min,
  mean,
  max,
  spread: max - min,
  firstMs: 2_000,
  lastMs: 60_000,
  last: mean,
  stableSinceMs: null,
});
const recording: PartOf<'recording'> = {
  kind: 'recording',
  id: id(4),
  pointId: id(3),
  startedMs: 2_000,
  plannedSeconds: 60,
  endedMs: 62_000,
  state: 'complete',
  devices: [
    { mac, name: '', temperature: statistic(4, 5, 6), humidity: null, rssi: statistic(-80, -70, -60) },
  ],
  discarded: '',
};
const judge = (...parts: readonly SurveyPart[]) => judgeSurvey(surveyContents(parts));

test('a survey passes where everything that was asked for was measured and kept', () => {
  expect(judge(criteria, zone, point, recording)).toMatchObject({ verdict: 'pass', passed: 1, reasons: [] });
});

test('the mean of the signal decides, and every reading of the temperature', () => {
  const [device] = recording.devices;
  if (device === undefined) throw new Error('one device');
  const weak = { ...recording, devices: [{ ...device, rssi: statistic(-90, -75.5, -60) }] };
  expect(judge(criteria, zone, point, weak).points[0]).toMatchObject({
    verdict: 'fail',
    reasons: [{ code: 'rssi-weak', measured: -75.5, limit: -75, about: mac }],
  });
  const warm = { ...recording, devices: [{ ...device, temperature: statistic(5, 6, 8.1) }] };
  expect(judge(criteria, zone, point, warm).points[0]?.reasons).toEqual([
    { code: 'temperature-high', measured: 8.1, limit: 8, about: mac },
  ]);
  const cold = { ...recording, devices: [{ ...device, temperature: statistic(1.9, 6, 7) }] };
  expect(judge(criteria, zone, point, cold).points[0]?.reasons[0]?.code).toBe('temperature-low');
});

test('criteria that were fixed after the first recording began fail the survey', () => {
  const late = judge({ ...criteria, fixedMs: 2_001 }, zone, point, recording);
  expect(late).toMatchObject({ verdict: 'fail', reasons: [{ code: 'criteria-late' }] });
  expect(judge({ ...criteria, fixedMs: 2_000 }, zone, point, recording).verdict).toBe('pass');
});

test('what is missing leaves it open, and never passes it', () => {
  expect(judge(criteria, zone)).toMatchObject({ verdict: 'open', reasons: [{ code: 'no-points' }] });
  expect(judge(criteria, zone, { ...point, recordingId: null })).toMatchObject({ verdict: 'open', open: 1 });
  expect(judge(criteria, zone, point, { ...recording, discarded: 'door open' }).verdict).toBe('open');
  expect(judge({ ...criteria, coverageLeast: 0.9 }, zone, point, recording)).toMatchObject({
    verdict: 'open',
    reasons: [{ code: 'coverage-unknown' }],
  });
  expect(judge(zone, point, recording)).toMatchObject({ verdict: 'open' });
});

test('a problem fails its point in the words that were entered', () => {
  const judged = judge(criteria, zone, { ...point, state: 'problem', problem: 'no power' }, recording);
  expect(judged).toMatchObject({ verdict: 'fail', failed: 1 });
  expect(judged.points[0]?.reasons[0]).toMatchObject({ code: 'problem', about: 'no power' });
});

test('one question answered with no fails, an open one leaves it open, one that does not apply is neither', () => {
  const item = (result: PartOf<'checklist-item'>['result']): SurveyPart => ({
    kind: 'checklist-item',
    id: id(5),
    order: 0,
    text: 'Doors closed',
    group: '',
    result,
    reason: '',
    answeredMs: null,
  });
  const verdict = (result: PartOf<'checklist-item'>['result']): string =>
    judge(criteria, zone, point, recording, item(result)).verdict;
  expect((['pass', 'not-applicable', 'open', 'fail'] as const).map((result) => verdict(result))).toEqual([
    'pass',
    'pass',
    'open',
    'fail',
  ]);
});
