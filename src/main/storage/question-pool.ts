import pg from 'pg';
import { AppError, isAppError } from '../../shared/domain/app-error.ts';
import type { Closable } from '../foundation/disposer.ts';
import type { Log } from '../foundation/log.ts';
import { Database, type Connection, type DatabaseAddress } from './database.ts';

export interface QuestionPoolOptions {
  readonly address: DatabaseAddress;
  readonly log: Log;
  /** A quick question that takes longer is ended by the server. */
  readonly statementTimeoutMs?: number;
}

const defaultStatementTimeoutMs = 30_000;
const quickConnections = 3;
/** Exports and statistics over every row: never so many that the quick ones find the server busy with them. */
const longConnections = 2;
const queryCanceled = '57014';

/**
 * Connections for reading only, apart from those that store: however much is asked, the ingest waits for none of it.
 * Each question sees one moment of the database, and one that is not wanted any more stops in the server too.
 */
export class QuestionPool implements Closable {
  readonly #quick: Database;
  readonly #long: Database;
  readonly #cancelling: Database;
  /** What stops the questions under way. */
  readonly #running = new Set<() => void>();
  #closed = false;

  constructor({ address, log, statementTimeoutMs = defaultStatementTimeoutMs }: QuestionPoolOptions) {
    const open = (applicationName: string, poolSize: number, limitMs: number): Database =>
      new Database({ address, applicationName, poolSize, log, statementTimeoutMs: limitMs });
    this.#quick = open('DataYoti Field history', quickConnections, statementTimeoutMs);
    this.#long = open('DataYoti Field history, long', longConnections, 0);
    this.#cancelling = open('DataYoti Field history, cancelling', 1, 5_000);
  }

  /**
   * Runs `work` in one read-only transaction.
   *
   * @throws AppError `history.cancelled` once the signal aborts, `history.too-slow` where the server ended it, and a
   * `database.*` code
   */
  ask<T>(signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#run(this.#quick, signal, work);
  }

  /** As `ask`, for what may take minutes. */
  askLong<T>(signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#run(this.#long, signal, work);
  }

  /** Questions under way end as withdrawn. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const cancel of this.#running) cancel();
    await Promise.all([this.#quick.close(), this.#long.close()]);
    await this.#cancelling.close();
  }

  async #run<T>(
    database: Database,
    signal: AbortSignal,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    try {
      throwIfCancelled(signal);
      return await database.connection(async (connection) => {
        throwIfCancelled(signal);
        const { rows } = await connection.query<{ pid: number }>('select pg_backend_pid() as pid');
        let cancelling: Promise<unknown> | undefined;
        const cancel = (): void => {
          cancelling = this.#cancelling
            .query('select pg_cancel_backend($1)', [rows[0]?.pid])
            .catch(() => undefined);
        };
        signal.addEventListener('abort', cancel);
        this.#running.add(cancel);
        try {
          await connection.query('begin isolation level repeatable read read only');
          throwIfCancelled(signal);
          return await work(connection);
        } finally {
          signal.removeEventListener('abort', cancel);
          this.#running.delete(cancel);
          // Only when the server was told does anything else run here: it would be cancelled instead.
          await cancelling;
          await connection.query('rollback').catch(() => undefined);
        }
      });
    } catch (error) {
      throw this.#closed ? cancelled(error) : questionFailure(error, signal);
    }
  }
}

/** @throws AppError `history.cancelled` */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(signal.reason);
}

function cancelled(cause: unknown): AppError {
  return new AppError('history.cancelled', 'The question was withdrawn.', {}, cause);
}

function questionFailure(error: unknown, signal: AbortSignal): unknown {
  if (isAppError(error, 'history.cancelled')) return error;
  if (signal.aborted) return cancelled(error);
  if (error instanceof pg.DatabaseError && error.code === queryCanceled)
    return new AppError('history.too-slow', 'The database took too long for this question.', {}, error);
  return error;
}
