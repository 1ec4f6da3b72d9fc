const iac = 255;
const [will, wont, doIt, dont] = [251, 252, 253, 254] as const;
const [subBegin, subEnd] = [250, 240] as const;
const comPortOption = 44;
const supported: ReadonlySet<number> = new Set([0, 3, comPortOption]);

export interface TelnetEvents {
  data(bytes: Buffer): void;
  /** A COM-PORT command and its argument. */
  comPort(command: number, value: Buffer): void;
}

/** The server's half of Telnet as far as RFC 2217 needs it: binary, no go-ahead, COM-PORT-OPTION. */
export class TelnetServer {
  readonly #events: TelnetEvents;
  readonly #send: (bytes: Buffer) => void;
  readonly #agreed = new Set<string>();
  #rest = Buffer.alloc(0);

  constructor(events: TelnetEvents, send: (bytes: Buffer) => void) {
    this.#events = events;
    this.#send = send;
  }

  push(bytes: Uint8Array): void {
    const input = Buffer.concat([this.#rest, bytes]);
    const plain: Buffer[] = [];
    let at = 0;
    while (at < input.length) {
      const mark = input.indexOf(iac, at);
      if (mark !== at) plain.push(input.subarray(at, mark < 0 ? input.length : mark));
      if (mark < 0) {
        at = input.length;
        break;
      }
      const length = this.#command(input.subarray(mark), plain);
      at = mark + length;
      if (length === 0) break;
    }
    this.#rest = Buffer.from(input.subarray(at));
    this.#deliver(plain);
  }

  sendData(bytes: Buffer): void {
    this.#send(escapeIac(bytes));
  }

  answerComPort(command: number, value: Uint8Array): void {
    this.#send(
      Buffer.concat([
        Buffer.of(iac, subBegin, comPortOption, command + 100),
        escapeIac(Buffer.from(value)),
        Buffer.of(iac, subEnd),
      ]),
    );
  }

  /** Bytes that the command takes; 0 while it has not arrived completely. */
  #command(input: Buffer, plain: Buffer[]): number {
    const [, verb, option] = input;
    if (verb === undefined) return 0;
    if (verb === iac) {
      plain.push(Buffer.of(iac));
      return 2;
    }
    if (verb >= will && verb <= dont) {
      if (option === undefined) return 0;
      this.#negotiate(verb, option);
      return 3;
    }
    if (verb !== subBegin) return 2;
    for (let end = 2; end + 1 < input.length; end++) {
      if (input[end] !== iac) continue;
      if (input[end + 1] === subEnd) {
        // What was sent before a command counts before it.
        this.#deliver(plain.splice(0));
        const body = unescapeIac(input.subarray(2, end));
        if (body[0] === comPortOption) this.#events.comPort(body[1] ?? 0, body.subarray(2));
        return end + 2;
      }
      end++;
    }
    return 0;
  }

  /** Each option is answered once in each direction, so that two polite ends do not talk for ever. */
  #negotiate(verb: number, option: number): void {
    if (verb !== will && verb !== doIt) return;
    const [yes, no] = verb === will ? [doIt, dont] : [will, wont];
    const answer = supported.has(option) ? yes : no;
    const key = `${answer}.${option}`;
    if (this.#agreed.has(key)) return;
    this.#agreed.add(key);
    this.#send(Buffer.of(iac, answer, option));
  }

  #deliver(plain: readonly Buffer[]): void {
    if (plain.length > 0) this.#events.data(plain.length === 1 && plain[0] ? plain[0] : Buffer.concat(plain));
  }
}

function escapeIac(bytes: Buffer): Buffer {
  if (!bytes.includes(iac)) return bytes;
  const out: number[] = [];
  for (const byte of bytes) {
    out.push(byte);
    if (byte === iac) out.push(iac);
  }
  return Buffer.from(out);
}

function unescapeIac(bytes: Buffer): Buffer {
  return Buffer.from(bytes.filter((byte, i) => !(byte === iac && bytes[i - 1] === iac && oddRun(bytes, i))));
}

/** Whether the byte at `i` is the second, fourth, ... of a run of 255. */
function oddRun(bytes: Buffer, i: number): boolean {
  let run = 0;
  while (bytes[i - 1 - run] === iac) run++;
  return run % 2 === 1;
}
