import { describe, expect, test } from 'vitest';
import {
  openBoard,
  realTimings,
  type Board,
  type FlashPart,
  type Timings,
} from '../../src/main/flashing/index.ts';
import type { BoardFault } from '../../src/simulator/esp32/faults.ts';
import { VirtualBoard } from '../../src/simulator/esp32/virtual-board.ts';
import { firmwareSet } from '../support/firmware-set.ts';

const never = new AbortController().signal;
/** The same steps with shorter patience: the virtual board answers within milliseconds. */
const timings: Timings = {
  ...realTimings,
  command: 400,
  sync: 60,
  memEnd: 60,
  greeting: 400,
  resetScale: 0.2,
  connectAttempts: 4,
  erasePerMebibyte: 2_000,
  md5PerMebibyte: 500,
};
const parts = firmwareSet({ chipId: 0, bootLoaderOffset: 0x1000, appBytes: 120_000 });

/** From opening the line to having let go of it, as the application does it. */
async function job<T>(virtual: VirtualBoard, work: (board: Board) => Promise<T>, signal = never): Promise<T> {
  const line = virtual.connect('virtual');
  try {
    const board = await openBoard(line, { timings, baudRates: [921_600, 460_800] }, signal);
    try {
      return await work(board);
    } finally {
      await board.close();
    }
  } finally {
    await line.close();
  }
}

const holds = (virtual: VirtualBoard, wanted: readonly FlashPart[]): boolean =>
  wanted.every((part) => virtual.flash.read(part.offset, part.bytes.length).equals(part.bytes));

/** Bytes on the wire of a whole job without trouble, by direction. */
async function wholeJobBytes(): Promise<number> {
  const virtual = new VirtualBoard({ chip: 'esp32' });
  let bytes = 0;
  const line = virtual.connect('virtual');
  const write = line.write.bind(line);
  line.write = (data) => {
    bytes += data.length;
    return write(data);
  };
  const board = await openBoard(line, { timings, baudRates: [921_600] }, never);
  await board.write(parts, never);
  await board.close();
  await line.close();
  await virtual.close();
  return bytes;
}
const total = await wholeJobBytes();
const points = [0.01, 0.04, 0.06, 0.08, 0.1, 0.15, 0.3, 0.5, 0.7, 0.85, 0.93, 0.97, 0.99];

describe('the line is cut', () => {
  test.each(points)('at %f of the job: said clearly, and the next try finishes it', async (share) => {
    const virtual = new VirtualBoard({ chip: 'esp32' });
    virtual.setFault({ kind: 'disconnect', at: Math.floor(total * share) });
    const failure: unknown = await job(virtual, (board) => board.write(parts, never)).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'serial.disconnected' });
    const state = (failure as { data: { boardState?: string } }).data.boardState ?? 'untouched';
    const bootLoader = virtual.flash.read(0x1000, 0x7000);
    const blank = bootLoader.every((byte) => byte === 0xff);
    const complete = holds(virtual, parts.slice(0, 1));
    if (!blank && !complete) expect(state).toBe('boot-loader-incomplete');
    if (state === 'untouched')
      expect(virtual.flash.read(0, virtual.flash.size).every((byte) => byte === 0xff)).toBe(true);
    const result = await job(virtual, (board) => board.write(parts, never));
    expect(holds(virtual, parts)).toBe(true);
    expect(result.recoveries).toBe(0);
    await virtual.close();
  });
});

