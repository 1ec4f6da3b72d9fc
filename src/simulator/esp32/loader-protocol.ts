/**
 * The serial protocol of Espressif's boot ROMs and flasher stub (esptool documentation, "Serial Protocol";
 * `esp-flasher-stub/src/commands.h`). Numbers are little-endian.
 */
export const command = {
  flashBegin: 0x02,
  flashData: 0x03,
  flashEnd: 0x04,
  memBegin: 0x05,
  memEnd: 0x06,
  memData: 0x07,
  sync: 0x08,
  writeReg: 0x09,
  readReg: 0x0a,
  spiSetParams: 0x0b,
  spiAttach: 0x0d,
  readFlashSlow: 0x0e,
  changeBaudRate: 0x0f,
  flashDeflBegin: 0x10,
  flashDeflData: 0x11,
  flashDeflEnd: 0x12,
  spiFlashMd5: 0x13,
  getSecurityInfo: 0x14,
  eraseFlash: 0xd0,
  eraseRegion: 0xd1,
  readFlash: 0xd2,
  runUserCode: 0xd3,
} as const;

/** What the ROM puts into the second of its four status bytes. */
export const romError = {
  none: 0,
  invalidMessage: 0x05,
  failedToAct: 0x06,
  checksum: 0x07,
  flashWrite: 0x08,
  flashRead: 0x09,
  readLength: 0x0a,
  deflate: 0x0b,
} as const;

/** What the stub puts into the second of its two. */
export const stubError = {
  none: 0,
  badLength: 0xc0,
  checksum: 0xc1,
  invalidCommand: 0xc3,
  spiFailed: 0xc4,
  notInFlashMode: 0xc6,
  inflate: 0xc7,
  notEnoughData: 0xc8,
  tooMuchData: 0xc9,
} as const;

export interface Request {
  readonly command: number;
  readonly checksum: number;
  readonly data: Buffer;
}

/** `undefined` for what is no request: wrong direction byte, or another length than announced. */
export function parseRequest(packet: Buffer): Request | undefined {
  if (packet.length < 8 || packet[0] !== 0) return undefined;
  if (packet.readUInt16LE(2) !== packet.length - 8) return undefined;
  return { command: packet[1] ?? 0, checksum: packet.readUInt32LE(4), data: packet.subarray(8) };
}

export function response(code: number, value: number, data: Uint8Array, status: Uint8Array): Buffer {
  const packet = Buffer.alloc(8 + data.length + status.length);
  packet[0] = 1;
  packet[1] = code;
  packet.writeUInt16LE(data.length + status.length, 2);
  packet.writeUInt32LE(value >>> 0, 4);
  packet.set(data, 8);
  packet.set(status, 8 + data.length);
  return packet;
}

/** Exclusive or over the payload, seeded with `EF`; the only guard that DATA packets have. */
export function payloadChecksum(payload: Uint8Array): number {
  let sum = 0xef;
  for (const byte of payload) sum ^= byte;
  return sum;
}

/** The `index`-th 32-bit argument; 0 where the request is shorter. */
export function argument(request: Request, index: number): number {
  return request.data.length >= 4 * index + 4 ? request.data.readUInt32LE(4 * index) : 0;
}

/** DATA packets carry size, sequence number and two zeros before the payload. */
export const dataHeaderLength = 16;
