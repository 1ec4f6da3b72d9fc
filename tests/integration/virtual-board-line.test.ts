import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { SerialLine } from '../../src/main/serial/serial-line.ts';
import type { BoardFault } from '../../src/simulator/esp32/faults.ts';
import { slipFrame, SlipReader } from '../../src/simulator/esp32/slip.ts';
import { VirtualBoard, type VirtualBoardOptions } from '../../src/simulator/esp32/virtual-board.ts';
import { until } from '../support/until.ts';

const boards: VirtualBoard[] = [];
afterEach(async () => {
  for (const board of boards.splice(0)) await board.close();
});

/** A host that speaks packets, on the line in the shape that the application knows. */
class Host {
  readonly board: VirtualBoard;
  readonly line: SerialLine;
  readonly packets: Buffer[] = [];
  text = '';
  closed: string | null | undefined;

  constructor(options: Partial<VirtualBoardOptions> = {}, faults: readonly BoardFault[] = []) {
    this.board = new VirtualBoard({ chip: 'esp32', bootHeld: true, faults, ...options });
    boards.push(this.board);
    this.line = this.board.connect('virtual:1');
    const reader = new SlipReader((packet) => this.packets.push(packet));
    this.line.onData((bytes) => {
      this.text += bytes.toString('latin1');
      reader.push(bytes);
    });
    this.line.onClosed((reason) => (this.closed = reason?.code ?? null));
  }

  async send(code: number, data: Uint8Array = new Uint8Array(0), checksum = 0): Promise<void> {
    const head = Buffer.alloc(8);
    head[1] = code;
    head.writeUInt16LE(data.length, 2);
    head.writeUInt32LE(checksum, 4);
    await this.line.write(slipFrame(Buffer.concat([head, data])));
  }

  sync(): Promise<void> {
    return this.send(0x08, Buffer.concat([Buffer.of(7, 7, 0x12, 0x20), Buffer.alloc(32, 0x55)]));
  }

  answers(code: number): Buffer[] {
    return this.packets.filter((packet) => packet[0] === 1 && packet[1] === code);
  }

  async answer(code: number): Promise<Buffer> {
    return until(() => this.answers(code).at(-1), { what: `an answer to ${code.toString(16)}` });
  }
}

const words = (...values: number[]): Buffer => {
  const out = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) out.writeUInt32LE(value, 4 * i);
  return out;
};

