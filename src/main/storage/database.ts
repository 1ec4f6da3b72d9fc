import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import type { QueryResultRow } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Closable } from '../foundation/disposer.ts';
import type { Log } from '../foundation/log.ts';
import { databaseErrorFrom } from './database-errors.ts';

/** Where a database is and as whom; the password never appears in a message or a log line. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** Absent means in the clear. */
  readonly tls?: DatabaseTls;
}

/** libpq's `sslmode`: encrypted only, also signed by a known authority, also under the name that was asked for. */
export interface DatabaseTls {
  readonly mode: 'require' | 'verify-ca' | 'verify-full';
  /** Authorities to trust, PEM; absent means those that the runtime knows. */
  readonly ca?: string;
}

/** What a query function needs: a pool or one connection inside a transaction. */
export interface Queryable {
  query<R extends QueryResultRow = QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Rows<R>>;
  /** Runs a `copy ... from stdin` with the whole of its data; resolves to the number of rows stored. */
  copyIn(text: string, data: Buffer): Promise<number>;
}

/**
 * One connection, which can also move more than fits in memory. A `copy` that goes on for longer than the pool's
 * statement limit needs a pool without one.
 */
export interface Connection extends Queryable {
  /**
   * Hands what `copy ... to stdout` gives to `consume`, which must read it to the end: where it throws, the
   * connection ends with it.
   */
  copyOut(text: string, consume: (chunks: AsyncIterable<Buffer>) => Promise<void>): Promise<void>;
  /**
   * Runs a `copy ... from stdin` with what `source` gives; where that throws, the statement fails and stores nothing.
   * Resolves to the number of rows stored.
   */
  copyInFrom(text: string, source: AsyncIterable<Buffer>): Promise<number>;
}

export interface Rows<R> {
  readonly rows: readonly R[];
  readonly rowCount: number;
}

export interface DatabaseOptions {
  readonly address: DatabaseAddress;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly poolSize: number;
  readonly log: Log;
  /** A statement that takes longer is ended by the server; 0 means no limit. */
  readonly statementTimeoutMs?: number;
  /** Beyond the statement's limit: a server that says nothing for so much longer counts as gone. 10 s. */
  readonly silenceMs?: number;
}

const connectTimeoutMs = 5_000;
const defaultStatementTimeoutMs = 60_000;
const defaultSilenceMs = 10_000;
const keepAliveDelayMs = 10_000;
/** The longest that a timer of the runtime can be. */
const noLimitMs = 2_147_483_647;

const int8 = 20;
const timestamptz = 1184;

/** int8 counts fit a number here; time stamps become epoch milliseconds, the form of the whole application. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (format !== 'binary' && (oid as number) === int8) return Number;
    if (format !== 'binary' && (oid as number) === timestamptz)
      return (text: string) => Date.parse(asIso(text));
    return pg.types.getTypeParser(oid, 'text') as (text: string) => unknown;
  },
};

/** `2025-11-03 14:30:25.5+00` is not quite ISO 8601: a `T` and minutes of the offset are missing. */
function asIso(text: string): string {
  const iso = text.replace(' ', 'T');
  return /[+-]\d\d$/.test(iso) ? `${iso}:00` : iso;
}

/** A pool of connections as one role. All failures are `AppError` with a `database.*` code, or the server's own. */
export class Database implements Queryable, Closable {
  readonly address: DatabaseAddress;
  readonly #pool: pg.Pool;
  #closed: Promise<void> | undefined;

