import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { AppError, isAppError } from '../../../../shared/domain/app-error.ts';
import type { EngineConnection } from './engine-connection.ts';
import { Stalled } from './stall-watch.ts';
import { connectionError, notAnEngine, refusalError, type EngineRefusal } from './engine-errors.ts';

export interface Ask {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Without the version: `/containers/json`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly body?: object;
  /** A tar archive instead of a body. */
  readonly file?: Buffer | Readable;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * How long until the answer begins, and for one that is read whole, until it is complete; `null` where `signal`
   * watches over it.
   */
  readonly timeoutMs?: number | null;
  readonly signal?: AbortSignal;
}

/** Until an ordinary question is answered: generous, since a Raspberry Pi on an SD card is slow, but an end. */
export const answerMs = 60_000;
/** The API that this was written against; an engine that wants a newer one gets the oldest that it takes. */
const ownApi = '1.44';
/** Docker 19.03 (2019). */
export const oldestApi = '1.40';
const largestAnswerBytes = 64 * 1024 * 1024;
const everyStatus: Readonly<Record<string, boolean>> = Object.fromEntries(
  Array.from({ length: 500 }, (_, index) => [String(index + 100), true]),
);

export interface EngineVersion {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion?: string;
  readonly Arch?: string;
  readonly Platform?: { readonly Name: string };
  readonly Components?: readonly { readonly Name: string; readonly Version?: string }[];
}

/**
 * Questions to one engine, each with an end: a deadline and the asker's signal.
 *
 * Goes through dockerode's modem instead of its methods: those put whole bodies into the query, read logs as JSON
 * where they happen to look like it, and cannot be ended while a tunnel is being opened.
 */
export class EngineRequests {
  readonly #connection: EngineConnection;
  #version: Promise<EngineVersion> | undefined;

  constructor(connection: EngineConnection) {
    this.#connection = connection;
  }

