import { expect, test } from 'vitest';
import { timelineEntries } from './timeline-entries.ts';

const event = (kind: 'restart' | 'limits-left' | 'command', timeMs: number) => ({ kind, timeMs, data: {} });
const breach = (timeMs: number) => ({ timeMs, key: `breach ${timeMs}` });
const shown = (...given: Parameters<typeof timelineEntries>): readonly string[] =>
  timelineEntries(...given).map(({ type, timeMs }) => `${type} ${timeMs}`);

test('newest first; where the charts looked, their breach stands for the note of it', () => {
  const events = [event('limits-left', 60), event('restart', 50), event('limits-left', 10)];
  expect(shown(events, null, [breach(58), breach(20)], 15)).toEqual([
    'breach 58',
    'event 50',
    'breach 20',
    'event 10',
  ]);
});

test('no breach from before what was read', () => {
  expect(shown([event('restart', 50)], 40, [breach(58), breach(20)], 0)).toEqual(['breach 58', 'event 50']);
});

test('two events of one kind and moment are two entries with keys of their own', () => {
  const keys = timelineEntries([event('command', 5), event('command', 5)], null, [], 0).map(({ key }) => key);
  expect(new Set(keys).size).toBe(2);
});