  constructor(options: DatabaseOptions) {
    const { address, applicationName, poolSize, log } = options;
    this.address = address;
    const statementTimeoutMs = options.statementTimeoutMs ?? defaultStatementTimeoutMs;
    this.#pool = new pg.Pool({
      host: address.host,
      port: address.port,
      database: address.database,
      user: address.user,
      password: address.password,
      application_name: applicationName,
      max: poolSize,
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: statementTimeoutMs,
      ...(statementTimeoutMs === 0
        ? {}
        : { query_timeout: statementTimeoutMs + (options.silenceMs ?? defaultSilenceMs) }),
      ssl: tlsOptions(address.tls),
      // A question over a year of days is no reason to compile it first: that takes longer than all of the answer.
      options: '-c TimeZone=UTC -c jit=off',
      types,
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveDelayMs,
      allowExitOnIdle: true,
    });
    this.#pool.on('error', (error) =>
      log.debug('an idle database connection ended', { error: error.message }),
    );
  }

  /** @throws AppError `database.unreachable`, `database.access-denied`, `database.disk-full`, or a `pg.DatabaseError`. */
  async query<R extends QueryResultRow = QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Rows<R>> {
    try {
      const result = await this.#pool.query<R>(text, values === undefined ? undefined : [...values]);
      return { rows: result.rows, rowCount: result.rowCount ?? 0 };
    } catch (error) {
      throw databaseErrorFrom(error, this.address);
    }
  }

  /** @throws as `query` */
  copyIn(text: string, data: Buffer): Promise<number> {
    return this.connection((connection) => connection.copyIn(text, data));
  }

  /** Commits what `work` did, or rolls it back when it throws. */
  async transaction<T>(work: (connection: Queryable) => Promise<T>): Promise<T> {
    return this.connection(async (connection) => {
      await connection.query('begin');
      try {
        const result = await work(connection);
        await connection.query('commit');
        return result;
      } catch (error) {
        await connection.query('rollback').catch(() => undefined);
        throw error;
      }
    });
  }

  /**
   * One connection for the time of `work`: session-level locks and settings stay together. `unlimited` lifts the
   * limit on this side, for work that lifts the server's.
   */
  async connection<T>(
    work: (connection: Connection) => Promise<T>,
    options: { readonly unlimited?: boolean } = {},
  ): Promise<T> {
    const client = await this.#connect();
    // A connection that breaks while checked out tells it twice: to the query and to this event.
    const onError = (): void => undefined;
    client.on('error', onError);
    let broken = false;
    /** In the middle of a copy: a further question would wait for ever behind what nobody reads. */
    let abandoned = false;
    const mapped = async <R>(ask: () => Promise<R>): Promise<R> => {
      if (abandoned) throw new Error('this connection was given up in the middle of a copy');
      try {
        return await ask();
      } catch (error) {
        const told = databaseErrorFrom(error, this.address);
        broken ||= told !== error;
        throw told;
      }
    };
    try {
      const connection: Connection = {
        query: async (text, values) => {
          const result = await mapped(() =>
            client.query({
              text,
              ...(values === undefined ? {} : { values: [...values] }),
              ...(options.unlimited === true ? { query_timeout: noLimitMs } : {}),
            }),
          );
          return { rows: result.rows, rowCount: result.rowCount ?? 0 };
        },
        copyIn: (text, data) => mapped(() => copyIn(client, text, data)),
        copyOut: (text, consume) =>
          mapped(async () => {
            const stream = client.query(copyTo(text));
            // It only tells that the connection broke, perhaps before anybody reads; whoever does later must not wait.
            stream.on('error', (error) => stream.destroy(error));
            try {
              await consume(stream);
            } finally {
              if (!stream.readableEnded) [broken, abandoned] = [true, true];
            }
          }),
        copyInFrom: (text, source) =>
          mapped(async () => {
            const stream = client.query(copyFrom(text));
            await pipeline(source, stream);
            return stream.rowCount;
          }),
      };
      return await work(connection);
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  /** Idle connections do not keep a process alive; while it waits for their end, something must. */
  async #end(): Promise<void> {
    const hold = setInterval(() => undefined, 1_000);
    try {
      await this.#pool.end();
    } finally {
      clearInterval(hold);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw databaseErrorFrom(error, this.address);
    }
  }
}

function copyIn(client: pg.PoolClient, text: string, data: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = client.query(copyFrom(text));
    // A silent server is told twice: by the time limit, and again when its connection ends.
    stream.on('error', reject);
    stream.once('finish', () => resolve(stream.rowCount));
    stream.end(data);
  });
}

function tlsOptions(tls: DatabaseTls | undefined): pg.PoolConfig['ssl'] {
  if (tls === undefined) return false;
  const { mode, ca } = tls;
  return {
    rejectUnauthorized: mode !== 'require',
    ...(ca === undefined ? {} : { ca }),
    ...(mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  };
}
