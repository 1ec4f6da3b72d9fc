import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { SurveyDocument } from '../contract/survey.ts';
import { canonicalJson, partsOf, surveyDataText } from './survey-document.ts';

const id = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;
const room = (digit: number, order: number) =>
  ({
    kind: 'room',
    id: id(digit),
    order,
    name: `Room ${digit}`,
    note: '',
    heightM: null,
    planId: null,
    outline: null,
  }) as const;
const signature = {
  kind: 'signature',
  id: id(9),
  role: 'customer',
  name: 'A. Customer',
  position: '',
  signedMs: 5,
  fileId: id(8),
  dataSha256: '0'.repeat(64),
} as const;
const document: SurveyDocument = {
  format: 'datayoti-survey',
  version: 1,
  survey: {
    id: id(1),
    rootId: id(1),
    revision: 1,
    correctsId: null,
    correctionReason: '',
    state: 'open',
    title: 'Survey',
    customerName: '',
    siteRef: null,
    siteName: '',
    technician: '',
    createdMs: 1,
    updatedMs: 2,
    finishedMs: null,
    dataSha256: null,
    points: 0,
    donePoints: 0,
    problemPoints: 0,
  },
  parts: [room(2, 1), room(3, 0)],
  samples: {},
  files: [],
};

describe('canonical JSON', () => {
  it('is the same for the same data in whatever order, and can be read back', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'é"' }], a: undefined })).toBe(
      '{"b":[1,{"c":"é\\"","d":null}]}',
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        return canonicalJson(JSON.parse(text)) === text;
      }),
    );
  });
});

describe('data of a survey', () => {
  const text = surveyDataText(document);

  it('does not depend on the order of its parts, on signatures, or on being finished', () => {
    expect(surveyDataText({ ...document, parts: [room(3, 0), room(2, 1), signature] })).toBe(text);
    const finished = { ...document.survey, state: 'finished', finishedMs: 9, updatedMs: 9 } as const;
    expect(surveyDataText({ ...document, survey: finished })).toBe(text);
  });

  it('changes with any part and with a sample', () => {
    expect(surveyDataText({ ...document, parts: [room(2, 1), { ...room(3, 0), note: 'x' }] })).not.toBe(text);
    expect(surveyDataText({ ...document, samples: { [id(4)]: [] } })).not.toBe(text);
  });

  it('gives the parts of a kind in their order', () => {
    expect(partsOf(document.parts, 'room').map(({ name }) => name)).toEqual(['Room 3', 'Room 2']);
  });
});
