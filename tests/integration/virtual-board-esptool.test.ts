import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBoard } from '../../src/main/flashing/index.ts';
import { createLineOpener } from '../../src/main/serial/index.ts';
import type { ChipName } from '../../src/simulator/esp32/chip-model.ts';
import { NetworkPort } from '../../src/simulator/esp32/network-port.ts';
import { VirtualBoard, type VirtualBoardOptions } from '../../src/simulator/esp32/virtual-board.ts';
import { startBoardProcess } from '../support/board-process.ts';
import { hasEsptool, openEsptool, type Esptool, type EsptoolRun } from '../support/esptool.ts';
import { hasSocat } from '../support/serial-ports.ts';

let esptool: Esptool;

beforeAll(async () => {
  if (hasEsptool) esptool = await openEsptool();
});
afterAll(() => {
  if (hasEsptool) esptool.remove();
});

const families = [
  { chip: 'esp32', name: 'ESP32', description: 'ESP32-D0WD-V3 (revision v3.1)' },
  { chip: 'esp32s3', name: 'ESP32-S3', description: 'ESP32-S3 (QFN56) (revision v0.2)' },
  { chip: 'esp32c3', name: 'ESP32-C3', description: 'ESP32-C3 (QFN32) (revision v0.4)' },
] as const satisfies readonly { chip: ChipName; name: string; description: string }[];

interface Bench {
  readonly board: VirtualBoard;
  readonly run: (args: readonly string[]) => Promise<EsptoolRun>;
}

/** A board in its loader, behind a socket, for one test. */
async function withBoard(
  options: Partial<VirtualBoardOptions> & { chip: ChipName },
  work: (bench: Bench) => Promise<void>,
): Promise<void> {
  const board = new VirtualBoard({ bootHeld: true, ...options });
  const tcp = await NetworkPort.listen(board);
  try {
    await work({
      board,
      run: (args) =>
        esptool.run([
          '--port',
          `socket://127.0.0.1:${tcp.port}`,
          '--before',
          'no_reset',
          '--after',
          'no_reset',
          ...args,
        ]),
    });
  } finally {
    await tcp.close();
    await board.close();
  }
}

/** Half text, half noise: compresses as firmware does. */
function image(bytes: number): Buffer {
  return Buffer.concat([Buffer.alloc(bytes / 2, 'lorem ipsum dolor sit amet '), randomBytes(bytes / 2)]);
}

