/**
 * Improv Wi-Fi Serial, as improv-wifi.com/serial has it. A packet is `IMPROV`, version 1, type, length, data and
 * the sum of all of these modulo 256; ordinary log text may come before, between and after packets.
 */
export const improvType = { state: 1, error: 2, command: 3, result: 4 } as const;

export const improvCommand = {
  sendWifi: 1,
  state: 2,
  deviceInfo: 3,
  scan: 4,
  hostname: 5,
  deviceName: 6,
  /** Newest and optional: a device without it answers `unknownCommand`. */
  networkState: 7,
} as const;

export const improvError = {
  none: 0,
  invalidPacket: 1,
  unknownCommand: 2,
  unableToConnect: 3,
  notAuthorised: 4,
  badHostname: 5,
  unknown: 0xff,
} as const;

export interface ImprovPacket {
  readonly type: number;
  readonly data: Buffer;
}

export interface ImprovResult {
  readonly command: number;
  readonly strings: readonly string[];
}

const magic = Buffer.from('IMPROV');
const version = 1;
const headerLength = magic.length + 3;
const longestData = 255;
const newline = 0x0a;

const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => (total + byte) & 0xff, 0);

/** @throws RangeError for more than 255 bytes */
export function encodeImprov(type: number, data: Uint8Array): Buffer {
  if (data.length > longestData) throw new RangeError(`${data.length} bytes do not fit an Improv packet`);
  const packet = Buffer.concat([magic, Buffer.from([version, type, data.length]), data]);
  return Buffer.concat([packet, Buffer.of(sum(packet))]);
}

export function encodeImprovCommand(command: number, data: Uint8Array = Buffer.alloc(0)): Buffer {
  return encodeImprov(improvType.command, Buffer.concat([Buffer.from([command, data.length]), data]));
}

/** Strings one after the other, each with its length before it. */
export function encodeImprovStrings(strings: readonly string[]): Buffer {
  return Buffer.concat(
    strings.map((text) => {
      const bytes = Buffer.from(text, 'utf8');
      return Buffer.concat([Buffer.of(bytes.length), bytes]);
    }),
  );
}

/** The content of a result packet; `undefined` where its lengths do not add up. */
export function decodeImprovResult(data: Buffer): ImprovResult | undefined {
  const [command, total] = data;
  if (command === undefined || total === undefined || data.length !== total + 2) return undefined;
  const strings: string[] = [];
  let at = 2;
  while (at < data.length) {
    const end = at + 1 + (data[at] ?? 0);
    if (end > data.length) return undefined;
    strings.push(data.toString('utf8', at + 1, end));
    at = end;
  }
  return { command, strings };
}

/**
 * Finds packets in whatever a board sends, in pieces of any size. What is not a packet is given on as log, in
 * order and complete; a packet with a wrong sum is log too, and may have the start of a right one inside it.
 */
export class ImprovDecoder {
  readonly #onPacket: (packet: ImprovPacket) => void;
  readonly #onLog: (bytes: Buffer) => void;
  #held: Buffer = Buffer.alloc(0);
  #skipNewline = false;

  constructor(onPacket: (packet: ImprovPacket) => void, onLog: (bytes: Buffer) => void = () => undefined) {
    this.#onPacket = onPacket;
    this.#onLog = onLog;
  }

  push(bytes: Buffer): void {
    let rest = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    while (rest.length > 0) {
      // A packet is followed by a line end, so that it does not spoil the log line after it.
      if (this.#skipNewline && rest[0] === newline) rest = rest.subarray(1);
      this.#skipNewline = false;
      const start = possibleStart(rest);
      if (start > 0) this.#onLog(rest.subarray(0, start));
      rest = rest.subarray(start);
      const packet = readPacket(rest);
      if (packet === 'incomplete') break;
      if (packet === 'none') {
        this.#onLog(rest.subarray(0, 1));
        rest = rest.subarray(1);
        continue;
      }
      rest = rest.subarray(headerLength + packet.data.length + 1);
      this.#skipNewline = true;
      this.#onPacket(packet);
    }
    this.#held = Buffer.from(rest);
  }

  /** Gives on as log what looked like the beginning of a packet; after a silence or at the end. */
  flush(): void {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    if (held.length > 0) this.#onLog(held);
  }
}

/** Where a packet begins or, at the end of the bytes, may be beginning; the length where neither is so. */
function possibleStart(bytes: Buffer): number {
  const whole = bytes.indexOf(magic);
  if (whole !== -1) return whole;
  for (let length = Math.min(magic.length - 1, bytes.length); length > 0; length--)
    if (bytes.subarray(bytes.length - length).equals(magic.subarray(0, length))) return bytes.length - length;
  return bytes.length;
}

function readPacket(bytes: Buffer): ImprovPacket | 'incomplete' | 'none' {
  if (bytes.length > magic.length && bytes[magic.length] !== version) return 'none';
  if (bytes.length < headerLength) return 'incomplete';
  const end = headerLength + (bytes[headerLength - 1] ?? 0);
  if (bytes.length <= end) return 'incomplete';
  if (sum(bytes.subarray(0, end)) !== bytes[end]) return 'none';
  return { type: bytes[magic.length + 1] ?? 0, data: Buffer.from(bytes.subarray(headerLength, end)) };
}