describe('the line of a virtual board', () => {
  test('SYNC is answered eight times, READ_REG with the magic word and four status bytes', async () => {
    const host = new Host();
    await host.sync();
    await until(() => host.answers(0x08).length === 8);
    await host.send(0x0a, words(0x40001000));
    expect(await host.answer(0x0a)).toEqual(Buffer.from('010a0400831df00000000000', 'hex'));
  });

  test('paced bytes take ten bits each, in both directions', async () => {
    const host = new Host({ paced: true });
    await host.line.setBaudRate(921_600);
    const bytes = 46_080;
    const started = performance.now();
    await host.line.write(Buffer.alloc(bytes, 0x55));
    const took = performance.now() - started;
    expect(took).toBeGreaterThan(495);
    expect(took).toBeLessThan(650);
  });

  test('at another baud rate than the chip speaks, nothing but noise arrives', async () => {
    const host = new Host();
    await host.sync();
    await until(() => host.answers(0x08).length === 8);
    host.packets.length = 0;
    await host.line.setBaudRate(460_800);
    await host.sync();
    await host.send(0x0a, words(0x40001000));
    await host.line.setBaudRate(115_200);
    // Noise may have opened a packet, which swallows the first one after it.
    await host.send(0x0a, words(0x40001000));
    await host.send(0x0a, words(0x40001000));
    await host.answer(0x0a);
    expect(host.answers(0x08)).toEqual([]);
  });

  test('the classic reset sequence ends in the loader, the hard reset in the firmware', async () => {
    const host = new Host({ bootHeld: false });
    await host.line.setSignals({ dtr: false, rts: true });
    await wait(20);
    await host.line.setSignals({ dtr: true, rts: false });
    await until(() => host.text.includes('waiting for download'));
    await host.line.setSignals({ dtr: false, rts: false });
    // Both asserted, as a system does that opens a port: the chip is neither held nor reset.
    await host.line.setSignals({ dtr: true, rts: true });
    await host.send(0x0a, words(0x40001000));
    await host.answer(0x0a);
    await host.line.setSignals({ dtr: false, rts: false });
    host.text = '';
    await host.line.setSignals({ dtr: false, rts: true });
    await host.line.setSignals({ dtr: false, rts: false });
    await until(() => host.text.includes('boot:0x13 (SPI_FAST_FLASH_BOOT)'));
    host.text = '';
    host.board.setFault({ kind: 'wrong-boot-mode' });
    await host.line.setSignals({ dtr: false, rts: true });
    await host.line.setSignals({ dtr: true, rts: false });
    await until(() => host.text.includes('rst:0x1'));
    expect(host.text).not.toContain('DOWNLOAD');
  });

  test("the chip's own USB takes DTR first, then RTS, for its loader", async () => {
    const host = new Host({ chip: 'esp32c3', usb: true, bootHeld: false });
    expect(host.line.usb).toEqual({ vendorId: 0x303a, productId: 0x1001 });
    for (const [dtr, rts] of [
      [false, false],
      [true, false],
      [true, true],
      [false, true],
      [false, false],
    ] as const) {
      await host.line.setSignals({ dtr, rts });
    }
    await until(() => host.text.includes('rst:0x15 (USB_UART_CHIP_RESET),boot:0x4'));
  });

  test('faults: no sync, silence, a wrong MD5, slow answers', async () => {
    const deaf = new Host({}, [{ kind: 'no-sync' }]);
    await deaf.sync();
    await deaf.send(0x0a, words(0x40001000));
    await deaf.answer(0x0a);
    expect(deaf.answers(0x08)).toEqual([]);

    const silent = new Host({}, [{ kind: 'silent' }]);
    await silent.sync();
    await wait(50);
    expect(silent.text).toBe('');

    const right = new Host();
    const wrong = new Host({}, [{ kind: 'wrong-md5' }]);
    for (const host of [right, wrong]) {
      await host.send(0x0d, words(0, 0));
      await host.send(0x13, words(0, 0x1000, 0, 0));
    }
    const expected = (await right.answer(0x13)).subarray(8, 40).toString('latin1');
    expect(expected).toBe(createHash('md5').update(Buffer.alloc(0x1000, 0xff)).digest('hex'));
    expect((await wrong.answer(0x13)).subarray(8, 40).toString('latin1')).not.toBe(expected);

    const slow = new Host({}, [{ kind: 'slow-answers', delayMs: 120 }]);
    const started = performance.now();
    await slow.send(0x0a, words(0x40001000));
    await slow.answer(0x0a);
    expect(performance.now() - started).toBeGreaterThan(110);
  });

  test('faults of the line: a corrupt byte, lost bytes, the cable pulled in mid-sentence', async () => {
    const host = new Host();
    // A sync after each: once it is answered, what came before it has been answered or lost.
    const answersToRead = async (): Promise<number> => {
      host.packets.length = 0;
      await host.send(0x0a, words(0x40001000));
      await host.sync();
      await host.sync();
      await until(() => host.answers(0x08).length >= 8, { what: 'SYNC is answered' });
      return host.answers(0x0a).length;
    };
    expect(await answersToRead()).toBe(1);
    host.board.setFault({ kind: 'corrupt', at: 3 });
    expect(await answersToRead()).toBe(0);
    expect(await answersToRead()).toBe(1);
    host.board.setFault({ kind: 'drop', after: 4, count: 2 });
    expect(await answersToRead()).toBe(0);
    expect(await answersToRead()).toBe(1);
    host.board.setFault({ kind: 'disconnect', at: 5 });
    await expect(host.send(0x0a, words(0x40001000))).rejects.toMatchObject({ code: 'serial.disconnected' });
    expect(host.closed).toBe('serial.disconnected');
    const again = host.board.connect('virtual:1');
    await again.close();
  });

  test('a brown-out in the middle of a write resets the board and leaves what was written so far', async () => {
    const host = new Host();
    host.board.setFault({ kind: 'brown-out', after: 1_500 });
    await host.send(0x0d, words(0, 0));
    await host.send(0x02, words(4096, 4, 1024, 0x1_0000));
    await host.answer(0x02);
    for (let seq = 0; seq < 4; seq++) {
      const block = Buffer.alloc(1024, seq + 1);
      await host.send(0x03, Buffer.concat([words(1024, seq, 0, 0), block]), 0xef);
      if (seq < 1) await until(() => host.answers(0x03).length === 1);
    }
    await until(() => host.text.includes('RTCWDT_BROWN_OUT_RESET'));
    expect(host.text).toContain('Brownout detector was triggered');
    expect([0, 1024, 2048].map((at) => host.board.flash.read(0x1_0000 + at, 1)[0])).toEqual([1, 2, 0xff]);
  });
});