describe('trouble that passes is dealt with inside', () => {
  const faultsAt = (share: number): [string, BoardFault][] => {
    const at = Math.floor(total * share);
    return [
      [`a wrong byte at ${share}`, { kind: 'corrupt', at }],
      [`40 bytes lost at ${share}`, { kind: 'drop', after: at, count: 40 }],
    ];
  };
  const answers: [string, BoardFault][] = [
    ['an answer lost', { kind: 'drop', after: 900, count: 20, direction: 'from-board' }],
    ['a wrong byte in an answer', { kind: 'corrupt', at: 905, direction: 'from-board' }],
    ['slow answers', { kind: 'slow-answers', delayMs: 20 }],
  ];
  test.each([...[0.3, 0.6, 0.9, 0.99].flatMap(faultsAt), ...answers])('%s', async (_, fault) => {
    const virtual = new VirtualBoard({ chip: 'esp32' });
    virtual.setFault(fault);
    await job(virtual, (board) => board.write(parts, never));
    expect(holds(virtual, parts)).toBe(true);
    await virtual.close();
  });

  test('a brown-out in the middle', async () => {
    const virtual = new VirtualBoard({ chip: 'esp32' });
    virtual.setFault({ kind: 'brown-out', after: 80_000 });
    const result = await job(virtual, (board) => board.write(parts, never));
    expect(result.recoveries).toBeGreaterThan(0);
    expect(holds(virtual, parts)).toBe(true);
    await virtual.close();
  });

  test('a cable that is too bad for the first speed', async () => {
    const virtual = new VirtualBoard({ chip: 'esp32', maxBaudRate: 500_000 });
    await job(virtual, async (board) => {
      expect(board.facts.baudRate).toBe(460_800);
      await board.write(parts, never);
    });
    expect(holds(virtual, parts)).toBe(true);
    await virtual.close();
  });
});

describe('trouble that stays is told apart', () => {
  test.each([
    [{ kind: 'silent' }, 'flash.no-sync'],
    [{ kind: 'wrong-boot-mode' }, 'flash.wrong-boot-mode'],
    [{ kind: 'no-sync' }, 'flash.send-path-down'],
  ] as const)('%o', async (fault, code) => {
    const virtual = new VirtualBoard({ chip: 'esp32', faults: [fault] });
    await expect(job(virtual, (board) => board.firmware(never))).rejects.toMatchObject({ code });
    virtual.faults.clear();
    expect((await job(virtual, (board) => board.firmware(never))).blank).toBe(true);
    await virtual.close();
  });

  test('a flash that does not keep what it is given', async () => {
    const virtual = new VirtualBoard({ chip: 'esp32' });
    await expect(
      job(virtual, (board) => {
        virtual.setFault({ kind: 'wrong-md5' });
        return board.write(parts, never);
      }),
    ).rejects.toMatchObject({ code: 'flash.md5-mismatch', data: { boardState: 'firmware-incomplete' } });
    await virtual.close();
  });
});

describe('cancelled', () => {
  test.each([0.05, 0.4, 0.8])('at %f of the write: at once, and the same session goes on', async (share) => {
    const virtual = new VirtualBoard({ chip: 'esp32', paced: true });
    const stop = new AbortController();
    await job(virtual, async (board) => {
      let askedMs = 0;
      const writing = board.write(parts, stop.signal, {
        onProgress: ({ fraction }) => {
          if (fraction < share || stop.signal.aborted) return;
          askedMs = performance.now();
          stop.abort();
        },
      });
      await expect(writing).rejects.toMatchObject({
        code: 'flash.cancelled',
        data: { boardState: 'firmware-incomplete' },
      });
      expect(performance.now() - askedMs).toBeLessThan(300);
      const result = await board.write(parts, never);
      expect(result.verifiedBytes).toBeGreaterThan(0);
    });
    expect(holds(virtual, parts)).toBe(true);
    await virtual.close();
  });

  test('while it is waited for the board', async () => {
    const virtual = new VirtualBoard({ chip: 'esp32' });
    virtual.setFault({ kind: 'silent' });
    const stop = new AbortController();
    const opening = job(virtual, (board) => board.firmware(never), stop.signal);
    setTimeout(() => stop.abort(), 50);
    await expect(opening).rejects.toMatchObject({ code: 'flash.cancelled' });
    virtual.faults.clear();
    await job(virtual, (board) => board.write(parts, never));
    await virtual.close();
  });
});
