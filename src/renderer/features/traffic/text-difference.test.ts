import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { textDifference } from './text-difference.ts';

test('what both begin and end with stands around what is new', () => {
  expect(textDifference('door open now', 'door closed now')).toEqual({
    start: 'door ',
    own: 'open',
    end: ' now',
    was: 'closed',
  });
  expect(textDifference('aaa', 'aa')).toEqual({ start: 'aa', own: 'a', end: '', was: '' });
  expect(textDifference('same', 'same')).toEqual({ start: 'same', own: '', end: '', was: '' });
});

test('no character of two parts is torn', () => {
  expect(textDifference('x😀', 'x😁')).toEqual({ start: 'x', own: '😀', end: '', was: '😁' });
});

test('the parts make both texts again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (now, before) => {
      const { start, own, end, was } = textDifference(now, before);
      return start + own + end === now && start + was + end === before;
    }),
  );
});
