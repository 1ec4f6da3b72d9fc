import { describe, expect, it } from 'vitest';
import type { SurveyFile } from '../../shared/contract/survey.ts';
import type { SurveyPart, SurveyPoint, SurveyRecording } from '../../shared/contract/survey-parts.ts';
import { isAppError, type ErrorCode } from '../../shared/domain/app-error.ts';
import { changeParts, type WishedChange } from './change-parts.ts';
import { PartMap } from './part-map.ts';
import { readPointList } from './point-list.ts';
import { undoChange } from './undo-change.ts';

const id = (digit: number) => `00000000-0000-4000-8000-0000000000${String(digit).padStart(2, '0')}`;

const criteria: SurveyPart = {
  kind: 'criteria',
  id: id(1),
  rssiLeastDbm: -75,
  recordSeconds: 60,
  readingsLeast: 3,
  useZoneLimits: true,
  stableWithin: { temperature: 0.3, humidity: 2, rssi: 8 },
  stableSecondsLeast: 0,
  coverageLeast: null,
  fixedMs: null,
};
const plan: SurveyPart = {
  kind: 'plan',
  id: id(2),
  order: 0,
  name: 'Ground floor',
  fileId: id(90),
  widthPx: 1_000,
  heightPx: 800,
  source: { type: 'png', fileName: 'plan.png', page: null },
  scale: { a: [0, 0], b: [500, 0], metres: 10 },
  northDeg: null,
};
const room: SurveyPart = {
  kind: 'room',
  id: id(3),
  order: 0,
  name: 'Cold room',
  note: '',
  heightM: null,
  planId: null,
  outline: null,
};
const point: SurveyPoint = {
  kind: 'point',
  id: id(4),
  order: 0,
  label: 'P1',
  name: 'Door',
  planId: id(2),
  x: 100,
  y: 50,
  roomId: id(3),
  zoneId: null,
  heightM: null,
  planned: true,
  state: 'planned',
  problem: '',
  note: '',
  recordingId: null,
};
const recording: SurveyRecording = {
  kind: 'recording',
  id: id(5),
  pointId: id(4),
  startedMs: 0,
  plannedSeconds: 60,
  endedMs: 60_000,
  state: 'complete',
  devices: [],
  discarded: '',
};
const signature: SurveyPart = {
  kind: 'signature',
  id: id(6),
  role: 'customer',
  name: 'A. Customer',
  position: '',
  signedMs: 1,
  fileId: id(91),
  dataSha256: '0'.repeat(64),
};
const file: SurveyFile = {
  id: id(90),
  kind: 'plan',
  type: 'image/png',
  bytes: 1,
  sha256: '0'.repeat(64),
  widthPx: 1_000,
  heightPx: 800,
  metadata: { hadLocation: false, hadOther: false, removed: true },
};
const all = [criteria, plan, room, point, recording];

function change(wished: Partial<WishedChange>, parts: readonly SurveyPart[] = all): PartMap {
  const map = new PartMap(parts);
  changeParts(map, { put: [], remove: [], ...wished }, (fileId) => (fileId === file.id ? file : undefined));
  return map;
}

function refusal(wished: Partial<WishedChange>, parts: readonly SurveyPart[] = all): ErrorCode | undefined {
  try {
    change(wished, parts);
    return undefined;
  } catch (error) {
    return isAppError(error) ? error.code : undefined;
  }
}

