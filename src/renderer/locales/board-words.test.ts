import { expect, test } from 'vitest';
import { patternIds } from '../../main/serial/monitor/log-patterns.ts';
import { symptoms } from '../../main/serial/doctor/serial-doctor.ts';
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

test('every symptom has a cause and an action, for each system where they differ, and no words are left over', () => {
  const words: Readonly<Record<string, Readonly<Record<string, unknown>>>> = english.portDoctor;
  expect(Object.keys(words).sort()).toEqual(symptoms.map(({ id }) => id).sort());
  for (const { id, perSystem } of symptoms) {
    const entry = words[id] ?? {};
    expect([id, typeof entry['cause']]).toEqual([id, 'string']);
    const actions = entry['actions'];
    const found = typeof actions === 'object' && actions !== null ? Object.keys(actions).sort() : [];
    expect([id, found]).toEqual([id, perSystem === true ? ['darwin', 'linux', 'windows'] : []]);
    expect([id, typeof entry['action']]).toEqual([id, perSystem === true ? 'undefined' : 'string']);
  }
});
