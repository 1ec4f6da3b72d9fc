import { AppError } from '../../../shared/domain/app-error.ts';
import type { BackupProgress } from '../../../shared/contract/backup.ts';
import type { Log } from '../../foundation/log.ts';
import { Database, type Connection } from '../../storage/index.ts';

export type Tell = (progress: BackupProgress) => void;

/** So often, at most, that the way there is told. */
const tellEveryMs = 100;

/** Rows and bytes of one phase; told when they change, but not each time. */
export class ProgressCount {
  readonly #tell: Tell;
  readonly #phase: BackupProgress['phase'];
  readonly #totalRows: number;
  #rowsBefore = 0;
  #rows = 0;
  #bytes = 0;
  #relation = '';
  #toldMs = 0;

  constructor(tell: Tell, phase: BackupProgress['phase'], totalRows: number) {
    this.#tell = tell;
    this.#phase = phase;
    this.#totalRows = totalRows;
    this.#now();
  }

  relation(name: string): void {
    this.#relation = name;
  }

  /** @param rows of this part so far */
  part(rows: number, bytes: number): void {
    this.#rows = rows;
    this.#bytes += bytes;
    if (performance.now() - this.#toldMs >= tellEveryMs) this.#now();
  }

  endPart(rows: number): void {
    this.#rowsBefore += rows;
    this.#rows = 0;
  }

  end(): void {
    this.#now();
  }

  get bytes(): number {
    return this.#bytes;
  }

  #now(): void {
    this.#toldMs = performance.now();
    this.#tell({
      phase: this.#phase,
      relation: this.#relation,
      rows: this.#rowsBefore + this.#rows,
      totalRows: this.#totalRows,
      bytes: this.#bytes,
    });
  }
}

/**
 * One connection to the same database, apart from the pool that the application lives on and without a limit of
 * time. When the signal aborts, what the server is just doing for it is cancelled.
 */
export async function onOwnConnection<T>(
  database: Database,
  log: Log,
  signal: AbortSignal,
  work: (connection: Connection, own: Database) => Promise<T>,
): Promise<T> {
  const own = new Database({
    address: database.address,
    applicationName: 'DataYoti Field backup',
    // One for the work, one for the schema, one that cancels what another does.
    poolSize: 3,
    log,
    statementTimeoutMs: 0,
  });
  try {
    return await own.connection(async (connection) => {
      const { rows } = await connection.query<{ pid: number }>('select pg_backend_pid() as pid');
      const cancel = (): void => {
        own.query('select pg_cancel_backend($1)', [rows[0]?.pid]).catch(() => undefined);
      };
      signal.addEventListener('abort', cancel);
      try {
        return await work(connection, own);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    });
  } finally {
    await own.close();
  }
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(signal.reason);
}

export function cancelled(cause?: unknown): AppError {
  return new AppError('backup.cancelled', 'Cancelled before it was complete.', {}, cause);
}
