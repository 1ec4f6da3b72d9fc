/** Telnet (RFC 854) and its option COM-PORT-OPTION (RFC 2217): bytes in, what they mean out, and back. */

export const telnet = {
  se: 240,
  nop: 241,
  sb: 250,
  will: 251,
  wont: 252,
  do: 253,
  dont: 254,
  iac: 255,
} as const;

export const telnetOption = { binary: 0, echo: 1, suppressGoAhead: 3, comPort: 44 } as const;

/** Client to server; the server's answer has the code plus 100. */
export const comPort = {
  signature: 0,
  setBaudRate: 1,
  setDataSize: 2,
  setParity: 3,
  setStopSize: 4,
  setControl: 5,
  notifyLineState: 6,
  notifyModemState: 7,
  flowSuspend: 8,
  flowResume: 9,
  setLineStateMask: 10,
  setModemStateMask: 11,
  purgeData: 12,
} as const;

/** Values of SET-CONTROL. */
export const control = { noFlowControl: 1, askDtr: 7, dtrOn: 8, dtrOff: 9, rtsOn: 11, rtsOff: 12 } as const;

export interface TelnetEvents {
  readonly data: (bytes: Buffer) => void;
  /** WILL, WONT, DO or DONT. */
  readonly negotiation: (verb: number, option: number) => void;
  /** A subnegotiation without its framing and with doubled IAC undone. */
  readonly subnegotiation: (option: number, value: Buffer) => void;
}

/** A server that never ends its subnegotiation must not fill the memory; RFC 2217 needs a few bytes. */
const longestSubnegotiation = 4_096;

type State = 'data' | 'iac' | 'negotiation' | 'sub' | 'sub-iac';

/** Takes the stream in pieces of any size; every byte that is not telnet's is given on, in order. */
export class TelnetDecoder {
  readonly #events: TelnetEvents;
  #state: State = 'data';
  #verb = 0;
  #sub: number[] = [];

  constructor(events: TelnetEvents) {
    this.#events = events;
  }

  push(bytes: Buffer): void {
    const kept: Buffer[] = [];
    const giveOn = (): void => {
      const data = kept.length === 1 ? kept[0] : kept.length > 1 ? Buffer.concat(kept) : undefined;
      kept.length = 0;
      if (data !== undefined) this.#events.data(data);
    };
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const iac = bytes.indexOf(telnet.iac, at);
        if (iac === -1) {
          kept.push(bytes.subarray(at));
          break;
        }
        if (iac > at) kept.push(bytes.subarray(at, iac));
        this.#state = 'iac';
        at = iac + 1;
        continue;
      }
      const byte = bytes[at] ?? 0;
      if (this.#state === 'iac' && byte === telnet.iac) {
        kept.push(bytes.subarray(at, at + 1));
        this.#state = 'data';
      } else {
        giveOn();
        this.#step(byte);
      }
      at++;
    }
    giveOn();
  }

  #step(byte: number): void {
    switch (this.#state) {
      case 'iac':
        if (byte >= telnet.will && byte <= telnet.dont) {
          this.#verb = byte;
          this.#state = 'negotiation';
        } else if (byte === telnet.sb) {
          this.#sub = [];
          this.#state = 'sub';
        } else {
          this.#state = 'data';
        }
        return;
      case 'negotiation':
        this.#state = 'data';
        this.#events.negotiation(this.#verb, byte);
        return;
      case 'sub':
        if (byte === telnet.iac) this.#state = 'sub-iac';
        else this.#keep(byte);
        return;
      case 'sub-iac':
        if (byte === telnet.iac) {
          this.#keep(byte);
          this.#state = 'sub';
          return;
        }
        // Anything but SE ends it as well: better one lost answer than a stream lost in a subnegotiation.
        this.#state = 'data';
        this.#finishSub();
        return;
      case 'data':
        return;
    }
  }

  #keep(byte: number): void {
    if (this.#sub.length < longestSubnegotiation) this.#sub.push(byte);
  }

  #finishSub(): void {
    const [option, ...value] = this.#sub;
    this.#sub = [];
    if (option !== undefined) this.#events.subnegotiation(option, Buffer.from(value));
  }
}

/** Data as telnet wants it: every 0xFF doubled. */
export function escapeTelnet(bytes: Uint8Array): Buffer {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = source.indexOf(telnet.iac); at !== -1; at = source.indexOf(telnet.iac, at + 1)) count++;
  if (count === 0) return source;
  const escaped = Buffer.allocUnsafe(source.length + count);
  let to = 0;
  for (const byte of source) {
    escaped[to++] = byte;
    if (byte === telnet.iac) escaped[to++] = byte;
  }
  return escaped;
}

export function negotiation(verb: number, option: number): Buffer {
  return Buffer.from([telnet.iac, verb, option]);
}

export function comPortCommand(command: number, value: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from([telnet.iac, telnet.sb, telnetOption.comPort, command]),
    escapeTelnet(value),
    Buffer.from([telnet.iac, telnet.se]),
  ]);
}
