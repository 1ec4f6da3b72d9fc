import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  chipNamed,
  type ChipName,
  openBoard,
  type Board,
  type SessionOptions,
} from '../../src/main/flashing/index.ts';
import { VirtualBoard, type VirtualBoardOptions } from '../../src/simulator/esp32/virtual-board.ts';
import { bufferingLine } from '../support/buffering-line.ts';
import { code, firmwareSet } from '../support/firmware-set.ts';

const never = new AbortController().signal;

const families = [
  { chip: 'esp32', name: 'ESP32', description: 'ESP32-D0WD-V3', revision: '3.1' },
  { chip: 'esp32s3', name: 'ESP32-S3', description: 'ESP32-S3 (QFN56)', revision: '0.2' },
  { chip: 'esp32c3', name: 'ESP32-C3', description: 'ESP32-C3 (QFN32)', revision: '0.4' },
] as const;

async function withBoard(
  options: VirtualBoardOptions,
  work: (board: Board, virtual: VirtualBoard) => Promise<void>,
  session: SessionOptions & { readonly modemLines?: boolean; readonly holdMs?: number } = {},
): Promise<void> {
  const virtual = new VirtualBoard(options);
  const plain = virtual.connect('virtual', { baudRate: 115_200, modemLines: session.modemLines ?? true });
  const line = session.holdMs === undefined ? plain : bufferingLine(plain, session.holdMs);
  try {
    const board = await openBoard(line, session, never);
    await work(board, virtual);
    await board.close();
  } finally {
    await line.close();
    await virtual.close();
  }
}

const setFor = (name: ChipName, appBytes: number, version?: string) => {
  const { imageChipId, bootLoaderOffset } = chipNamed(name);
  return firmwareSet({
    chipId: imageChipId ?? 0,
    bootLoaderOffset,
    appBytes,
    ...(version === undefined ? {} : { version }),
  });
};

describe.each(families)('$name', ({ chip, name, description, revision }) => {
  test.each([true, false])('is identified (stub: %s)', async (useStub) => {
    await withBoard(
      { chip, flashMb: 8, mac: '02:DE:70:00:AB:CD' as never },
      async (board) => {
        expect(board.facts).toMatchObject({
          chip: name,
          description,
          revision,
          mac: '02:DE:70:00:AB:CD',
          flashBytes: 8 * 1024 * 1024,
          crystalMhz: 40,
          secureBoot: false,
          flashEncryption: false,
          secureDownload: false,
          usesStub: useStub,
          baudRate: 921_600,
        });
        expect(await board.firmware(never)).toMatchObject({ blank: true, app: null, partitionTable: null });
      },
      { useStub },
    );
  });

  test.each([true, false])('is written, verified, read back and started (stub: %s)', async (useStub) => {
    await withBoard(
      { chip },
      async (board, virtual) => {
        const parts = setFor(name, useStub ? 200_000 : 30_000);
        const fractions: number[] = [];
        const result = await board.write(parts, never, {
          chip: name,
          onProgress: ({ fraction }) => fractions.push(fraction),
        });
        expect(result.recoveries).toBe(0);
        expect(result.unchangedBytes).toBe(0);
        for (const part of parts) {
          expect(virtual.flash.read(part.offset, part.bytes.length).equals(part.bytes)).toBe(true);
        }
        expect(fractions.at(-1)).toBe(1);
        expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
        expect(await board.firmware(never)).toMatchObject({
          blank: false,
          hasBootLoader: true,
          appPartition: 'app0',
          app: { project: 'other-firmware', version: '1.2.0', idfVersion: 'v5.3.1' },
        });
        expect((await board.read(0x10000, 5000, never)).equals(virtual.flash.read(0x10000, 5000))).toBe(true);
        expect(await board.restart(never)).toMatchObject({ outcome: 'running' });
      },
      { useStub },
    );
  });
});