  /** What the engine is, asked once; after a failure again. @throws AppError `engine.too-old` */
  version(signal?: AbortSignal): Promise<EngineVersion> {
    // Not under the first asker's signal: its cancel must not fail the others.
    const asked = (this.#version ??= this.#askVersion());
    asked.catch(() => {
      if (this.#version === asked) this.#version = undefined;
    });
    if (signal === undefined) return asked;
    return withSignal(asked, signal).catch((error: unknown) => {
      throw signal.aborted ? cancelled(signal) : error;
    });
  }

  /** An answer read whole, as JSON; `undefined` where it has no body. */
  async json<T>(ask: Ask): Promise<T> {
    return this.#json<T>(await this.#versioned(ask), ask);
  }

  /** As `json`, with `undefined` for "no such" (404). */
  async found<T>(ask: Ask): Promise<T | undefined> {
    try {
      return await this.json<T>(ask);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** An answer to read as it comes, to its end or until the signal ends it with an error. */
  async stream(ask: Ask): Promise<Readable> {
    return this.#open(ask, false);
  }

  /** A connection handed over for a program's input and output. */
  async hijack(ask: Ask): Promise<Duplex> {
    return (await this.#open(ask, true)) as Duplex;
  }

  /** An error met while an answer was read, in our words. */
  failure(error: unknown, signal?: AbortSignal): AppError {
    if (isAppError(error)) return error;
    if (signal?.aborted !== true) return connectionError(this.#connection.situation, error);
    return signal.reason instanceof Stalled
      ? connectionError(this.#connection.situation, signal.reason)
      : cancelled(signal);
  }

  refusal(refusal: EngineRefusal): AppError {
    return refusalError(this.#connection.situation, refusal);
  }

  async #open(ask: Ask, hijack: boolean): Promise<Readable> {
    const { answer, answered, done } = await this.#send(await this.#versioned(ask), ask, hijack);
    answered();
    answer.once('close', done);
    return answer;
  }

  async #versioned({ path, signal }: Ask): Promise<string> {
    const { ApiVersion, MinAPIVersion } = await this.version(signal);
    const wanted = olderOf(ApiVersion, ownApi);
    const version = MinAPIVersion === undefined ? wanted : newerOf(wanted, MinAPIVersion);
    return `/v${version}${path}`;
  }

  async #askVersion(): Promise<EngineVersion> {
    const { situation, versionMs } = this.#connection;
    const ask: Ask = { method: 'GET', path: '/version', timeoutMs: versionMs };
    const found = await this.#json<Partial<EngineVersion> | undefined>('/version', ask);
    const { Version, ApiVersion } = found ?? {};
    if (typeof Version !== 'string' || typeof ApiVersion !== 'string' || !/^\d+\.\d+$/u.test(ApiVersion))
      throw notAnEngine(situation, 'it does not tell its version.');
    if (ApiVersion !== oldestApi && olderOf(ApiVersion, oldestApi) === ApiVersion)
      throw new AppError(
        'engine.too-old',
        `The engine at ${situation.address} is too old: version ${Version} with API ${ApiVersion}; ${oldestApi} is needed.`,
        { ...situation, version: Version, apiVersion: ApiVersion, neededApiVersion: oldestApi },
      );
    return { ...found, Version, ApiVersion };
  }

  async #json<T>(path: string, ask: Ask): Promise<T> {
    const sent = await this.#send(path, ask, false);
    try {
      const text = await withSignal(wholeText(sent.answer), sent.stop);
      return (text.trim() === '' ? undefined : JSON.parse(text)) as T;
    } catch (error) {
      throw this.#ended(error, ask, sent.stop);
    } finally {
      sent.done();
      // What is left of an answer that was given up must not keep its connection.
      sent.answer.destroy();
    }
  }

  /** Asks, and waits for the beginning of a good answer. The deadline runs on until `answered` or `done`. */
  async #send(path: string, ask: Ask, hijack: boolean): Promise<Sent> {
    const { method, query, body, file, headers, timeoutMs = answerMs, signal } = ask;
    if (signal?.aborted === true) throw this.failure(undefined, signal);
    const controller = new AbortController();
    const stop = controller.signal;
    const timer =
      timeoutMs === null
        ? undefined
        : setTimeout(() => controller.abort(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    const onAbort = (): void => controller.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const answered = (): void => clearTimeout(timer);
    const done = (): void => {
      answered();
      signal?.removeEventListener('abort', onAbort);
    };
    try {
      const asked = new Promise<IncomingMessage | Duplex>((resolve, reject) => {
        this.#connection.modem.dial(
          {
            ...target(path, query, body),
            method,
            ...(file === undefined ? {} : { file }),
            ...(headers === undefined ? {} : { headers: { ...headers } }),
            ...(hijack ? { hijack: true, openStdin: true } : {}),
            abortSignal: stop,
            isStream: true,
            statusCodes: everyStatus,
          },
          (error: unknown, answer: unknown) => {
            if (error === null || error === undefined) resolve(answer as IncomingMessage | Duplex);
            else reject(errorOf(error));
          },
        );
      });
      const answer = await withSignal(asked, stop);
      // Reported by whoever reads it; without a listener it would end the process.
      answer.on('error', () => undefined);
      const status = 'statusCode' in answer ? (answer.statusCode ?? 0) : 101;
      if (status < 300 || status === 304) {
        stop.addEventListener('abort', () => answer.destroy(errorOf(stop.reason)), { once: true });
        return { answer, stop, answered, done };
      }
      const text = await withSignal(wholeText(answer), stop);
      answer.destroy();
      throw this.refusal({ status, text: messageOf(text) });
    } catch (error) {
      done();
      if (file !== undefined && 'destroy' in file) file.destroy();
      throw this.#ended(error, ask, stop);
    }
  }

  #ended(error: unknown, { signal }: Ask, stop: AbortSignal): AppError {
    return this.failure(stop.aborted && !isAppError(error) ? stop.reason : error, signal);
  }
}

interface Sent {
  readonly answer: Readable;
  readonly stop: AbortSignal;
  readonly answered: () => void;
  readonly done: () => void;
}

/** True for "no such container, image, ...". */
export function isMissing(error: unknown): boolean {
  return isAppError(error) && error.data['status'] === 404;
}

export function cancelled(signal: AbortSignal): AppError {
  return new AppError('engine.cancelled', 'It was cancelled.', {}, signal.reason);
}

/** The modem takes a query apart from a body only where there is a body; else it drops the last character. */
function target(path: string, query: Ask['query'], body: object | undefined) {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    for (const one of Array.isArray(value) ? value : value === undefined ? [] : [value])
      given.append(name, String(one));
  if (body !== undefined)
    return { path: `${path}?`, options: { _query: Object.fromEntries(given), _body: body } };
  return { path: given.size === 0 ? path : `${path}?${given.toString()}&` };
}

/** @throws AppError none; an `Error` where the answer breaks off or is larger than any true one */
async function wholeText(answer: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > largestAnswerBytes) throw new Error('the answer is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** `{"message": "..."}`, as every refusal of the API; what is not that is taken as it stands. */
function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}

/** Settles with the work, or fails at once with the signal, whatever the work does then. */
function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(errorOf(signal.reason));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
      .catch(() => undefined);
  });
}

function errorOf(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function numbers(version: string): readonly [number, number] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return [major, minor];
}

function olderOf(left: string, right: string): string {
  const [leftMajor, leftMinor] = numbers(left);
  const [rightMajor, rightMinor] = numbers(right);
  return leftMajor < rightMajor || (leftMajor === rightMajor && leftMinor < rightMinor) ? left : right;
}

function newerOf(left: string, right: string): string {
  return olderOf(left, right) === left ? right : left;
}

/** A name inside a path; those of images may hold slashes. */
export function namePath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
