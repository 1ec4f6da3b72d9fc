import { expect, test } from 'vitest';
import type { FirmwareBundle } from '../../../shared/contract/firmware.ts';
import type { BatchBoard, BoardJob } from '../../../shared/contract/provisioning.ts';
import type { BoardRow } from './board-rows.ts';
import {
  estimateSeconds,
  flashBlock,
  formatSpan,
  reachOf,
  secondsLeft,
  type FlashFacts,
} from './flash-plan.ts';

const row = (chip = 'ESP32', kind: BoardRow['port']['kind'] = 'usb'): BoardRow =>
  ({ kind: 'blank', port: { kind }, look: { state: 'known', identity: { chip } } }) as BoardRow;
const board = (name: string, replaces: string | null = null): BatchBoard =>
  ({ name, replaces }) as BatchBoard;
const firmware = {
  builds: [{ chip: 'ESP32', parts: [{ path: '', offset: 0, size: 1_200_000 }] }],
} as unknown as FirmwareBundle;
const good: FlashFacts = {
  rows: [row()],
  selected: [row()],
  boards: [board('CR2-06')],
  formProblem: null,
  firmware,
  stack: 'running',
  locked: false,
};

test('the button says the first thing that is missing, and is on when nothing is', () => {
  expect(flashBlock(good)).toBeNull();
  expect(flashBlock({ ...good, locked: true })).toBe('locked');
  expect(flashBlock({ ...good, rows: [], selected: [] })).toBe('noBoards');
  expect(flashBlock({ ...good, selected: [] })).toBe('noneSelected');
  expect(flashBlock({ ...good, selected: [], rows: [{ ...row(), kind: 'reading' }] })).toBe('reading');
  expect(flashBlock({ ...good, stack: 'stopped' })).toBe('stack');
  expect(flashBlock({ ...good, formProblem: 'password' })).toBe('form.password');
  expect(flashBlock({ ...good, selected: [row('ESP32-S3')] })).toBe('wrongChip');
  expect(flashBlock({ ...good, boards: [board(' ')] })).toBe('nameMissing');
  expect(flashBlock({ ...good, boards: [board('A'), board('A')] })).toBe('nameTwice');
  expect(flashBlock({ ...good, boards: [board('A', 'x'), board('B', 'x')] })).toBe('replacedTwice');
});

test('firmware of the demo is for its own boards only', () => {
  const demo: FirmwareBundle = { ...firmware, origin: 'demo' };
  const [real, virtual] = [row(), row('ESP32', 'virtual')];
  expect(flashBlock({ ...good, firmware: demo, selected: [virtual] })).toBeNull();
  expect(flashBlock({ ...good, firmware: demo, selected: [virtual, real] })).toBe('demoFirmware');
});

test('a broker that only this machine reaches is no broker for a real board', () => {
  const [real, virtual] = [row(), row('ESP32', 'virtual')];
  const own = [
    { host: '192.168.50.10', listening: false },
    { host: '10.0.0.5', listening: true },
  ];
  expect(reachOf('192.168.50.10', own, [real])).toBe('not-listening');
  expect(reachOf('192.168.50.10', own, [virtual, real])).toBe('not-listening');
  expect(reachOf('192.168.50.10', own, [virtual])).toBe('inside');
  expect(reachOf('10.0.0.5', own, [real])).toBe('reached');
  expect(reachOf('broker.example', own, [real])).toBe('reached');
  expect(reachOf('127.0.0.1', own, [real])).toBe('not-listening');
  expect(reachOf('127.0.0.1', [], [real])).toBe('no-network');
  expect(reachOf('127.0.0.1', [], [virtual])).toBe('inside');
});

test('a configuration alone fits every chip', () => {
  expect(flashBlock({ ...good, firmware: undefined, selected: [row('ESP32-S3')] })).toBeNull();
});

test('erasing and a backup take their time, configuration alone takes little', () => {
  const plain = { firmwareId: 'x', eraseAll: false, backupFirst: false };
  const usual = estimateSeconds(plain, firmware, 4_194_304);
  expect(usual).toBeCloseTo(24, 0);
  expect(estimateSeconds({ ...plain, firmwareId: null }, firmware, 0)).toBeLessThan(usual - 5);
  expect(estimateSeconds({ ...plain, eraseAll: true }, firmware, 0)).toBeGreaterThan(usual + 5);
  expect(estimateSeconds({ ...plain, backupFirst: true }, firmware, 4_194_304)).toBeGreaterThan(usual + 50);
});

test('what is left is that of the slowest board, by its own account where it gives one', () => {
  const job = (leftMs: number): BoardJob =>
    ({
      phase: 'running',
      steps: [
        { step: 'write', state: 'running', progress: { leftMs } },
        { step: 'wifi', state: 'waiting', progress: null },
      ],
    }) as unknown as BoardJob;
  expect(secondsLeft([job(19_000), job(60_000)], firmware)).toBe(64);
  expect(secondsLeft([{ ...job(1), phase: 'ready' }], firmware)).toBeNull();
});

test('spans are told with the seconds that matter', () => {
  expect([0, 34, 60, 70, 3_900].map(formatSpan)).toEqual(['0 s', '34 s', '1 min', '1 min 10 s', '1 h 5 min']);
});
