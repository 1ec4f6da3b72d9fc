import pg from 'pg';
import { AppError, isAppError } from '../../shared/domain/app-error.ts';

/** SQLSTATE of PostgreSQL's documentation, appendix A. */
const diskFull = '53100';
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);

interface Place {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** Gives connection troubles their code; an error about the statement itself stays as the server sent it. */
export function databaseErrorFrom(error: unknown, place: Place): unknown {
  if (isAppError(error)) return error;
  const data = { host: place.host, port: place.port, user: place.user };
  if (error instanceof pg.DatabaseError) {
    const state = error.code ?? '';
    if (state === '28P01' || state === '28000') {
      return new AppError(
        'database.access-denied',
        `The database refuses the user ${place.user}.`,
        data,
        error,
      );
    }
    if (state === diskFull)
      return new AppError('database.disk-full', 'The database has no disk space left.', data, error);
    if (isConnectionState(state)) return unreachable(error, data);
    return error;
  }
  if (!(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code;
  const lost =
    /connection terminated|query read timeout|server does not support ssl|timeout exceeded when trying to connect|client has encountered a connection error|client was closed|cannot use a pool after calling end/i;
  if ((code !== undefined && networkCodes.has(code)) || lost.test(error.message))
    return unreachable(error, data);
  if (isTlsFault(code)) {
    const text = `The database at ${data.host}:${data.port} shows a certificate that is not accepted: ${error.message}.`;
    return new AppError('database.unreachable', text, data, error);
  }
  if (error instanceof AggregateError) return unreachable(error, data);
  return error;
}

/** Class 08, and the states of a server that is starting, stopping or was told to end the connection. */
function isConnectionState(state: string): boolean {
  return state.startsWith('08') || ['57P01', '57P02', '57P03', '53300'].includes(state);
}

/** Node's and OpenSSL's names for a certificate that does not pass. */
function isTlsFault(code: string | undefined): boolean {
  return (
    code !== undefined && /^(ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_|UNABLE_TO_)/.test(code)
  );
}

function unreachable(cause: Error, data: { host: string; port: number; user: string }): AppError {
  return new AppError(
    'database.unreachable',
    `No database answers at ${data.host}:${data.port}.`,
    data,
    cause,
  );
}

/**
 * What a batch writer should do about an error. `transient`: the same batch again later. `refused-data`: a row
 * of it can never be stored. `fatal`: something is wrong that waiting may mend but the data did not cause.
 */
export function classifyDatabaseError(error: unknown): 'transient' | 'refused-data' | 'fatal' {
  if (isAppError(error)) {
    return error.code === 'database.unreachable' || error.code === 'database.disk-full'
      ? 'transient'
      : 'fatal';
  }
  if (error instanceof pg.DatabaseError) {
    const state = error.code ?? '';
    // Class 22 data exception, 23 integrity constraint violation.
    if (state.startsWith('22') || state.startsWith('23')) return 'refused-data';
    // Class 40 rollback (deadlock, serialisation), 53 resources, 55 not in state, 57 operator, 58 system, 25006 read-only.
    if (/^(40|53|55|57|58)/.test(state) || state === '25006') return 'transient';
  }
  return 'fatal';
}
