import { join } from 'node:path';
import type { SyncAddress } from '../../../shared/contract/sync.ts';
import { FileSecrets } from '../../foundation/file-secrets.ts';
import type { Database } from '../../storage/index.ts';
import { listTargets, loadTarget, type StoredTarget } from '../../storage/queries/sync-targets.ts';
import { addTarget, removeTarget, samePlace, targetNamed, TargetSecrets } from '../../sync/index.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { dataFolder, passwordFrom, type Common } from './answer.ts';
import { databaseAddress } from './database-target.ts';

export type TargetOptions = Common & {
  readonly to?: string;
  readonly passwordFile?: string;
  readonly ownTables?: boolean;
};

const loopback = new Set(['localhost', '127.0.0.1', '::1']);

/** Verified unless the address says otherwise; what never leaves this machine needs no TLS. */
async function addressOf(text: string): Promise<SyncAddress> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const bare = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (url !== undefined && !url.searchParams.has('sslmode') && !loopback.has(bare))
    url.searchParams.set('sslmode', 'verify-full');
  const { host, port, database, user, tls } = await databaseAddress(url?.href ?? text, undefined);
  return { host, port, database, user, tls: tls?.mode ?? 'off', ca: tls?.ca ?? null };
}

/** A target that `--to` names, or whose address it is, with its password. */
export interface GivenTarget {
  readonly target: StoredTarget;
  readonly password: string;
  /** It was not there before: what only looks takes it away again. */
  readonly isNew: boolean;
}

/** @throws AppError `sync.target-unknown`, `request.invalid` */
export async function givenTarget(database: Database, options: TargetOptions): Promise<GivenTarget> {
  const { to, ownTables } = options;
  if (to === undefined)
    throw new AppError(
      'request.invalid',
      'Say --to: a name of the settings, or postgres://user@host/database.',
      {
        field: 'to',
      },
    );
  const { target, isNew } = /^postgres(ql)?:/.test(to)
    ? await atAddress(database, await addressOf(to), ownTables === true)
    : { target: await targetNamed(database, to), isNew: false };
  return {
    target: { ...target, ownTables: target.ownTables || ownTables === true },
    password: await passwordOf(target, options),
    isNew,
  };
}

async function atAddress(
  database: Database,
  address: SyncAddress,
  ownTables: boolean,
): Promise<{ readonly target: StoredTarget; readonly isNew: boolean }> {
  const known = (await listTargets(database)).find((one) => samePlace(one.address, address));
  // How it is secured is said anew each time.
  if (known !== undefined) return { target: { ...known, address }, isNew: false };
  const name = `${address.host}:${address.port}/${address.database}`.slice(-60);
  const id = await addTarget(database, { name, address, ownTables });
  const target = await loadTarget(database, id);
  if (target === undefined) throw new Error('the central database was not stored');
  return { target, isNew: true };
}

/** What only looked leaves nothing behind. */
export async function leaveTarget(database: Database, { target, isNew }: GivenTarget): Promise<void> {
  if (isNew) await removeTarget(database, target);
}

async function passwordOf(target: StoredTarget, options: TargetOptions): Promise<string> {
  const given = await passwordFrom(options.passwordFile, 'DATAYOTI_SYNC_PASSWORD');
  if (given !== undefined || target.address === null) return given ?? '';
  const secrets = new TargetSecrets(new FileSecrets(join(dataFolder(options), 'secrets')));
  return (await secrets.get(target.address)) ?? '';
}
