import type { Socket } from 'node:net';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { LineSignals, SerialLine } from '../serial-line.ts';
import { connectSocket, endGently, unreachable } from './connect-socket.ts';
import type { NetworkAddress } from './line-address.ts';
import { LineCore } from './line-core.ts';
import {
  comPort,
  comPortCommand,
  control,
  escapeTelnet,
  negotiation,
  telnet,
  TelnetDecoder,
  telnetOption,
} from './telnet-codec.ts';

const answerLimitMs = 3_000;
/** For answers that a server may leave out. */
const optionalAnswerLimitMs = 1_500;
/**
 * Once a later command was answered: servers work commands off in order, so what is still missing will not come.
 * Long enough for one that answers from several threads.
 */
const overtakenLimitMs = 100;
/** Besides TCP's own keepalive: some servers end a session in which nothing is said for long. */
const nopIntervalMs = 30_000;
const serverAnswer = 100;
const purgeBoth = 3;
const noParity = 1;
const oneStopBit = 1;
const wanted: ReadonlySet<number> = new Set([
  telnetOption.binary,
  telnetOption.suppressGoAhead,
  telnetOption.comPort,
]);

/**
 * Opens `rfc2217://host:port`: a serial port of another machine (ser2net, esptool's and pyserial's server), with
 * its speed and its modem lines. DTR and RTS are released before anything else is done.
 *
 * @throws AppError `serial.unreachable`, also where what answers there does not speak RFC 2217
 */
