import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogBuffer, type PanelLine } from './log-buffer.ts';

const line = (seq: number, own: Partial<PanelLine> = {}): PanelLine => ({
  seq,
  timeMs: seq,
  source: seq % 2 === 0 ? 'broker' : 'ingest',
  level: 'info',
  text: `line ${seq}`,
  ...own,
});
const lines = (from: number, count: number): PanelLine[] =>
  Array.from({ length: count }, (_, index) => line(from + index));
const shownOf = (buffer: LogBuffer): readonly (number | undefined)[] =>
  Array.from({ length: buffer.shown }, (_, index) => buffer.at(index)?.seq);

test('the newest is first; the oldest go when it is full', () => {
  const buffer = new LogBuffer(5);
  buffer.add(lines(1, 8));
  expect(shownOf(buffer)).toEqual([8, 7, 6, 5, 4]);
  expect(buffer.size).toBe(5);
  expect(buffer.at(5)).toBeUndefined();
});

test('a filter holds for what is there and for what comes', () => {
  const buffer = new LogBuffer(10);
  buffer.add(lines(1, 6));
  buffer.filter({ source: 'broker', search: '' });
  expect(shownOf(buffer)).toEqual([6, 4, 2]);
  buffer.add(lines(7, 8));
  expect(shownOf(buffer)).toEqual([14, 12, 10, 8, 6]);
  buffer.filter({ source: '', search: ' LINE 1' });
  expect(shownOf(buffer)).toEqual([14, 13, 12, 11, 10]);
  expect([...buffer.oldestFirst()].map(({ seq }) => seq)).toEqual([10, 11, 12, 13, 14]);
});

test('frozen it shows what was there, says how many wait, and loses only what is too old', () => {
  const buffer = new LogBuffer(5);
  buffer.add(lines(1, 4));
  buffer.freeze();
  buffer.add(lines(5, 3));
  expect([shownOf(buffer), buffer.waiting]).toEqual([[4, 3], 3]);
  buffer.add(lines(8, 10));
  expect([shownOf(buffer), buffer.waiting]).toEqual([[], 5]);
  buffer.thaw();
  expect(shownOf(buffer)).toEqual([17, 16, 15, 14, 13]);
});

test('in any order of adding and filtering it is what a plain list would be', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 30 }) }),
    fc.record({ source: fc.constantFrom('', 'broker', 'ingest'), search: fc.constantFrom('', '1', '12') }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const buffer = new LogBuffer(50);
      let plain: PanelLine[] = [];
      let filter = { source: '', search: '' };
      let next = 1;
      for (const one of steps) {
        if ('add' in one) {
          const added = lines(next, one.add);
          next += one.add;
          plain = [...plain, ...added].slice(-50);
          buffer.add(added);
        } else {
          filter = one;
          buffer.filter(one);
        }
        const expected = plain
          .filter(
            ({ source, text }) =>
              (filter.source === '' || source === filter.source) && text.includes(filter.search),
          )
          .map(({ seq }) => seq)
          .reverse();
        expect(shownOf(buffer)).toEqual(expected);
      }
    }),
  );
});
