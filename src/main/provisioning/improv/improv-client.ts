import { AppError } from '../../../shared/domain/app-error.ts';
import type { Closable } from '../../foundation/disposer.ts';
import { Listeners } from '../../foundation/listeners.ts';
import { SerialQueue } from '../../foundation/serial-queue.ts';
import {
  improvFailure,
  improvStateOf,
  mergeNetworks,
  readNetworkState,
  webUrls,
  type ImprovDeviceInfo,
  type ImprovNetworkState,
  type ImprovState,
  type WifiNetwork,
} from './improv-answers.ts';
import {
  decodeImprovResult,
  encodeImprovCommand,
  encodeImprovStrings,
  improvCommand,
  ImprovDecoder,
  improvError,
  improvType,
  type ImprovPacket,
} from './improv-codec.ts';

/** What the client needs of an open serial line. */
export interface ImprovLine {
  write(bytes: Uint8Array): Promise<void>;
  onData(listener: (bytes: Buffer) => void): () => void;
  onClosed(listener: (reason: AppError | null) => void): () => void;
}

export interface ImprovTimes {
  /** How long a freshly started firmware may take until it answers. */
  readonly identifyMs: number;
  readonly askAgainMs: number;
  readonly answerMs: number;
  /** Joining a network: association, handshake and address. */
  readonly joinMs: number;
  /** Between "provisioned" and the result with the address that belongs to it. */
  readonly afterProvisionedMs: number;
}

/** The intervals of ESP Web Tools and of its SDK. */
const defaultTimes: ImprovTimes = {
  identifyMs: 10_000,
  askAgainMs: 1_000,
  answerMs: 10_000,
  joinMs: 45_000,
  afterProvisionedMs: 2_000,
};

interface Exchange {
  /** Gets every packet of the board while the exchange lasts; a value ends it. */
  readonly onState?: (state: ImprovState) => void;
  readonly onResult?: (strings: readonly string[]) => void;
}

/** `end` ends the exchange with its value; `later` does work a little later, unless it has ended by then. */
type Begin<T> = (end: (value: T) => void, later: (work: () => void) => void) => Exchange;

/**
 * The Improv side of a board, over a line on which it may log as well. One command at a time; whoever asks meanwhile
 * waits. Every call ends by its answer, its time limit, the signal, or the end of the line.
 */
export class ImprovClient implements Closable {
  readonly #line: ImprovLine;
  readonly #times: ImprovTimes;
  readonly #packets = new Listeners<ImprovPacket>();
  readonly #logs = new Listeners<Buffer>();
  readonly #queue = new SerialQueue();
  readonly #stopListening: () => void;

  constructor(line: ImprovLine, times: Partial<ImprovTimes> = {}) {
    this.#line = line;
    this.#times = { ...defaultTimes, ...times };
    const decoder = new ImprovDecoder(
      (packet) => this.#packets.tell(packet),
      (bytes) => this.#logs.tell(bytes),
    );
    this.#stopListening = line.onData((bytes) => decoder.push(bytes));
  }

  /** What the board wrote besides Improv. */
  onLog(listener: (bytes: Buffer) => void): () => void {
    return this.#logs.add(listener);
  }

  /**
   * Asks until the firmware answers. `null`: it does not speak Improv, as most firmware does not; that is no error.
   *
   * @throws AppError `serial.disconnected`; the signal's reason
   */
  async identify(signal: AbortSignal): Promise<ImprovState | null> {
    const found = await this.#exchange<ImprovState>(
      encodeImprovCommand(improvCommand.state),
      { limitMs: this.#times.identifyMs, repeatMs: this.#times.askAgainMs, command: improvCommand.state },
      signal,
      (end) => ({ onState: end }),
    );
    return found ?? null;
  }