describe.each(families)('$name on a line without DTR and RTS, BOOT held', ({ chip, name }) => {
  test.each([true, false])('is written and started (stub: %s)', async (useStub) => {
    await withBoard(
      { chip, bootHeld: true },
      async (board) => {
        await board.write(setFor(name, 20_000), never);
        expect(await board.restart(never)).toMatchObject({ outcome: 'running' });
      },
      { useStub, modemLines: false },
    );
  });

  test.each([true, false])(
    'its first words are not lost to a change of speed (stub: %s)',
    async (useStub) => {
      await withBoard(
        { chip, bootHeld: true },
        async (board) => {
          await board.write(setFor(name, 4_000), never);
          expect(await board.restart(never)).toMatchObject({ outcome: 'running' });
        },
        { useStub, modemLines: false, holdMs: 2 },
      );
    },
  );

  test('an empty one tells that it finds no boot loader', async () => {
    await withBoard(
      { chip, bootHeld: true },
      async (board) => expect(await board.restart(never)).toMatchObject({ outcome: 'no-boot-loader' }),
      { modemLines: false },
    );
  });
});

describe('only what differs is written', () => {
  test('nothing of what is there already', async () => {
    await withBoard({ chip: 'esp32' }, async (board) => {
      const parts = setFor('ESP32', 300_000);
      await board.write(parts, never);
      const again = await board.write(parts, never);
      expect(again.sentBytes).toBe(0);
      expect(again.unchangedBytes).toBe(again.verifiedBytes);
    });
  });

  test('a few sectors of a large part', async () => {
    await withBoard({ chip: 'esp32' }, async (board, virtual) => {
      const bytes = code(512 * 1024);
      await board.write([{ offset: 0x10000, bytes }], never);
      const changed = Buffer.from(bytes);
      randomBytes(100).copy(changed, 0x21234);
      randomBytes(100).copy(changed, 0x6fff0);
      const result = await board.write([{ offset: 0x10000, bytes: changed }], never);
      expect(virtual.flash.read(0x10000, changed.length).equals(changed)).toBe(true);
      expect(result.verifiedBytes - result.unchangedBytes).toBe(3 * 4096);
    });
  });

  test('all of another version', async () => {
    await withBoard({ chip: 'esp32' }, async (board, virtual) => {
      await board.write(setFor('ESP32', 300_000), never);
      const other = setFor('ESP32', 300_000, '2.0.0');
      await board.write(other, never);
      for (const part of other) {
        expect(virtual.flash.read(part.offset, part.bytes.length).equals(part.bytes)).toBe(true);
      }
    });
  });
});

describe('backup and restore', () => {
  test('brings back a whole flash, erased areas too, and keeps what is right', async () => {
    await withBoard({ chip: 'esp32' }, async (board, virtual) => {
      await board.write(setFor('ESP32', 150_000), never);
      const before = virtual.flash.read(0, virtual.flash.size);
      const file = await board.backup(never, 1_700_000_000_000);
      expect(file.length).toBeLessThan(400_000);
      await board.write([{ offset: 0x200000, bytes: code(70_000) }], never);
      await board.write(setFor('ESP32', 100_000, '9.9.9'), never);
      await board.restore(file, never);
      expect(virtual.flash.read(0, virtual.flash.size).equals(before)).toBe(true);
    });
  });

  test('of one partition leaves the rest alone', async () => {
    await withBoard({ chip: 'esp32' }, async (board, virtual) => {
      const nvs = { name: 'nvs', offset: 0x9000, bytes: 0x5000 };
      const content = code(nvs.bytes);
      await board.write([{ offset: nvs.offset, bytes: content }], never);
      const file = await board.backup(never, 0, nvs);
      await board.eraseFlash(never);
      await board.write([{ offset: 0x20000, bytes: code(5000) }], never);
      const neighbour = virtual.flash.read(0x20000, 5000);
      await board.restore(file, never);
      expect(virtual.flash.read(nvs.offset, nvs.bytes).equals(content)).toBe(true);
      expect(virtual.flash.read(0x20000, 5000).equals(neighbour)).toBe(true);
    });
  });

  test('of another board, or damaged, is refused before anything is written', async () => {
    let file: Buffer = Buffer.alloc(0);
    await withBoard({ chip: 'esp32', mac: '02:DE:70:00:00:01' as never }, async (board) => {
      await board.write([{ offset: 0x10000, bytes: code(20_000) }], never);
      file = await board.backup(never, 0);
    });
    await withBoard({ chip: 'esp32', mac: '02:DE:70:00:00:02' as never }, async (board, virtual) => {
      await expect(board.restore(file, never)).rejects.toMatchObject({ code: 'flash.backup-other-board' });
      await expect(board.restore(file.subarray(0, -30), never)).rejects.toMatchObject({
        code: 'flash.backup-damaged',
      });
      expect(virtual.flash.read(0, virtual.flash.size).every((byte) => byte === 0xff)).toBe(true);
      await board.restore(file, never, true);
      expect(virtual.flash.read(0x10000, 4)).not.toEqual(Buffer.alloc(4, 0xff));
    });
  });
});

