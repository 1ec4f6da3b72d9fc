import { expect, test } from 'vitest';
import {
  provisioningFinding,
  provisioningStep,
  type BoardJob,
  type StepState,
} from '../../../shared/contract/provisioning.ts';
import en from '../../locales/en.json';
import { laneState, logLevel, shareDone, shownSteps, wordsFor } from './lane-words.ts';

const step = (
  name: StepState['step'],
  state: StepState['state'],
  fraction: number | null = null,
): StepState => ({ step: name, state, progress: fraction === null ? null : { fraction } }) as StepState;
const job = (extra: Partial<BoardJob>): BoardJob =>
  ({
    phase: 'needs-you',
    finding: 'sensor-silent',
    error: null,
    boardState: 'configured',
    steps: provisioningStep.options.map((name) => step(name, 'waiting')),
    ...extra,
  }) as BoardJob;
const has = (key: string): boolean => {
  const found = key
    .split('.')
    .reduce<unknown>((at, part) => (at as Readonly<Record<string, unknown>> | undefined)?.[part], en);
  return typeof found === 'string';
};

test('every finding has its sentences, its safety and its remedy', () => {
  for (const finding of provisioningFinding.options) {
    const words = wordsFor(job({ finding, error: { code: 'serial.port-busy', message: '', data: {} } }));
    const keys = [words.title, words.body, words.next, words.safe, `provision.remedy.${words.remedy}`];
    expect([finding, keys.filter((key) => !has(key))]).toEqual([finding, []]);
  }
});

test('Wi-Fi is corrected, a silent sensor tested again with its wires, an error speaks for itself', () => {
  expect(wordsFor(job({ finding: 'wrong-wifi-password' })).remedy).toBe('correct-wifi');
  expect(wordsFor(job({}))).toMatchObject({ remedy: 'test-sensor', showsWiring: true });
  expect(
    wordsFor(job({ finding: 'board-error', error: { code: 'serial.port-busy', message: '', data: {} } })),
  ).toMatchObject({ title: 'errors.serial.port-busy.what', remedy: 'retry', showsWiring: false });
});

test('a half-written boot loader is never called safe', () => {
  expect(wordsFor(job({ boardState: 'boot-loader-incomplete' })).isSafe).toBe(false);
  expect(wordsFor(job({ boardState: 'firmware-incomplete' })).isSafe).toBe(false);
  expect(wordsFor(job({ boardState: 'untouched' })).isSafe).toBe(true);
});

test('every step and phase has its word', () => {
  for (const name of provisioningStep.options) {
    const running = job({ phase: 'running', steps: [step(name, 'running')] });
    expect(has(`provision.lane.${laneState(running).word}`)).toBe(true);
    expect([name, has(`provision.steps.${name}`), has(`provision.doing.${name}`)]).toEqual([
      name,
      true,
      true,
    ]);
  }
  for (const phase of ['waiting', 'ready', 'needs-you', 'cancelled'] as const)
    expect(has(`provision.lane.${laneState(job({ phase })).word}`)).toBe(true);
});

test('steps that were not asked for are not shown', () => {
  const names = (steps: readonly StepState[]): readonly string[] =>
    shownSteps(job({ steps })).map((one) => one.step);
  expect(names(job({}).steps)).toEqual(['connect', 'write', 'configure', 'wifi', 'broker', 'reading']);
  expect(names([step('backup', 'done'), step('erase', 'skipped'), step('boot', 'running')])).toEqual([
    'backup',
    'boot',
  ]);
});

test('the bar of a whole board grows with its steps', () => {
  const half = shareDone(
    job({ phase: 'running', steps: [step('connect', 'done'), step('write', 'running', 0.5)] }),
  );
  expect(half).toBeCloseTo(40 / 70);
  expect(shareDone(job({ phase: 'ready' }))).toBe(1);
});

test('levels of ESP-IDF and Arduino lines are read; a panic has none but is an error', () => {
  expect(logLevel('E (5210) dht22: no response')).toBe('error');
  expect(logLevel('[  1234][W][main.cpp:10] loop(): slow')).toBe('warn');
  expect(logLevel("Guru Meditation Error: Core 0 panic'ed")).toBe('error');
  expect(logLevel('Easy (2) read')).toBeNull();
});