export async function openRfc2217Line(
  target: NetworkAddress,
  options: { readonly baudRate: number },
  signal: AbortSignal,
): Promise<SerialLine> {
  const socket = await connectSocket(target, signal);
  const line = new Rfc2217Line(target, socket);
  const onAbort = (): void => void line.close();
  signal.addEventListener('abort', onAbort);
  try {
    await line.begin(options.baudRate);
    return line;
  } catch (error) {
    await line.close();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

interface Waiting {
  readonly command: number;
  readonly mustAnswer: boolean;
  /** A later command was answered already. */
  readonly overtaken: () => void;
  readonly accepts: (value: Buffer) => boolean;
  readonly done: (value: Buffer) => void;
}

class Rfc2217Line implements SerialLine {
  readonly usb = null;
  readonly address: string;
  readonly #target: NetworkAddress;
  readonly #socket: Socket;
  readonly #core: LineCore;
  readonly #waiting = new Set<Waiting>();
  /** Options the server does (`will`) and options it lets us do (`do`), each answered once: no loops. */
  readonly #agreed = new Set<string>();
  readonly #nop: NodeJS.Timeout;
  #comPortAnswer: (() => void) | undefined;
  #suspended: { readonly resumed: Promise<void>; readonly resume: () => void } | undefined;
  #baudRate = 0;
  /** As last sent: a server of esptool takes a repeated release of RTS for the wish for a reset. */
  #signals: Partial<LineSignals> = {};
  #controlUnanswered = false;
  #lacksModemLines = false;

  constructor(target: NetworkAddress, socket: Socket) {
    this.#target = target;
    this.address = target.address;
    this.#socket = socket;
    this.#core = new LineCore(target.address);
    const decoder = new TelnetDecoder({
      data: (bytes) => this.#core.received(bytes),
      negotiation: (verb, option) => this.#negotiated(verb, option),
      subnegotiation: (option, value) => {
        if (option === telnetOption.comPort) this.#answered(value);
      },
    });
    socket.on('data', (bytes) => decoder.push(bytes));
    socket.on('error', (error) => this.#end(this.#core.disconnected(error)));
    socket.on('close', () => this.#end(this.#core.disconnected()));
    this.#nop = setInterval(() => socket.write(Buffer.from([telnet.iac, telnet.nop])), nopIntervalMs);
    this.#nop.unref();
  }

  /**
   * None where the server answers no change of DTR and RTS and, asked for the state, says neither on nor off: so
   * ser2net does of a port without them. One that answers neither (esptool's) may well change them.
   */
  get hasModemLines(): boolean {
    return !this.#lacksModemLines;
  }

  get baudRate(): number {
    return this.#baudRate;
  }

  /** Negotiates, then sets 8N1 without flow control, both lines released, the speed, and empties the buffers. */
  async begin(baudRate: number): Promise<void> {
    await this.#agreeOnComPort();
    // Sent at once and in this order: the last ones, which every server answers, end the wait for the first.
    const [, state] = await Promise.all([
      this.setSignals({ dtr: false, rts: false }),
      this.#ask(comPort.setControl, Buffer.of(control.askDtr), {
        mustAnswer: false,
        // The state, or the question given back where there is none.
        accepts: ([answer = 0]) => answer === control.askDtr || isOfDtr(answer),
      }),
      this.#ask(comPort.setDataSize, Buffer.of(8), { mustAnswer: false }),
      this.#ask(comPort.setParity, Buffer.of(noParity), { mustAnswer: false }),
      this.#ask(comPort.setStopSize, Buffer.of(oneStopBit), { mustAnswer: false }),
      this.#ask(comPort.setControl, Buffer.of(control.noFlowControl), {
        mustAnswer: false,
        accepts: (answer) => isFlowControl(answer[0] ?? 0),
      }),
      this.setBaudRate(baudRate),
      this.#ask(comPort.purgeData, Buffer.of(purgeBoth), { mustAnswer: false }),
    ]);
    this.#lacksModemLines = this.#controlUnanswered && state?.[0] === control.askDtr;
  }

  #agreeOnComPort(): Promise<void> {
    return this.#core.whileOpen((settle) => {
      const timer = setTimeout(
        () => settle(unreachable(this.#target, 'what answers there does not speak RFC 2217')),
        answerLimitMs,
      );
      this.#comPortAnswer = () => {
        clearTimeout(timer);
        settle();
      };
      for (const option of wanted) {
        this.#agreed.add(`${telnet.will}.${option}`);
        this.#socket.write(negotiation(telnet.will, option));
        if (option === telnetOption.comPort) continue;
        this.#agreed.add(`${telnet.do}.${option}`);
        this.#socket.write(negotiation(telnet.do, option));
      }
    });
  }

  #negotiated(verb: number, option: number): void {
    if (option === telnetOption.comPort && verb === telnet.do) this.#comPortAnswer?.();
    if (verb !== telnet.will && verb !== telnet.do) return;
    // The server's WILL is answered by DO or DONT, its DO by WILL or WONT; what we asked for is agreed already.
    const [yes, no] = verb === telnet.will ? [telnet.do, telnet.dont] : [telnet.will, telnet.wont];
    const key = `${yes}.${option}`;
    if (this.#agreed.has(key)) return;
    this.#agreed.add(key);
    const accept = wanted.has(option) || (option === telnetOption.echo && verb === telnet.will);
    this.#socket.write(negotiation(accept ? yes : no, option));
  }

  #answered(subnegotiation: Buffer): void {
    const [code] = subnegotiation;
    const value = subnegotiation.subarray(1);
    if (code === undefined || code < serverAnswer) return;
    const command = code - serverAnswer;
    if (command === comPort.flowSuspend) this.#suspend();
    else if (command === comPort.flowResume) this.#resume();
    const earlier: Waiting[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.command === command && waiting.accepts(value)) {
        this.#waiting.delete(waiting);
        waiting.done(value);
        for (const { overtaken } of earlier) overtaken();
        return;
      }
      if (!waiting.mustAnswer) earlier.push(waiting);
    }
    // Later than it was waited for: the server has these lines after all.
    if (command === comPort.setControl && isOfLine(value[0] ?? 0)) {
      this.#controlUnanswered = false;
      this.#lacksModemLines = false;
    }
  }

  /**
   * Sends a command and waits for its answer; one that need not come is not an error.
   */
  #ask(
    command: number,
    value: Uint8Array,
    { mustAnswer, accepts = () => true }: { mustAnswer: boolean; accepts?: (value: Buffer) => boolean },
  ): Promise<Buffer | undefined> {
    return this.#core.whileOpen<Buffer | undefined>((settle) => {
      const giveUp = (): void => {
        this.#waiting.delete(waiting);
        if (mustAnswer) settle(unreachable(this.#target, `no answer to command ${command}`));
        else settle();
      };
      let timer = setTimeout(giveUp, mustAnswer ? answerLimitMs : optionalAnswerLimitMs);
      let isLast = false;
      const waiting: Waiting = {
        command,
        mustAnswer,
        accepts,
        overtaken: () => {
          if (isLast) return;
          isLast = true;
          clearTimeout(timer);
          timer = setTimeout(giveUp, overtakenLimitMs);
        },
        done: (answer) => {
          clearTimeout(timer);
          settle(undefined, answer);
        },
      };
      this.#waiting.add(waiting);
      this.#socket.write(comPortCommand(command, value));
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    while (this.#suspended !== undefined) {
      const { resumed } = this.#suspended;
      await this.#core.whileOpen<void>((settle) => void resumed.then(() => settle()));
    }
    await this.#core.whileOpen<void>((settle) => {
      this.#socket.write(escapeTelnet(bytes), (error) => settle(error));
    });
  }

  async setSignals({ dtr, rts }: LineSignals): Promise<void> {
    const values: number[] = [];
    if (this.#signals.dtr !== dtr) values.push(dtr ? control.dtrOn : control.dtrOff);
    if (this.#signals.rts !== rts) values.push(rts ? control.rtsOn : control.rtsOff);
    this.#signals = { dtr, rts };
    if (values.length === 0) return this.#core.whileOpen<void>((settle) => settle());
    if (this.#target.ignoreSetControl || this.#controlUnanswered) {
      const all = Buffer.concat(values.map((value) => comPortCommand(comPort.setControl, Buffer.of(value))));
      return this.#core.whileOpen<void>((settle) => this.#socket.write(all, (error) => settle(error)));
    }
    // Both are sent before either is answered: the moment in which only one has changed stays short.
    const answers = await Promise.all(
      values.map((value) =>
        this.#ask(comPort.setControl, Buffer.of(value), {
          mustAnswer: false,
          accepts: (answer) => sameLine(answer[0] ?? 0, value),
        }),
      ),
    );
    // A server that leaves these out does so always: nothing is gained by waiting again at every step of a reset.
    this.#controlUnanswered = answers.includes(undefined);
  }

  async setBaudRate(baudRate: number): Promise<void> {
    const value = Buffer.alloc(4);
    value.writeUInt32BE(baudRate);
    const answer = await this.#ask(comPort.setBaudRate, value, { mustAnswer: true });
    const actual = answer !== undefined && answer.length >= 4 ? answer.readUInt32BE(0) : 0;
    // Dividers are whole numbers: a port that comes within 3 % of the speed has set it.
    if (Math.abs(actual - baudRate) > baudRate * 0.03) {
      const { address } = this;
      throw new AppError(
        'serial.baud-rate-unsupported',
        `${address} set ${actual} instead of ${baudRate} baud`,
        { address, baudRate },
      );
    }
    this.#baudRate = baudRate;
  }

  #suspend(): void {
    if (this.#suspended !== undefined) return;
    let resume: () => void = () => undefined;
    const resumed = new Promise<void>((resolve) => {
      resume = resolve;
    });
    this.#suspended = { resumed, resume };
  }

  #resume(): void {
    this.#suspended?.resume();
    this.#suspended = undefined;
  }

  onData = (listener: (bytes: Buffer) => void): (() => void) => this.#core.onData(listener);
  onClosed: SerialLine['onClosed'] = (listener) => this.#core.onClosed(listener);

  #end(reason: AppError | null): void {
    clearInterval(this.#nop);
    this.#core.ended(reason);
  }

  async close(): Promise<void> {
    this.#end(null);
    await endGently(this.#socket);
  }
}

/** 1 to 3 are the outbound flow controls of RFC 2217, 14 to 19 the inbound and further ones. */
function isFlowControl(answer: number): boolean {
  return (answer >= 1 && answer <= 3) || answer >= 14;
}

const isOfDtr = (value: number): boolean => value === control.dtrOn || value === control.dtrOff;
const isOfRts = (value: number): boolean => value === control.rtsOn || value === control.rtsOff;
const isOfLine = (value: number): boolean => isOfDtr(value) || isOfRts(value);

/** An answer of SET-CONTROL says the state that is now; what counts is that it is about the line asked for. */
function sameLine(answer: number, asked: number): boolean {
  return (isOfDtr(answer) && isOfDtr(asked)) || (isOfRts(answer) && isOfRts(asked));
}