describe('refused before anything is touched', () => {
  const part = { offset: 0x10000, bytes: code(8192) };

  test('another chip, parts that overlap, exceed the flash or lie between sectors', async () => {
    await withBoard({ chip: 'esp32c3' }, async (board, virtual) => {
      await expect(board.write([part], never, { chip: 'ESP32' })).rejects.toMatchObject({
        code: 'flash.wrong-chip',
        data: { found: 'ESP32-C3', expected: 'ESP32' },
      });
      for (const [parts, reason] of [
        [[part, { offset: 0x11000, bytes: code(100) }], 'overlap'],
        [[{ offset: 0x3ff000, bytes: code(8192) }], 'beyond-flash'],
        [[{ offset: 0x10004, bytes: code(100) }], 'unaligned'],
      ] as const) {
        await expect(board.write(parts, never)).rejects.toMatchObject({
          code: 'flash.layout',
          data: { reason },
        });
      }
      expect(virtual.flash.read(0, virtual.flash.size).every((byte) => byte === 0xff)).toBe(true);
    });
  });

  test.each([
    [{ flashEncryption: true }, 'flash.encrypted-flash'],
    [{ secureBoot: true }, 'flash.secure-boot'],
    [{ secureDownload: true }, 'flash.secure-download'],
  ] as const)('%o', async (security, expected) => {
    await withBoard({ chip: 'esp32s3', ...security }, async (board, virtual) => {
      await expect(board.write([part], never)).rejects.toMatchObject({ code: expected });
      expect(virtual.flash.read(0, virtual.flash.size).every((byte) => byte === 0xff)).toBe(true);
    });
  });
});

test('the LED flashes through the registers of its pin, and the pin is let go of', async () => {
  await withBoard({ chip: 'esp32' }, async (board, virtual) => {
    const [out, enable] = [0x3ff44004, 0x3ff44020];
    const states = new Set<number>();
    const watching = setInterval(() => states.add(virtual.registers.read(out) & 4), 20);
    await board.blink(1, never);
    clearInterval(watching);
    expect(states).toEqual(new Set([0, 4]));
    expect(virtual.registers.read(enable) & 4).toBe(0);
    expect(virtual.flash.read(0, 0x10000).every((byte) => byte === 0xff)).toBe(true);
  });
});

test('a chip on its own USB is reset there, too', async () => {
  await withBoard({ chip: 'esp32s3', usb: true }, async (board, virtual) => {
    const parts = setFor('ESP32-S3', 60_000);
    await board.write(parts, never);
    for (const part of parts) {
      expect(virtual.flash.read(part.offset, part.bytes.length).equals(part.bytes)).toBe(true);
    }
    expect(['running', 'silent']).toContain((await board.restart(never)).outcome);
  });
});
