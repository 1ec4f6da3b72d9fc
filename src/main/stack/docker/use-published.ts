import { join } from 'node:path';
import type { Settings } from '../../../shared/contract/settings.ts';
import type { Clock } from '../../foundation/clock.ts';
import { drop } from '../../foundation/drop.ts';
import type { Log } from '../../foundation/log.ts';
import {
  addBeside,
  missingBeside,
  readApplied,
  readMigrations,
  refuseOtherLayout,
  type Database,
} from '../../storage/index.ts';
import { backupName, writeBackup } from '../backup/index.ts';
import type { StackTurn } from '../stack-turn.ts';
import type { DockerEngine } from './engine/docker-engine.ts';
import { step, type UpProgress } from './project/index.ts';
import { publishedDatabase, reachPublished, refusedUse } from './published-attach.ts';
import { mustLetIn } from './published-broker.ts';
import type { PublishedInUse } from './published-in-use.ts';
import type { PublishedKeys } from './published-keys.ts';
import { answering, publishedAccess } from './published-stack.ts';

export interface BesideParts {
  readonly backupFolder: () => string;
  readonly sqlFolder: string;
  readonly appVersion: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface UsePublishedParts extends BesideParts {
  readonly stack: PublishedInUse;
  readonly keys: PublishedKeys;
  readonly turn: StackTurn;
  readonly openEngine: (address: string, signal: AbortSignal) => Promise<DockerEngine>;
  readonly settings: () => Settings;
  readonly installation: () => Promise<string>;
}

export interface UsedPublished {
  /** The backup of its database, checked; `null` where nothing had to be added. */
  readonly backup: string | null;
  /** With which its boards publish, and new ones too. */
  readonly account: string;
}

type Tell = (progress: UpProgress) => void;

/**
 * Makes the running stack of the published project the application's, as it is. Both logins are proved first; then its
 * database is backed up, what this application needs is added beside its tables, all or nothing, and only then the
 * stack of before stops. Where something fails that one goes on or comes back, and the published stack was not changed
 * except by what was added completely.
 *
 * @param env its `.env`
 * @throws AppError `compose.invalid`, `docker.use-refused`, `docker.published-away`, `engine.*`, `mqtt.*`,
 * `database.*`, `backup.*`, `schema.*`
 */
export async function takeIntoUse(
  parts: UsePublishedParts,
  env: string,
  tell: Tell,
  signal: AbortSignal,
): Promise<UsedPublished> {
  const { stack, keys, turn, settings, log } = parts;
  const access = publishedAccess(env);
  const { boards } = access;
  if (boards === null) throw refusedUse('no-account', 'Its .env names no account of the broker.');
  tell(step('check'));
  const backup = await prepared(parts, { ...access, boards }, tell, signal);
  tell(step('start'));
  const before = await keys.get();
  const wasInUse = settings().stackKind === 'published';
  const cancel = (): void => drop(stack.stop(), log, 'calling off the use of the published stack');
  try {
    signal.throwIfAborted();
    await keys.keep(access);
    // Already in use with other passwords: all connections are made anew.
    await stack.stop();
    await turn.take('published');
    signal.addEventListener('abort', cancel);
    signal.throwIfAborted();
    await stack.start();
    return { backup, account: boards.username };
  } catch (error) {
    signal.removeEventListener('abort', cancel);
    await (before === undefined ? keys.forget() : keys.keep(before));
    try {
      await stack.stop();
      await (wasInUse ? stack.start() : turn.giveBack());
    } catch (failure) {
      // What went wrong first is the one to tell.
      log.error('the stack of before could not be started again', { error: failure });
    }
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

async function prepared(
  parts: UsePublishedParts,
  access: ReturnType<typeof publishedAccess> & { readonly boards: { username: string; password: string } },
  tell: Tell,
  signal: AbortSignal,
): Promise<string | null> {
  const { openEngine, settings, installation, log } = parts;
  const engine = await openEngine(settings().dockerEngine, signal);
  try {
    const { broker, database: place } = await reachPublished(engine);
    await mustLetIn({ ...broker, ...access.boards, clientId: `datayoti-look-${await installation()}` });
    const database = publishedDatabase(access.database, place, 'schema', 2, log);
    try {
      await answering(database, signal);
      return await bringBeside(parts, database, signal, tell);
    } finally {
      await database.close();
    }
  } finally {
    await engine.close();
  }
}

/**
 * What this application needs, beside the tables that are there; after a backup where something is missing.
 *
 * @returns the backup, `null` where none was needed
 */
export async function bringBeside(
  { backupFolder, sqlFolder, appVersion, clock, log }: BesideParts,
  database: Database,
  signal: AbortSignal,
  tell: Tell = () => undefined,
): Promise<string | null> {
  const missing = await missingBeside(database, { folder: sqlFolder, appVersion });
  const file = missing.length === 0 ? null : join(backupFolder(), backupName(clock.now()));
  if (file !== null) {
    const foreign = (await readApplied(database)).length === 0;
    if (foreign) await refuseOtherLayout(database, 'timescale');
    const publishedAs = await readMigrations(sqlFolder, 'timescale');
    const order = { database, file, appVersion, clock, log, publishedAs };
    await writeBackup(
      order,
      ({ relation, rows, totalRows }) =>
        tell(step('backup', 'postgres', relation === '' ? null : `${relation} ${rows}/${totalRows}`)),
      signal,
    );
    tell(step('schema', 'postgres'));
  }
  await addBeside(database, { folder: sqlFolder, appVersion, log }, signal);
  return file;
}
