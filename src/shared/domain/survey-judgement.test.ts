import { describe, expect, it } from 'vitest';
import type { SurveyCriteria, SurveyRecording, SurveyZone } from '../contract/survey-parts.ts';
import type { MacAddress } from './mac-address.ts';
import { RunningStatistic } from './running-statistic.ts';
import { judgePoint } from './survey-judgement.ts';

const id = '00000000-0000-4000-8000-000000000001';
const criteria: SurveyCriteria = {
  kind: 'criteria',
  id,
  rssiLeastDbm: -75,
  recordSeconds: 60,
  readingsLeast: 3,
  useZoneLimits: true,
  stableWithin: { temperature: 0.5, humidity: 3, rssi: 6 },
  stableSecondsLeast: 0,
  coverageLeast: null,
  fixedMs: null,
};
const zone: SurveyZone = {
  kind: 'zone',
  id,
  order: 0,
  name: 'Cold room',
  siteZoneId: null,
  roomId: null,
  planId: null,
  outline: null,
  temperatureMin: 2,
  temperatureMax: 8,
  humidityMin: null,
  humidityMax: null,
};

function of(values: readonly number[]) {
  const running = new RunningStatistic(0.5);
  values.forEach((value, index) => running.add(index * 1_000, value));
  return running.get();
}

function recordingOf(temperature: readonly number[], rssi: readonly number[]): SurveyRecording {
  return {
    kind: 'recording',
    id,
    pointId: id,
    startedMs: 0,
    plannedSeconds: 60,
    endedMs: 60_000,
    state: 'complete',
    devices: [
      {
        mac: '02:00:00:00:00:01' as MacAddress,
        name: '',
        temperature: of(temperature),
        humidity: null,
        rssi: of(rssi),
      },
    ],
    discarded: '',
  };
}

describe('judgement of a point', () => {
  it.each([
    { what: 'all is kept', temperature: [5, 5.1, 5.2], rssi: [-70], verdict: 'pass' },
    { what: 'the signal is exactly at its limit', temperature: [5, 5, 5], rssi: [-75], verdict: 'pass' },
    { what: 'the signal is too weak', temperature: [5, 5, 5], rssi: [-84], verdict: 'fail' },
    { what: 'one reading is outside the zone', temperature: [5, 8.1, 5], rssi: [-70], verdict: 'fail' },
    { what: 'no heartbeat came', temperature: [5, 5, 5], rssi: [], verdict: 'incomplete' },
    { what: 'too few readings came', temperature: [5, 5], rssi: [-70], verdict: 'incomplete' },
    { what: 'it fails and is incomplete', temperature: [5], rssi: [-84], verdict: 'fail' },
  ])('says $verdict where $what', ({ temperature, rssi, verdict }) => {
    const recording = recordingOf(temperature, rssi);
    expect(judgePoint({ state: 'done' }, recording, criteria, zone).verdict).toBe(verdict);
  });

  it('names the reading that is furthest out', () => {
    const { lines } = judgePoint({ state: 'done' }, recordingOf([1, 5, 8.5], [-70]), criteria, zone);
    expect(lines.find(({ what }) => what === 'temperature')?.measured).toBe(1);
  });

  it('asks for the stable time where the criteria do', () => {
    const strict = { ...criteria, stableSecondsLeast: 3 };
    const found = (values: readonly number[]) =>
      judgePoint({ state: 'done' }, recordingOf(values, [-70]), strict, zone).verdict;
    expect(found([5, 5, 5, 5])).toBe('pass');
    expect(found([7, 5, 5, 5])).toBe('fail');
  });

  it('does not count what runs or was discarded, and a problem fails', () => {
    const good = recordingOf([5, 5, 5], [-70]);
    const verdict = (state: 'done' | 'problem', recording: SurveyRecording | undefined) =>
      judgePoint({ state }, recording, criteria, zone).verdict;
    expect(verdict('done', { ...good, state: 'running' })).toBe('not-measured');
    expect(verdict('done', { ...good, discarded: 'Door open' })).toBe('not-measured');
    expect(verdict('problem', undefined)).toBe('fail');
    expect(verdict('problem', good)).toBe('fail');
  });

  it('holds nothing against a zone where the criteria do not', () => {
    const loose = { ...criteria, useZoneLimits: false };
    expect(judgePoint({ state: 'done' }, recordingOf([20, 20, 20], [-70]), loose, zone).verdict).toBe('pass');
  });
});
