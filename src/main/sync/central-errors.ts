import pg from 'pg';
import type { SyncAddress } from '../../shared/contract/sync.ts';
import { AppError, isAppError, type ErrorCode } from '../../shared/domain/app-error.ts';

type Place = Pick<SyncAddress, 'host' | 'port' | 'database' | 'user'>;

/**
 * What a failure of the central database is called here: the local database has the same errors, with other advice.
 *
 * @param connected it had answered before
 */
export function centralError(error: unknown, place: Place, connected: boolean): unknown {
  const data = { host: place.host, port: place.port, database: place.database, user: place.user };
  const named = (code: ErrorCode, message: string, more: Readonly<Record<string, string>> = {}): AppError =>
    new AppError(code, message, { ...data, ...more }, error);
  const at = `${place.host}:${place.port}`;
  if (isAppError(error)) {
    if (error.code === 'database.access-denied')
      return named('sync.login-refused', `The central database refuses the user ${place.user}.`);
    if (error.code === 'database.disk-full')
      return named('sync.refused', 'The central database has no disk space left.', {
        detail: 'no disk space left',
      });
    if (error.code !== 'database.unreachable') return error;
    const cause = error.cause instanceof Error ? error.cause : undefined;
    if (isAboutTls(cause))
      return named(
        'sync.certificate',
        `The connection to ${at} cannot be made secure: ${cause?.message ?? ''}.`,
        { detail: cause?.message ?? '' },
      );
    return connected
      ? named('sync.cut-off', `The connection to the central database at ${at} was cut.`)
      : named('sync.unreachable', `No central database answers at ${at}.`);
  }
  if (!(error instanceof pg.DatabaseError)) return error;
  const detail = error.message;
  if (error.code === '25006')
    return named(
      'sync.read-only',
      'The central database takes no changes: it is a copy or set to read-only.',
    );
  if (error.code === '23514' && /no partition/i.test(detail))
    return named(
      'sync.no-partition',
      `The central database has no partition for some of the rows: ${detail}.`,
      {
        detail,
      },
    );
  if (error.code === '3D000')
    return named('sync.refused', `There is no database ${place.database} at ${at}.`, { detail });
  return named('sync.refused', `The central database refused: ${detail}.`, { detail });
}

function isAboutTls(cause: Error | undefined): boolean {
  if (cause === undefined) return false;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return (
    /^(ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_|UNABLE_TO_)/.test(code) ||
    /does not support ssl/i.test(cause.message)
  );
}
