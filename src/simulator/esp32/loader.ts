import { setTimeout as wait } from 'node:timers/promises';
import type { ChipIdentity } from './efuses.ts';
import type { BoardFaults } from './faults.ts';
import type { FlashChip } from './flash-chip.ts';
import { FlashWrite } from './flash-write.ts';
import {
  argument,
  command,
  dataHeaderLength,
  parseRequest,
  payloadChecksum,
  response,
  type Request,
} from './loader-protocol.ts';
import type { Program } from './program.ts';
import type { RegisterFile } from './register-file.ts';
import { SlipReader, slipFrame } from './slip.ts';

/** A real chip answers SYNC so often. */
const syncAnswers = 8;

/** What a loader can do to the chip that it runs on. */
export interface LoaderChip {
  readonly identity: ChipIdentity;
  readonly flash: FlashChip;
  readonly registers: RegisterFile;
  readonly faults: BoardFaults;
  readonly secureDownload: boolean;
  send(bytes: Uint8Array): void;
  /** For what is sent and received from when the bytes already given have left. */
  changeBaudRate(baudRate: number): void;
  reboot(): void;
  runFromFlash(): void;
  startStub(): void;
  /** Programming that may end in a brown-out, if that fault is set. */
  program(flash: FlashChip, offset: number, bytes: Uint8Array): void;
}

/** What the ROM and the stub have in common: packets in, one after the other, answers out. */
export abstract class Loader implements Program {
  protected readonly chip: LoaderChip;
  protected write: FlashWrite | undefined;
  readonly #slip = new SlipReader((packet) => this.#queue(packet));
  #waiting: Buffer[] = [];
  #busy = false;
  #stopped = false;

  protected constructor(chip: LoaderChip) {
    this.chip = chip;
  }

  receive(bytes: Uint8Array): void {
    this.#slip.push(bytes);
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting = [];
    this.write?.close();
  }

  /** What both understand; each does the rest in its own way. */
  protected handle(request: Request): void | Promise<void> {
    switch (request.command) {
      case command.sync:
        for (let i = 0; i < syncAnswers; i++) this.respond(request, 0, this.syncValue);
        return;
      case command.readReg:
        return this.#readRegister(request);
      case command.writeReg:
        return this.#writeRegisters(request);
      case command.changeBaudRate:
        this.respond(request);
        return this.chip.changeBaudRate(argument(request, 0));
      case command.flashBegin:
      case command.flashDeflBegin:
        return this.begin(request, request.command === command.flashDeflBegin);
      case command.flashData:
      case command.flashDeflData:
        return this.data(request);
      case command.flashEnd:
      case command.flashDeflEnd:
        return this.end(request);
      case command.spiFlashMd5:
        return this.flashMd5(request);
      case command.getSecurityInfo:
        if (!this.chip.identity.model.hasSecurityInfo) return this.refuse(request);
        return this.respond(request, 0, 0, this.#securityInfo());
      default:
        return this.own(request);
    }
  }

  /** Beside the status of the answers to SYNC. */
  protected abstract readonly syncValue: number;
  protected abstract begin(request: Request, compressed: boolean): void;
  protected abstract data(request: Request): Promise<void>;
  protected abstract end(request: Request): void;
  protected abstract flashMd5(request: Request): void;
  /** Commands that only this loader has, or that it must know not to have. */
  protected abstract own(request: Request): void;
  /** A command that the loader does not know. */
  protected abstract refuse(request: Request): void;

  /** Packets that are no commands, such as the acknowledgements of a flash read. */
  protected raw(_packet: Buffer): void {
    // A loader that expects none ignores them.
  }

  /** Status bytes as this loader ends a response; 0 is success. */
  protected abstract status(error: number): Uint8Array;

  protected get stopped(): boolean {
    return this.#stopped;
  }

  protected sendPacket(packet: Uint8Array): void {
    if (!this.#stopped) this.chip.send(slipFrame(packet));
  }

  protected respond(
    request: { readonly command: number },
    error = 0,
    value = 0,
    data: Uint8Array = new Uint8Array(0),
  ): void {
    this.sendPacket(response(request.command, value, data, this.status(error)));
  }

  #readRegister(request: Request): void {
    this.respond(request, 0, this.chip.registers.read(argument(request, 0)));
  }

  #writeRegisters(request: Request): void {
    for (let at = 0; at + 16 <= request.data.length; at += 16) {
      this.chip.registers.write(
        request.data.readUInt32LE(at),
        request.data.readUInt32LE(at + 4),
        request.data.readUInt32LE(at + 8),
      );
    }
    this.respond(request);
  }

  /** Flags, encryption counter, key purposes, chip id, API version (esptool `get_security_info`). */
  #securityInfo(): Buffer {
    const { identity, secureDownload } = this.chip;
    const info = Buffer.alloc(20);
    info.writeUInt32LE((identity.secureBoot ? 1 : 0) | (secureDownload ? 1 << 2 : 0), 0);
    info[4] = identity.flashEncryption ? 1 : 0;
    info.writeUInt32LE(identity.model.chipId, 12);
    return info;
  }

  protected beginWrite(request: Request, options: { compressed: boolean; eraseFirst: boolean }): void {
    this.write?.close();
    this.write = new FlashWrite(this.chip.flash, {
      ...options,
      total: argument(request, 0),
      offset: argument(request, 3),
      program: (flash, offset, bytes) => this.chip.program(flash, offset, bytes),
    });
  }

  /** Payload of a DATA packet, or which of its two guards failed. */
  protected payload(request: Request): Buffer | 'bad-length' | 'bad-checksum' {
    const payload = request.data.subarray(dataHeaderLength);
    if (request.data.length < dataHeaderLength || argument(request, 0) !== payload.length)
      return 'bad-length';
    return payloadChecksum(payload) === (request.checksum & 0xff) ? payload : 'bad-checksum';
  }

  protected md5(request: Request): Buffer {
    const digest = this.chip.flash.md5(argument(request, 0), argument(request, 1));
    if (this.chip.faults.wrongMd5) digest[0] = (digest[0] ?? 0) ^ 0xff;
    return digest;
  }

  #queue(packet: Buffer): void {
    this.#waiting.push(packet);
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let packet = this.#waiting.shift(); packet !== undefined; packet = this.#waiting.shift()) {
      const request = parseRequest(packet);
      if (request === undefined) {
        this.raw(packet);
        continue;
      }
      const { faults } = this.chip;
      if (faults.answerDelayMs > 0) await wait(faults.answerDelayMs);
      if (this.#stopped) break;
      if (faults.noSync && request.command === command.sync) continue;
      const pending = this.handle(request);
      if (pending !== undefined) await pending;
    }
    this.#busy = false;
  }
}