  /** @throws AppError `improv.no-answer` and the others of `improv.*`; `serial.disconnected` */
  async state(
    signal: AbortSignal,
  ): Promise<{ readonly state: ImprovState; readonly urls: readonly string[] }> {
    return this.#ask(improvCommand.state, Buffer.alloc(0), this.#times.answerMs, signal, (end, later) => {
      let state: ImprovState = 'unknown';
      return {
        onState: (now) => {
          state = now;
          // Its addresses follow, where it has any.
          if (now === 'provisioned') later(() => end({ state, urls: [] }));
          else end({ state, urls: [] });
        },
        onResult: (strings) => end({ state: 'provisioned', urls: webUrls(strings) }),
      };
    });
  }

  async deviceInfo(signal: AbortSignal): Promise<ImprovDeviceInfo> {
    const answer = await this.#strings(improvCommand.deviceInfo, Buffer.alloc(0), signal);
    const [firmware = '', version = '', chip = '', deviceName = '', osName, osVersion] = answer;
    return {
      firmware,
      version,
      chip,
      deviceName,
      osName: osName ?? null,
      osVersion: osVersion ?? null,
    };
  }

  /** The networks that the board itself hears, each name once, strongest first. */
  async scan(signal: AbortSignal): Promise<readonly WifiNetwork[]> {
    return this.#ask(improvCommand.scan, Buffer.alloc(0), this.#times.joinMs, signal, (end) => {
      const found: (readonly string[])[] = [];
      return {
        onResult: (strings) => {
          if (strings.length === 0) end(mergeNetworks(found));
          else found.push(strings);
        },
      };
    });
  }

  /**
   * Lets the board join a network; the result is the addresses of its own pages, if it has any. A board that says
   * "provisioned" but never sends a result has joined all the same.
   *
   * @param ssid 1 to 32 bytes
   * @param password empty for an open network, else 8 to 63 bytes; never in an error or a log
   * @throws AppError `improv.value-invalid`, `improv.wifi-refused`, `improv.no-answer`, `improv.failed`
   */
  async sendWifi(ssid: string, password: string, signal: AbortSignal): Promise<readonly string[]> {
    const [ssidLength, passwordLength] = [Buffer.byteLength(ssid), Buffer.byteLength(password)];
    if (ssidLength < 1 || ssidLength > 32) throw invalid('ssid');
    if (passwordLength !== 0 && (passwordLength < 8 || passwordLength > 63)) throw invalid('password');
    const data = encodeImprovStrings([ssid, password]);
    return this.#ask(improvCommand.sendWifi, data, this.#times.joinMs, signal, (end, later) => ({
      onState: (state) => {
        if (state === 'provisioned') later(() => end([]));
      },
      onResult: (strings) => end(webUrls(strings)),
    }));
  }

  hostname(signal: AbortSignal): Promise<string> {
    return this.#one(improvCommand.hostname, '', signal);
  }

  /** @throws AppError `improv.bad-hostname`: letters, digits and hyphens, at most 63 between dots (RFC 1123) */
  setHostname(hostname: string, signal: AbortSignal): Promise<string> {
    const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/i;
    if (hostname.length > 253 || !hostname.split('.').every((part) => label.test(part)))
      return Promise.reject(improvFailure(improvError.badHostname));
    return this.#one(improvCommand.hostname, hostname, signal);
  }

  deviceName(signal: AbortSignal): Promise<string> {
    return this.#one(improvCommand.deviceName, '', signal);
  }

  /** Before the host name, which some firmware derives from it. */
  setDeviceName(name: string, signal: AbortSignal): Promise<string> {
    const length = Buffer.byteLength(name);
    if (length < 1 || length > 253) return Promise.reject(invalid('name'));
    return this.#one(improvCommand.deviceName, name, signal);
  }

  /** `null` from firmware that is older than this command. */
  async networkState(signal: AbortSignal): Promise<ImprovNetworkState | null> {
    try {
      return readNetworkState(await this.#strings(improvCommand.networkState, Buffer.alloc(0), signal));
    } catch (error) {
      if (error instanceof AppError && error.code === 'improv.not-supported') return null;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#stopListening();
  }

  async #one(command: number, text: string, signal: AbortSignal): Promise<string> {
    const [answer = text] = await this.#strings(command, Buffer.from(text, 'utf8'), signal);
    return answer;
  }

  #strings(command: number, data: Uint8Array, signal: AbortSignal): Promise<readonly string[]> {
    return this.#ask(command, data, this.#times.answerMs, signal, (end) => ({ onResult: end }));
  }

  async #ask<T>(
    command: number,
    data: Uint8Array,
    limitMs: number,
    signal: AbortSignal,
    begin: Begin<T>,
  ): Promise<T> {
    const answer = await this.#exchange(
      encodeImprovCommand(command, data),
      { limitMs, command },
      signal,
      begin,
    );
    if (answer === undefined)
      throw new AppError('improv.no-answer', `no answer to Improv command ${command} within ${limitMs} ms`, {
        command,
      });
    return answer;
  }

  /** Sends and waits; `undefined` when the time is up. */
  #exchange<T>(
    request: Buffer,
    how: { readonly limitMs: number; readonly repeatMs?: number; readonly command: number },
    signal: AbortSignal,
    begin: Begin<T>,
  ): Promise<T | undefined> {
    return this.#queue.run(async () => {
      signal.throwIfAborted();
      const undo: (() => void)[] = [];
      try {
        return await new Promise<T | undefined>((resolve, reject) => {
          const exchange = begin(resolve, (work) => {
            const timer = setTimeout(work, this.#times.afterProvisionedMs);
            undo.push(() => clearTimeout(timer));
          });
          undo.push(this.#packets.add((packet) => deliver(packet, how, exchange, reject)));
          undo.push(
            this.#line.onClosed((reason) =>
              reject(reason ?? new AppError('serial.disconnected', 'the line was closed', { address: '' })),
            ),
          );
          const onAbort = (): void => reject(signal.reason);
          signal.addEventListener('abort', onAbort);
          undo.push(() => signal.removeEventListener('abort', onAbort));
          const limit = setTimeout(() => resolve(undefined), how.limitMs);
          undo.push(() => clearTimeout(limit));
          const send = (): void => void this.#line.write(request).catch(reject);
          if (how.repeatMs !== undefined) {
            const again = setInterval(send, how.repeatMs);
            undo.push(() => clearInterval(again));
          }
          send();
        });
      } finally {
        for (const step of undo) step();
      }
    });
  }
}

function deliver(
  packet: ImprovPacket,
  how: { readonly command: number; readonly repeatMs?: number },
  exchange: Exchange,
  reject: (error: AppError) => void,
): void {
  if (packet.type === improvType.state) exchange.onState?.(improvStateOf(packet.data[0]));
  else if (packet.type === improvType.result) {
    const result = decodeImprovResult(packet.data);
    if (result?.command === how.command) exchange.onResult?.(result.strings);
  } else if (packet.type === improvType.error) {
    const error = packet.data[0] ?? improvError.unknown;
    // "No error" is what a board says first to every command; while identifying, what the last one left is nothing.
    if (error !== improvError.none && how.repeatMs === undefined) reject(improvFailure(error));
  }
}

function invalid(field: 'ssid' | 'password' | 'name'): AppError {
  return new AppError('improv.value-invalid', `the ${field} has a length that Improv does not allow`, {
    field,
  });
}