describe('a change of a survey', () => {
  it('is none where the parts are as they were, in whatever order their fields come', () => {
    const turned = Object.fromEntries(Object.entries(point).reverse()) as SurveyPoint;
    expect(change({ put: [turned] }).changes()).toEqual([]);
  });

  it('takes with a point what hangs on it, and leaves photos to the site', () => {
    const photo: SurveyPart = {
      kind: 'photo',
      id: id(7),
      order: 0,
      pointId: id(4),
      fileId: id(92),
      widthPx: 1,
      heightPx: 1,
      caption: '',
      addedMs: 0,
      keepsMetadata: false,
    };
    const map = new PartMap([...all, photo]);
    changeParts(map, { put: [], remove: [point] }, () => ({
      ...file,
      kind: 'photo',
      widthPx: 1,
      heightPx: 1,
    }));
    expect(map.all('recording')).toEqual([]);
    expect(map.all('photo')).toEqual([{ ...photo, pointId: null }]);
  });

  it('takes points off a plan that goes', () => {
    const [left] = change({ remove: [plan] }).all('point');
    expect(left).toEqual({ ...point, planId: null, x: null, y: null });
  });

  it('takes the signatures of what it changes away', () => {
    expect(change({ put: [{ ...point, note: 'x' }] }, [...all, signature]).all('signature')).toEqual([]);
    expect(change({ put: [point] }, [...all, signature]).all('signature')).toEqual([signature]);
  });

  it.each<[string, Partial<WishedChange>, ErrorCode]>([
    ['a room that is not there', { put: [{ ...point, roomId: id(50) }] }, 'survey.part-unknown'],
    ['a place beside the plan', { put: [{ ...point, x: 1_001 }] }, 'request.invalid'],
    ['a plan without its file', { put: [{ ...plan, fileId: id(51) }] }, 'survey.file-unknown'],
    ['a point that is being measured', { put: [{ ...point, state: 'measuring' }] }, 'request.invalid'],
    ['a point that is done without a recording', { put: [{ ...point, state: 'done' }] }, 'request.invalid'],
    ['a signature by hand', { put: [signature] }, 'request.invalid'],
    ['a recording by hand', { put: [{ ...recording, id: id(52) }] }, 'survey.part-unknown'],
    ['a recording that goes', { remove: [recording] }, 'request.invalid'],
    ['criteria that go', { remove: [criteria] }, 'request.invalid'],
    ['what is not there', { remove: [{ kind: 'room', id: id(53) }] }, 'survey.part-unknown'],
  ])('refuses %s', (_what, wished, code) => expect(refusal(wished)).toBe(code));

  it('refuses other criteria after the first recording, and not the same again', () => {
    const fixed = { ...criteria, fixedMs: 5 } as SurveyPart;
    expect(refusal({ put: [{ ...criteria, rssiLeastDbm: -80 }] }, [fixed])).toBe('survey.criteria-fixed');
    expect(change({ put: [criteria] }, [fixed]).all('criteria')).toEqual([fixed]);
  });

  it('refuses to take a point away that is being recorded', () => {
    const parts = [point, { ...recording, state: 'running', endedMs: null } as SurveyPart];
    expect(refusal({ remove: [point] }, parts)).toBe('survey.recording-running');
  });
});

describe('taking a change back', () => {
  it('gives what it changed its old value, and keeps what was recorded since', () => {
    const changes = change({ put: [{ ...point, note: 'Too close to the fan', x: 300 }] }).changes();
    const since = {
      ...point,
      note: 'Too close to the fan',
      x: 300,
      state: 'done',
      recordingId: id(5),
    } as const;
    const map = new PartMap([...all.filter(({ kind }) => kind !== 'point'), since]);
    undoChange(map, changes);
    expect(map.get('point', id(4))).toEqual({ ...point, state: 'done', recordingId: id(5) });
  });

  it('brings back what was taken away, with all that hung on it', () => {
    const removed = change({ remove: [plan] });
    undoChange(removed, removed.changes());
    expect(removed.changes()).toEqual([]);
  });
});

describe('a list of points', () => {
  const read = (csv: string) => readPointList(csv, new PartMap(all), id(2));

  it('adds, and changes what has the label, in metres or in pixels', () => {
    const found = read(
      '\ufeffLabel;Name;Room;x_m;y_m\r\nP1;At the door;cold ROOM;4,5;1\r\nP2;Rear;;10;16\r\n',
    );
    expect(found).toMatchObject({ added: 1, changed: 1, faults: [] });
    expect(found.points).toMatchObject([
      { id: id(4), label: 'P1', name: 'At the door', x: 225, y: 50, roomId: id(3) },
      { label: 'P2', x: 500, y: 800, planned: true, state: 'planned', order: 1 },
    ]);
    expect(read('label,x_px,y_px\nP9,10,20\n').points).toMatchObject([{ x: 10, y: 20, planId: id(2) }]);
  });

  it('says which line has which fault', () => {
    const { faults } = read(
      'label,x_m,y_m\nP2,1,1\nP2,2,2\n,3,3\nP3,far,3\nP4,300,3\nthis label is too long,1,1\n',
    );
    expect(faults.map(({ line, fault }) => [line, fault])).toEqual([
      [3, 'label-twice'],
      [4, 'no-label'],
      [5, 'not-a-number'],
      [6, 'off-the-plan'],
      [7, 'too-long'],
    ]);
    expect(readPointList('label,x_m,y_m\nP2,1,1\n', new PartMap([]), null).faults).toMatchObject([
      { fault: 'no-scale' },
    ]);
  });

  it.each(['', 'a,b\n1,2\n', 'label\n"P1\n', '%PDF-1.7'])('is refused as none: %j', (csv) =>
    expect(() => read(csv)).toThrow(/list/),
  );
});