describe.skipIf(!hasEsptool)("Debian 13's esptool", () => {
  for (const { chip, name, description } of families) {
    for (const stub of [true, false]) {
      const mode = stub ? [] : ['--no-stub'];

      test(`${name} ${stub ? 'stub' : 'ROM'}: identity, write, verify, read, erase`, async () => {
        await withBoard({ chip, flashMb: 8 }, async ({ board, run }) => {
          const id = await run([...mode, 'flash_id']);
          expect(id.output).toContain(`Chip is ${description}`);
          expect(id.output).toContain('MAC: 02:de:70:00:00:10');
          expect(id.output).toContain('Manufacturer: ef');
          expect(id.output).toContain('Detected flash size: 8MB');
          expect(id.output).toContain('Crystal is 40MHz');
          expect(id.code).toBe(0);
          board.pressReset(true);

          const data = image(96 * 1024);
          writeFileSync(join(esptool.folder, 'image.bin'), data);
          const file = `${esptool.inside}/image.bin`;
          // Something to be erased, at both ends of what will be written.
          board.flash.program(0x1_0000, Buffer.alloc(0x2_0000, 0x00));
          for (const compression of ['--compress', '--no-compress']) {
            const wrote = await run([...mode, 'write_flash', compression, '0x10000', file]);
            expect(wrote.output).toContain('Hash of data verified.');
            expect(wrote.code).toBe(0);
            board.pressReset(true);
            expect(board.flash.read(0x1_0000, data.length).equals(data)).toBe(true);
            if (compression === '--compress') board.flash.program(0x1_0000, Buffer.alloc(0x2_0000, 0x00));
          }

          const verified = await run([...mode, 'verify_flash', '0x10000', file]);
          expect(verified.output).toContain('-- verify OK (digest matched)');
          board.pressReset(true);
          writeFileSync(join(esptool.folder, 'other.bin'), image(96 * 1024));
          const differs = await run([...mode, 'verify_flash', '0x10000', `${esptool.inside}/other.bin`]);
          expect(differs.code).not.toBe(0);
          board.pressReset(true);

          const read = await run([...mode, 'read_flash', '0x10000', '0x6000', `${esptool.inside}/read.bin`]);
          expect(read.code).toBe(0);
          expect(readFileSync(join(esptool.folder, 'read.bin')).equals(data.subarray(0, 0x6000))).toBe(true);
          board.pressReset(true);

          const erased = await run([...mode, 'erase_region', '0x11000', '0x1000']);
          board.pressReset(true);
          if (stub) {
            expect(erased.code).toBe(0);
            expect(board.flash.read(0x1_1000, 0x1000).every((byte) => byte === 0xff)).toBe(true);
            expect(board.flash.read(0x1_0000, 0x1000).equals(data.subarray(0, 0x1000))).toBe(true);
            expect((await run(['erase_flash'])).output).toContain('Chip erase completed successfully');
            expect(board.flash.read(0, board.flash.size).every((byte) => byte === 0xff)).toBe(true);
          } else expect(erased.output).toContain(`${name} ROM does not support function erase_region`);
        });
      });
    }

    test(`${name}: a stub that still runs is recognised and not uploaded again`, async () => {
      await withBoard({ chip }, async ({ run }) => {
        expect((await run(['--after', 'no_reset_stub', 'read_mac'])).output).toContain('Uploading stub');
        const again = await run(['--after', 'no_reset_stub', 'read_mac']);
        expect(again.output).toContain('Stub is already running. No upload is necessary.');
        expect(again.code).toBe(0);
      });
    });
  }

  test('over RFC 2217 it resets into the loader and back, and writes at several baud rates', async () => {
    const data = image(64 * 1024);
    writeFileSync(join(esptool.folder, 'rates.bin'), data);
    // pyserial waits some 50 ms for the answer to each change of one line, and passes through "both asserted":
    // EN must rise later than that, and IO0 be held longer, for the reset to end in the loader.
    const board = new VirtualBoard({ chip: 'esp32', paced: true, enRiseMs: 120 });
    const port = await NetworkPort.listen(board, 'rfc2217');
    try {
      for (const baud of ['115200', '460800', '921600']) {
        board.flash.erase(0, board.flash.size);
        const args = ['--port', port.url, '--baud', baud, 'write_flash', '0x20000'];
        const wrote = await esptool.run([...args, `${esptool.inside}/rates.bin`], 'reset_delay = 0.5');
        expect(wrote.output).toContain('Hash of data verified.');
        expect(wrote.output).toContain('Hard resetting via RTS pin...');
        expect(wrote.code).toBe(0);
        expect(board.flash.read(0x2_0000, data.length).equals(data)).toBe(true);
      }
    } finally {
      await port.close();
      await board.close();
    }
  });

  test.runIf(hasSocat).each([
    ['stub', []],
    ['ROM', ['--no-stub']],
  ])('on a pty, by the %s: identity, write at several baud rates, verify, read', async (_loader, mode) => {
    const mac = '24:6F:28:00:02:01';
    const data = image(64 * 1024);
    writeFileSync(join(esptool.folder, 'pty.bin'), data);
    const file = `${esptool.inside}/pty.bin`;
    const board = await startBoardProcess(esptool.folder, 'pty', { mac });
    // A pty has no DTR and RTS: a person holds BOOT and presses RESET.
    const run = async (...args: readonly string[]): Promise<string> => {
      await board.holdBoot();
      const still = ['--before', 'no_reset', '--after', 'no_reset', ...mode];
      const { code, output } = await esptool.runOnPty(board.port, [...still, ...args]);
      expect([args, code, code === 0 ? '' : output]).toEqual([args, 0, '']);
      return output;
    };
    try {
      const id = await run('flash_id');
      expect(id).toContain(`MAC: ${mac.toLowerCase()}`);
      expect(id).toContain('Detected flash size: 4MB');
      for (const [index, baud] of ['115200', '460800', '921600'].entries()) {
        const offset = `0x${(0x2_0000 * (index + 1)).toString(16)}`;
        expect(await run('--baud', baud, 'write_flash', offset, file)).toContain('Hash of data verified.');
        expect(await run('verify_flash', offset, file)).toContain('-- verify OK (digest matched)');
      }
      await run('read_flash', '0x40000', '0x4000', `${esptool.inside}/pty-read.bin`);
      const read = readFileSync(join(esptool.folder, 'pty-read.bin'));
      expect(read.equals(data.subarray(0, 0x4000))).toBe(true);
    } finally {
      await board.stop();
    }
  });

  test('its own RFC 2217 server, which answers no change of DTR and RTS: the board is reset and written', async () => {
    const board = new VirtualBoard({ chip: 'esp32', enRiseMs: 120 });
    const port = await NetworkPort.listen(board, 'rfc2217');
    // The server makes the reset itself; over the network to its own port it needs the slower sequence.
    const server = await esptool.serve(port.url, 'custom_reset_sequence = D0|R1|W0.2|D1|R0|W0.5|D0');
    try {
      const data = image(32 * 1024);
      const { signal } = new AbortController();
      const line = await createLineOpener().open(server.url, { baudRate: 115_200 }, signal);
      expect(line.hasModemLines).toBe(true);
      const opened = await openBoard(line, {}, signal);
      expect(opened.facts).toMatchObject({ chip: 'ESP32', mac: board.identity.mac });
      await opened.write([{ offset: 0x2_0000, bytes: data }], signal);
      expect(board.flash.read(0x2_0000, data.length).equals(data)).toBe(true);
      await opened.close();
      await line.close();
    } finally {
      await server.stop();
      await port.close();
      await board.close();
    }
  }, 60_000);

  test('in secure download mode it is recognised and can still be written', async () => {
    await withBoard({ chip: 'esp32s3', secureDownload: true }, async ({ board, run }) => {
      const data = image(16 * 1024);
      writeFileSync(join(esptool.folder, 'secure.bin'), data);
      const info = await run(['--chip', 'esp32s3', '--no-stub', 'get_security_info']);
      expect(info.output).toContain('Chip ID: 9');
      board.pressReset(true);
      const file = `${esptool.inside}/secure.bin`;
      const args = ['--chip', 'esp32s3', '--no-stub', 'write_flash', '--flash_size', '4MB', '0x20000'];
      const wrote = await run([...args, file]);
      expect(wrote.code).toBe(0);
      expect(board.flash.read(0x2_0000, data.length).equals(data)).toBe(true);
    });
  });
});
