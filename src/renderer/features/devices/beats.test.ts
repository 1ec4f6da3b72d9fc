import { expect, test } from 'vitest';
import { beatsOf } from './beats.ts';

const block = 15;
const minutes = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);
const beats = (times: readonly number[], toMs: number) =>
  beatsOf(
    times,
    times.map(() => 1),
    { fromMs: 0, toMs },
    block,
  );

test('all, some and none, and nothing said of the time before the first', () => {
  const times = [...minutes(15, 45), ...minutes(50, 55), ...minutes(75, 90)];
  expect(beats(times, 90)).toEqual(['before', 'all', 'all', 'some', 'none', 'all']);
});

test('the running block is judged by the part of it that is over', () => {
  expect(beats(minutes(0, 50), 50)).toEqual(['all', 'all', 'all', 'all']);
  expect(beats(minutes(0, 46), 52)).toEqual(['all', 'all', 'all', 'some']);
});

test('one heartbeat that fell beside its block does not make it incomplete', () => {
  expect(beats([...minutes(0, 29), ...minutes(30, 60)], 60)).toEqual(['all', 'all', 'all', 'all']);
});

test('a device never heard', () => {
  expect(beats([], 30)).toEqual(['before', 'before']);
});
