import { AppError } from '../../shared/domain/app-error.ts';
import type { SerialLine } from '../serial/serial-line.ts';
import { cancelled } from './flash-errors.ts';
import { SlipDecoder } from './slip.ts';

const keptLogBytes = 16 * 1024;

interface Waiter {
  readonly take: (frame: Buffer) => void;
  readonly fail: (error: AppError) => void;
}

/**
 * Frames over a serial line: one reader at a time waits for the next one; what is no frame is kept as the boot
 * log. Does not own the line.
 */
export class LoaderLink {
  readonly line: SerialLine;
  readonly #decoder: SlipDecoder;
  readonly #frames: Buffer[] = [];
  #waiter: Waiter | null = null;
  #lost: AppError | null = null;
  #log = Buffer.alloc(0);
  #logListener: (() => void) | null = null;
  readonly #stops: (() => void)[];

  readonly #onLog: (bytes: Buffer) => void;

  /** @param onLog hears what the board writes outside frames */
  constructor(line: SerialLine, onLog: (bytes: Buffer) => void = () => undefined) {
    this.line = line;
    this.#onLog = onLog;
    this.#decoder = new SlipDecoder({
      onFrame: (frame) => this.#arrived(frame),
      onNoise: (bytes) => this.#noise(bytes),
    });
    this.#stops = [
      line.onData((bytes) => this.#decoder.push(bytes)),
      line.onClosed((reason) => this.#closed(reason)),
    ];
  }

  /** Stops listening; the line stays as it is. */
  release(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#waiter?.fail(this.#disconnected());
  }

  /** What the board wrote outside frames since `clearLog`, at most the last 16 KiB. */
  get log(): string {
    return this.#log.toString('latin1');
  }

  clearLog(): void {
    this.#log = Buffer.alloc(0);
  }

  /** Forgets frames that nobody waited for, and one that has begun. */
  discard(): void {
    this.#frames.length = 0;
    this.#decoder.reset();
  }

  /** @throws AppError `serial.disconnected` */
  async send(frame: Uint8Array): Promise<void> {
    if (this.#lost !== null) throw this.#lost;
    await this.line.write(frame);
  }

  /**
   * The next frame, or null when none came in time.
   * @throws AppError `serial.disconnected`, `flash.cancelled`
   */
  nextFrame(timeoutMs: number, signal: AbortSignal): Promise<Buffer | null> {
    if (signal.aborted) return Promise.reject(cancelled());
    const waiting = this.#frames.shift();
    if (waiting !== undefined) return Promise.resolve(waiting);
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        if (this.#waiter === waiter) this.#waiter = null;
        settle();
      };
      const stop = (): void => finish(() => reject(cancelled()));
      const timer = setTimeout(() => finish(() => resolve(null)), timeoutMs);
      signal.addEventListener('abort', stop, { once: true });
      const waiter: Waiter = {
        take: (frame) => finish(() => resolve(frame)),
        fail: (error) => finish(() => reject(error)),
      };
      this.#waiter = waiter;
    });
  }

  /**
   * Waits until the log says something that `test` is content with, or until the time is over.
   * @throws AppError `serial.disconnected`, `flash.cancelled`
   */
  waitForLog(test: (log: string) => boolean, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.reject(cancelled());
    if (test(this.log)) return Promise.resolve(true);
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        this.#logListener = null;
        this.#waiter = null;
        settle();
      };
      const stop = (): void => finish(() => reject(cancelled()));
      const timer = setTimeout(() => finish(() => resolve(test(this.log))), timeoutMs);
      signal.addEventListener('abort', stop, { once: true });
      this.#logListener = () => {
        if (test(this.log)) finish(() => resolve(true));
      };
      this.#waiter = {
        take: (frame) => this.#noise(frame),
        fail: (error) => finish(() => reject(error)),
      };
    });
  }

  #arrived(frame: Buffer): void {
    if (this.#waiter !== null) this.#waiter.take(frame);
    else this.#frames.push(frame);
  }

  #noise(bytes: Buffer): void {
    this.#log = Buffer.concat([this.#log, bytes]).subarray(-keptLogBytes);
    this.#onLog(bytes);
    this.#logListener?.();
  }

  #closed(reason: AppError | null): void {
    this.#lost = reason ?? this.#disconnected();
    this.#waiter?.fail(this.#lost);
  }

  #disconnected(): AppError {
    return new AppError('serial.disconnected', `The connection to ${this.line.address} was closed.`, {
      address: this.line.address,
    });
  }
}
