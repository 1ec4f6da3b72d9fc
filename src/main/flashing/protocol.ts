/**
 * Commands of Espressif's serial boot loader protocol, as the ROM and the stub take them. Source: esptool's
 * `serial-protocol.rst` and `loader.py`, esp-flasher-stub's `commands.h`.
 */
export const command = {
  flashBegin: 0x02,
  flashData: 0x03,
  flashEnd: 0x04,
  memBegin: 0x05,
  memEnd: 0x06,
  memData: 0x07,
  sync: 0x08,
  writeRegister: 0x09,
  readRegister: 0x0a,
  spiSetParameters: 0x0b,
  spiAttach: 0x0d,
  readFlashSlow: 0x0e,
  changeBaudRate: 0x0f,
  deflateBegin: 0x10,
  deflateData: 0x11,
  deflateEnd: 0x12,
  flashMd5: 0x13,
  securityInfo: 0x14,
  eraseFlash: 0xd0,
  eraseRegion: 0xd1,
  readFlash: 0xd2,
} as const;

export type CommandName = keyof typeof command;

const requestDirection = 0x00;
const responseDirection = 0x01;
const headerBytes = 8;

/** Data of SYNC: 07 07 12 20 and 32 times 55. */
export const syncData: Buffer = Buffer.concat([
  Buffer.from([0x07, 0x07, 0x12, 0x20]),
  Buffer.alloc(32, 0x55),
]);

/** The greeting of a stub that has just started; a frame of its own, not a response. */
export const stubGreeting = 'OHAI';

/** Little-endian words one after the other. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, index * 4));
  return bytes;
}

/** XOR of all bytes, seeded with 0xEF: only over what is to be written, not over the header of a block. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0xef;
  for (const byte of bytes) sum ^= byte;
  return sum;
}

/** A request before framing. */
export function encodeRequest(op: number, data: Uint8Array, sum = 0): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes + data.length);
  bytes[0] = requestDirection;
  bytes[1] = op;
  bytes.writeUInt16LE(data.length, 2);
  bytes.writeUInt32LE(sum, 4);
  bytes.set(data, headerBytes);
  return bytes;
}

/** Data of the three commands that carry a block: its size, its number and two zero words, then the block. */
export function blockData(block: Uint8Array, sequence: number): Buffer {
  return Buffer.concat([words(block.length, sequence, 0, 0), block]);
}

export interface Response {
  readonly op: number;
  /** What a register read answers. */
  readonly value: number;
  /** With the status bytes, whose number the frame does not tell. */
  readonly body: Buffer;
}

/** Null for what is no response, for example the greeting of the stub or a piece of boot log. */
export function decodeResponse(frame: Buffer): Response | null {
  if (frame.length < headerBytes || frame[0] !== responseDirection) return null;
  const size = frame.readUInt16LE(2);
  if (frame.length < headerBytes + size) return null;
  return {
    op: frame[1] ?? 0,
    value: frame.readUInt32LE(4),
    body: frame.subarray(headerBytes, headerBytes + size),
  };
}

export interface Status {
  readonly ok: boolean;
  /** Two bytes, high first: as the stub numbers its errors; of a ROM the error is in the low byte. */
  readonly code: number;
  readonly data: Buffer;
}

/**
 * Takes the status bytes off the end of a response. A stub ends with two, the ROM of an ESP32 and newer with
 * four; an error of the ROM may come with two only.
 */
export function splitStatus(body: Buffer, statusBytes: 2 | 4): Status {
  const length = body.length >= statusBytes ? statusBytes : Math.min(2, body.length);
  const at = body.length - length;
  const first = body[at] ?? 0xff;
  const second = body[at + 1] ?? 0xff;
  return { ok: length > 0 && first === 0, code: (first << 8) | second, data: body.subarray(0, at) };
}

/** The ROM does not know the command, or not in its present mode. */
export const romInvalidMessage = 0x05;

/** Bad length and checksum of the stub, of stubs before 2026, and the checksum of a ROM. */
const refusedBlocks: ReadonlySet<number> = new Set([0xc000, 0xc100, 0x01c0, 0x01c1, 0x0107]);

/** What the stub refused without having touched the data: the same block may be sent again. */
export function isRefusedBlock(code: number): boolean {
  return refusedBlocks.has(code);
}

/** `0xC700` and the like. */
export function spellStatus(code: number): string {
  return `0x${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
