import type { Handlers } from '../../shared/contract/contract.ts';
import type { RollupsState } from '../../shared/contract/rollups.ts';
import type { StackState } from '../../shared/contract/stack.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { Listeners } from '../foundation/listeners.ts';
import type { Log } from '../foundation/log.ts';
import { watchState, type Observable } from '../foundation/watch-state.ts';
import { mustBeOwn } from '../stack/index.ts';
import {
  createViews,
  dropViews,
  recreateViews,
  rollupProgress,
  viewsExist,
  type Database,
  type RollupRefresher,
} from '../storage/index.ts';

export interface RollupsParts {
  readonly stack: {
    owner(): Database | undefined;
    state(): Pick<StackState, 'kind'>;
    onChange(listener: () => void): () => void;
  };
  readonly rollups: RollupRefresher;
  readonly sqlFolder: string;
  readonly log: Log;
}

const intervalMs = 250;

/** The views over the readings: whether they are there, how far their buckets are, and how they come and go. */
export function rollupsHandlers({ stack, rollups, sqlFolder, log }: RollupsParts): Handlers['rollups'] {
  const changes = new Listeners<void>();
  const source: Observable<undefined> = {
    state: () => undefined,
    onChange: (listener) => {
      const stops = [rollups.onChange(listener), stack.onChange(listener), changes.add(listener)];
      return () => stops.forEach((stop) => stop());
    },
  };
  const change =
    (work: (owner: Database, sqlFolder: string) => Promise<readonly string[]>) =>
    async (): Promise<{ views: readonly string[] }> => {
      mustBeOwn(stack);
      const owner = stack.owner();
      if (owner === undefined) throw new AppError('stack.not-running', 'The database is not running.');
      try {
        return { views: await work(owner, sqlFolder) };
      } finally {
        // Even what failed halfway may have changed which of them are there.
        rollups.soon();
        changes.tell();
      }
    };
  const state = async (): Promise<RollupsState> => {
    const { kind, working, daysDone, daysTotal, progress } = rollups.state();
    const known = { kind, working, daysDone, daysTotal };
    const owner = stack.owner();
    if (owner === undefined) return { ...known, kind: null, exists: null, watermarkMs: null, staleDays: 0 };
    try {
      const exists = await viewsExist(owner);
      const { watermarkMs = null, staleDays = 0 } =
        kind === 'maintained' ? await rollupProgress(owner) : (progress ?? {});
      return { ...known, exists, watermarkMs, staleDays };
    } catch (error) {
      // Stopped or restarted at this moment, as the stack's state says; its next change brings an answer again.
      log.from('database').warn('the state of the views could not be read', { error });
      return { ...known, exists: null, watermarkMs: null, staleDays: 0 };
    }
  };
  return {
    watch: async function* (_input, signal) {
      for await (const _ of watchState(source, intervalMs, signal)) yield await state();
    },
    create: change(createViews),
    recreate: change(recreateViews),
    drop: change(dropViews),
  };
}
