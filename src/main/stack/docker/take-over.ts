import { join } from 'node:path';
import type { BackupProgress } from '../../../shared/contract/backup.ts';
import { isAppError } from '../../../shared/domain/app-error.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Log } from '../../foundation/log.ts';
import { readMigrations, refuseOtherLayout, type Database } from '../../storage/index.ts';
import { backupName, mustBeEmpty, restoreBackup, totalRows, writeBackup } from '../backup/index.ts';
import type { AccountStore } from '../embedded/broker/index.ts';
import type { StackTurn } from '../stack-turn.ts';
import type { DockerStack } from './docker-stack.ts';
import { stopProject, step, type UpProgress } from './project/index.ts';
import { publishedAccess, PublishedStack } from './published-stack.ts';

export interface TakeOverParts {
  readonly stack: DockerStack;
  readonly accounts: AccountStore;
  /** Makes this stack the application's when its turn comes; `giveBack` where it does not come up. */
  readonly turn: StackTurn;
  readonly backupFolder: () => string;
  readonly sqlFolder: string;
  readonly appVersion: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface TakenOver {
  /** The backup of its database, checked. */
  readonly backup: string;
  readonly rows: number;
  /** The account with which the boards of that stack publish here as before; `null` where its `.env` names none. */
  readonly account: string | null;
}

const putBackMs = 120_000;

/**
 * Moves the data of the published project into this stack: its services are stopped, its database is backed up while
 * nothing writes to it, and the backup goes into our empty database before our ingestor starts. Its containers and
 * volumes stay as they are; where something fails before the rows are in, they run again as before.
 *
 * @param env the published project's `.env`
 * @throws AppError `compose.invalid`, `docker.*`, `database.*`, `backup.*`, `schema.other-layout`
 */
export function takeOverPublished(
  { stack, accounts, turn, backupFolder, sqlFolder, appVersion, clock, log }: TakeOverParts,
  env: string,
  tell: (progress: UpProgress) => void,
  signal: AbortSignal,
): Promise<TakenOver> {
  const access = publishedAccess(env);
  const file = join(backupFolder(), backupName(clock.now()));
  const backUp = async (database: Database): Promise<number> => {
    try {
      return await written(database);
    } finally {
      await database.close();
    }
  };
  const written = async (database: Database): Promise<number> => {
    const publishedAs = await readMigrations(sqlFolder, 'timescale');
    await refuseOtherLayout(database, 'timescale');
    const order = { database, file, appVersion, clock, log, publishedAs };
    const { manifest } = await writeBackup(order, (progress) => tell(rows('backup', progress)), signal);
    return totalRows(manifest);
  };
  return stack.rebuild(tell, signal, async ({ engine, project, bringUp }) => {
    // Before anything is stopped: where ours is in use already, both go on as they are.
    const own = stack.owner();
    if (own !== undefined) await mustBeEmpty(own);
    tell(step('published'));
    const published = await PublishedStack.find(engine);
    const state = { restored: false };
    try {
      await published.onlyDatabase(signal);
      const count = await backUp(await published.connect(access.database, log, signal));
      await published.stopDatabase(signal);
      // Not before: sensors of the embedded stack go on publishing while the backup is made.
      await turn.take('docker');
      await bringUp({
        afterMigrating: async (database, until) => {
          const order = { database, file, sqlFolder, appVersion, log };
          await restoreBackup(order, (progress) => tell(rows('restore', progress)), until);
          state.restored = true;
        },
      });
      return { backup: file, rows: count, account: await boardsAccount(accounts, access.boards) };
    } catch (error) {
      if (!state.restored) {
        try {
          await stopProject(engine, project, AbortSignal.timeout(putBackMs));
          await published.putBack();
          await turn.giveBack();
        } catch (failure) {
          // What went wrong first is the one to tell.
          log.error('the published stack could not be started again', { error: failure });
        }
      }
      throw error;
    }
  });
}

/** So that boards go on with what is stored in them. */
async function boardsAccount(
  accounts: AccountStore,
  boards: { readonly username: string; readonly password: string } | null,
): Promise<string | null> {
  if (boards === null) return null;
  try {
    await accounts.create({ ...boards, role: 'sensors', mac: null });
  } catch (error) {
    if (!isAppError(error, 'broker.account-exists')) throw error;
  }
  return boards.username;
}

function rows(name: 'backup' | 'restore', { relation, rows: count, totalRows }: BackupProgress): UpProgress {
  const text = relation === '' ? null : `${relation} ${count}/${totalRows}`;
  return step(name, 'postgres', text);
}
