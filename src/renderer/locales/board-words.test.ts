import { expect, test } from 'vitest';
import { patternIds } from '../../main/serial/monitor/log-patterns.ts';
import english from './en.json';

test('everything that a board log can say has its words, and no words are left over', () => {
  const resets = ['power-on', 'software', 'deep-sleep', 'watchdog', 'brown-out', 'external', 'usb', 'glitch'];
  const ids = [
    ...patternIds,
    ...[...resets, 'unknown', 'loop'].map((reason) => `reset-${reason}`),
    'boot-flash',
    'boot-download',
    'boot-other',
    'panic-loop',
    'brown-out-loop',
    'unreadable',
  ];
  expect(Object.keys(english.boardLog).sort()).toEqual(ids.sort());
});
