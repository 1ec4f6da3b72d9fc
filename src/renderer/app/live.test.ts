import { expect, test } from 'vitest';
import type { Device } from '../../shared/contract/devices.ts';
import { applyBoardUpdate } from './live.ts';

const device = (mac: string, temperature: number): Device => ({ mac, temperature }) as unknown as Device;
const snapshot = {
  type: 'snapshot' as const,
  seq: 0,
  devices: [device('A', 1), device('B', 2)],
  candidates: [],
  sites: [],
  zones: [],
};

test('deltas change what they name and leave the rest', () => {
  const board = applyBoardUpdate(undefined, snapshot);
  const next = applyBoardUpdate(board, {
    type: 'delta',
    seq: 1,
    devices: [device('A', 9)],
    removed: ['B'] as never[],
  });
  expect([...next.devices.values()]).toEqual([device('A', 9)]);
  expect(next.sites).toBe(board.sites);
});

test('a snapshot after a reconnection replaces everything', () => {
  const board = applyBoardUpdate(undefined, snapshot);
  expect([...applyBoardUpdate(board, { ...snapshot, devices: [device('C', 3)] }).devices.keys()]).toEqual([
    'C',
  ]);
});

test('how many unknown devices are not listed comes with their list, and stays without one', () => {
  const delta = { type: 'delta' as const, seq: 1, devices: [], removed: [] };
  const board = applyBoardUpdate(undefined, { ...snapshot, moreCandidates: 7 });
  expect(board.moreCandidates).toBe(7);
  expect(applyBoardUpdate(board, delta).moreCandidates).toBe(7);
  expect(applyBoardUpdate(board, { ...delta, candidates: [] }).moreCandidates).toBe(0);
});
