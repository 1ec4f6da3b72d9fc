import { expect, test } from 'vitest';
import { defaultSettings } from '../../../shared/domain/default-settings.ts';
import type { StackState } from '../../../shared/contract/stack.ts';
import {
  engineHost,
  exposureOf,
  foreignConflicts,
  fractionOf,
  isEngineAddress,
  isFullPath,
  portNameOf,
} from './stack-words.ts';

test('a port is known by its number', () => {
  expect(portNameOf({ ...defaultSettings, grafanaPort: 3001 }, 3001)).toBe('grafana');
  expect(portNameOf(defaultSettings, 5432)).toBe('postgres');
  expect(portNameOf(defaultSettings, 1)).toBeUndefined();
});

test('what the running embedded stack holds is no conflict for the stack that follows it', () => {
  const state = {
    kind: 'embedded',
    phase: 'running',
    broker: { listeners: [{ port: 1883 }, { port: 8883 }] },
    database: { port: 5432 },
  } as unknown as StackState;
  const conflicts = [{ port: 1883 }, { port: 5432 }, { port: 3000 }];
  expect(foreignConflicts(conflicts, state)).toEqual([{ port: 3000 }]);
  expect(foreignConflicts(conflicts, { ...state, phase: 'stopped' })).toEqual(conflicts);
  expect(foreignConflicts(conflicts, { ...state, kind: 'docker' })).toEqual(conflicts);
  expect(foreignConflicts(conflicts, undefined)).toEqual(conflicts);
});

test('who can reach a listener', () => {
  expect(['127.0.0.1', '127.0.1.1', '::1', '0.0.0.0', '::', '192.168.4.1'].map(exposureOf)).toEqual([
    'here',
    'here',
    'here',
    'all',
    'all',
    'one',
  ]);
});

test('the machine of an engine', () => {
  expect(
    [
      'unix:///var/run/docker.sock',
      'npipe:////./pipe/docker_engine',
      undefined,
      'ssh://pi@raspberrypi.local',
      'ssh://pi@raspberrypi.local:2222',
      'tcp://192.168.1.20:2376',
      'tcp://[fd00::20]:2376',
    ].map(engineHost),
  ).toEqual([
    '127.0.0.1',
    '127.0.0.1',
    '127.0.0.1',
    'raspberrypi.local',
    'raspberrypi.local',
    '192.168.1.20',
    '[fd00::20]',
  ]);
});

test('addresses of engines and full paths, told from what they are not', () => {
  expect(
    ['ssh://pi@host', 'tcp://host:2376', 'unix:///x', 'pi@host', 'ssh://', 'ssh://a b'].map(isEngineAddress),
  ).toEqual([true, true, true, false, false, false]);
  expect(isEngineAddress('ssh://pi:secret@host')).toBe(false);
  expect(['/media/usb/x.tar', 'D:\\x.tar', '\\\\server\\x', 'x.tar', './x.tar'].map(isFullPath)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('a part of nothing known is no part', () => {
  expect([
    fractionOf(null),
    fractionOf({ current: 5, total: 0 }),
    fractionOf({ current: 5, total: 10 }),
  ]).toEqual([undefined, undefined, 0.5]);
});
