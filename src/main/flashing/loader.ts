import { AppError } from '../../shared/domain/app-error.ts';
import type { Chip } from './chips/chip.ts';
import { hex } from './flash-errors.ts';
import type { LoaderLink } from './loader-link.ts';
import {
  blockData,
  checksum,
  command,
  type CommandName,
  decodeResponse,
  encodeRequest,
  type Response,
  romInvalidMessage,
  spellStatus,
  splitStatus,
  syncData,
  words,
} from './protocol.ts';
import { encodeSlip } from './slip.ts';
import { timeoutFor, type Timings } from './timings.ts';

export interface Answer {
  readonly value: number;
  /** Without the status bytes. */
  readonly data: Buffer;
}

export interface SecurityInfo {
  readonly flags: number;
  /** Null where the chip does not tell it (ESP32-S2). */
  readonly chipId: number | null;
}

interface CommandOptions {
  readonly sum?: number;
  readonly timeoutMs?: number;
}

/** A ROM answers a command that it does not know with another number in place of the command's. */
function isRomRefusal({ body }: Response, isStub: boolean): boolean {
  return !isStub && body.length <= 4 && body[0] !== 0 && body[1] === romInvalidMessage;
}

/**
 * The boot loader at the other end, in ROM or the stub: one command at a time, each with a time limit. Commands
 * throw AppError `flash.no-answer`, `flash.refused`, `flash.protocol`, `flash.cancelled`, `serial.disconnected`.
 */
export class Loader {
  readonly link: LoaderLink;
  readonly timings: Timings;
  /** Of the work under way; set by whoever begins one. */
  signal: AbortSignal;
  /** Null until it is detected. */
  chip: Chip | null = null;
  isStub = false;
  secureDownload = false;

  constructor(link: LoaderLink, timings: Timings, signal: AbortSignal) {
    this.link = link;
    this.timings = timings;
    this.signal = signal;
  }

  /** Of responses: the stub and the ESP8266 end with two, the ROM of the others with four. */
  get statusBytes(): 2 | 4 {
    return this.isStub || this.chip?.name === 'ESP8266' ? 2 : 4;
  }

  /** @throws AppError `flash.unknown-chip` before a chip is detected */
  get knownChip(): Chip {
    if (this.chip === null) throw new AppError('flash.unknown-chip', 'No chip was detected.', { id: '?' });
    return this.chip;
  }

  /** Milliseconds that `bytes` need on the wire. */
  wireMs(bytes: number): number {
    return (bytes * 10_000) / this.link.line.baudRate;
  }

  async command(name: CommandName, data: Uint8Array, options: CommandOptions = {}): Promise<Answer> {
    const frame = encodeSlip(encodeRequest(command[name], data, options.sum));
    return await this.exchange(name, frame, options.timeoutMs ?? this.timings.command);
  }

  /** Sends a frame that was made before and waits for its answer; time on the wire does not count. */
  async exchange(name: CommandName, frame: Uint8Array, timeoutMs: number): Promise<Answer> {
    this.link.discard();
    const failure = new Promise<never>((_, reject) => {
      this.link.send(frame).catch(reject);
    });
    const response = await Promise.race([
      this.#response(name, timeoutMs + 2 * this.wireMs(frame.length)),
      failure,
    ]);
    const status = splitStatus(response.body, this.statusBytes);
    if (!status.ok) {
      throw new AppError('flash.refused', `${name} was refused with ${spellStatus(status.code)}.`, {
        address: this.link.line.address,
        step: name,
        status: spellStatus(status.code),
        code: status.code,
      });
    }
    return { value: response.value, data: status.data };
  }

  /** Answers to other commands are leftovers and are passed over. */
  async #response(name: CommandName, timeoutMs: number): Promise<Response> {
    const until = performance.now() + timeoutMs;
    for (let left = timeoutMs; left > 0; left = until - performance.now()) {
      const frame = await this.link.nextFrame(left, this.signal);
      if (frame === null) break;
      const response = decodeResponse(frame);
      if (response === null) continue;
      if (response.op === command[name] || isRomRefusal(response, this.isStub)) return response;
    }
    throw new AppError('flash.no-answer', `No answer to ${name} within ${Math.round(timeoutMs)} ms.`, {
      address: this.link.line.address,
      step: name,
    });
  }

  protocolError(name: CommandName, detail: string): AppError {
    return new AppError('flash.protocol', `Answer to ${name}: ${detail}.`, {
      address: this.link.line.address,
      step: name,
    });
  }

  /**
   * One SYNC, with its eight answers taken in. True where a stub answers that was left running.
   */
  async sync(): Promise<boolean> {
    const { value } = await this.command('sync', syncData, { timeoutMs: this.timings.sync });
    for (let i = 0; i < 7; i++) {
      if ((await this.link.nextFrame(this.timings.sync, this.signal)) === null) break;
    }
    return value === 0;
  }

  async readRegister(address: number): Promise<number> {
    return (await this.command('readRegister', words(address))).value;
  }

  async writeRegister(address: number, value: number, mask = 0xffffffff): Promise<void> {
    await this.command('writeRegister', words(address, value, mask, 0));
  }

  async securityInfo(): Promise<SecurityInfo> {
    const { data } = await this.command('securityInfo', Buffer.alloc(0));
    if (data.length < 12) throw this.protocolError('securityInfo', `${data.length} bytes`);
    return {
      flags: data.readUInt32LE(0),
      chipId: data.length >= 16 ? data.readUInt32LE(12) : null,
    };
  }

  /** Connects the SPI controller to the flash; the ROM takes four bytes more than the stub. */
  async attachFlash(): Promise<void> {
    await this.command('spiAttach', this.isStub ? words(0) : words(0, 0));
  }

  async setFlashSize(bytes: number): Promise<void> {
    await this.command('spiSetParameters', words(0, bytes, 64 * 1024, 4096, 256, 0xffff));
  }

  async writeMemory(bytes: Uint8Array, address: number, blockBytes: number): Promise<void> {
    const blocks = Math.ceil(bytes.length / blockBytes);
    await this.command('memBegin', words(bytes.length, blocks, blockBytes, address));
    for (let sequence = 0; sequence < blocks; sequence++) {
      const block = bytes.subarray(sequence * blockBytes, (sequence + 1) * blockBytes);
      await this.command('memData', blockData(block, sequence), { sum: checksum(block) });
    }
  }

  /** MD5 of a region, computed on the chip; 32 hexadecimal digits from a ROM, 16 bytes from the stub. */
  async md5(address: number, bytes: number, extraMs = 0): Promise<string> {
    const timeoutMs = timeoutFor(this.timings, this.timings.md5PerMebibyte, bytes) + extraMs;
    const { data } = await this.command('flashMd5', words(address, bytes, 0, 0), { timeoutMs });
    if (data.length === 16) return data.toString('hex');
    const text = data.toString('latin1').toLowerCase();
    if (/^[0-9a-f]{32}$/.test(text)) return text;
    throw this.protocolError('flashMd5', `${data.length} bytes for ${hex(address)}`);
  }
}
