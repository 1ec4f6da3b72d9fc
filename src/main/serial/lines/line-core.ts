import { AppError } from '../../../shared/domain/app-error.ts';
import { Listeners } from '../../foundation/listeners.ts';

/** What every kind of line has in common: its listeners, its one end, and work that must not outlive it. */
export class LineCore {
  readonly #address: string;
  readonly #data = new Listeners<Buffer>();
  readonly #closed = new Listeners<AppError | null>();
  readonly #pending = new Set<(error: AppError) => void>();
  #end: { readonly reason: AppError | null } | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  get isClosed(): boolean {
    return this.#end !== undefined;
  }

  received(bytes: Buffer): void {
    if (this.#end === undefined && bytes.length > 0) this.#data.tell(bytes);
  }

  onData(listener: (bytes: Buffer) => void): () => void {
    return this.#data.add(listener);
  }

  /** Who asks after the end is told as well, so that nobody waits for something that has been. */
  onClosed(listener: (reason: AppError | null) => void): () => void {
    if (this.#end === undefined) return this.#closed.add(listener);
    const { reason } = this.#end;
    let wanted = true;
    queueMicrotask(() => {
      if (wanted) listener(reason);
    });
    return () => {
      wanted = false;
    };
  }

  /** The line has ended; only the first reason counts. Everything still under way is rejected. */
  ended(reason: AppError | null): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    const error = reason ?? this.disconnected();
    for (const reject of this.#pending) reject(error);
    this.#pending.clear();
    this.#closed.tell(reason);
  }

  disconnected(cause?: unknown): AppError {
    return new AppError(
      'serial.disconnected',
      `the connection to ${this.#address} is closed`,
      { address: this.#address },
      cause,
    );
  }

  /** Work that is rejected with `serial.disconnected` when the line ends before it does. */
  async whileOpen<T>(work: (settle: (error?: unknown, value?: T) => void) => void): Promise<T> {
    if (this.#end !== undefined) throw this.#end.reason ?? this.disconnected();
    return new Promise<T>((resolve, reject) => {
      this.#pending.add(reject);
      work((error, value) => {
        if (!this.#pending.delete(reject)) return;
        if (error === undefined || error === null) resolve(value as T);
        else reject(this.#asAppError(error));
      });
    });
  }

  #asAppError(error: unknown): AppError {
    if (error instanceof AppError) return error;
    const why = error instanceof Error ? error.message : String(error);
    return new AppError('serial.failed', `${this.#address}: ${why}`, { address: this.#address }, error);
  }
}
