import { create } from 'zustand';
import type { Client } from '../../../shared/contract/contract.ts';
import { reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';
import type { Progress } from './up-progress.tsx';

/** What came out of work on the whole Docker stack. */
export type StackOutcome =
  | {
      readonly work: 'take-over';
      readonly backup: string;
      readonly rows: number;
      readonly account: string | null;
    }
  | { readonly work: 'use'; readonly backup: string | null; readonly account: string }
  | { readonly work: 'update'; readonly backup: string; readonly changed: readonly string[] }
  | { readonly work: 'repair' };
export type StackWorkName = StackOutcome['work'];

type Told<T> =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly result: T };

interface StackWork {
  /** Set while this window has it done. */
  readonly running: StackWorkName | undefined;
  readonly progress: Progress | null;
  readonly cancel: (() => void) | undefined;
  readonly failure: { readonly work: StackWorkName; readonly error: ErrorReport } | undefined;
  readonly outcome: StackOutcome | undefined;
  /** @param env the text of the published project's `.env` */
  takeOver: (client: Client, env: string) => Promise<void>;
  /** @param env as above */
  use: (client: Client, env: string) => Promise<void>;
  update: (client: Client) => Promise<void>;
  repair: (client: Client) => Promise<void>;
}

/** Apart from what shows it: such work goes on when the person closes the dialog or turns to another page. */
export const useStackWork = create<StackWork>((set, get) => {
  const follow = async <T>(
    work: StackWorkName,
    open: (signal: AbortSignal) => Promise<AsyncIterable<Told<T>>>,
    outcomeOf: (result: T) => StackOutcome,
  ): Promise<void> => {
    if (get().running !== undefined) return;
    const controller = new AbortController();
    set({
      running: work,
      progress: null,
      cancel: () => controller.abort(),
      failure: undefined,
      outcome: undefined,
    });
    try {
      for await (const item of await open(controller.signal)) {
        if (item.type === 'progress') set({ progress: item.progress });
        else set({ outcome: outcomeOf(item.result) });
      }
    } catch (error) {
      if (!controller.signal.aborted) set({ failure: { work, error: reportOf(error) } });
    } finally {
      set({ running: undefined, progress: null, cancel: undefined });
    }
  };
  return {
    running: undefined,
    progress: null,
    cancel: undefined,
    failure: undefined,
    outcome: undefined,
    takeOver: (client, env) =>
      follow(
        'take-over',
        (signal) => client.docker.takeOverPublished({ env }, { signal }),
        (result) => ({ work: 'take-over', ...result }),
      ),
    use: (client, env) =>
      follow(
        'use',
        (signal) => client.docker.usePublished({ env }, { signal }),
        (result) => ({ work: 'use', ...result }),
      ),
    update: (client) =>
      follow(
        'update',
        (signal) => client.docker.update({}, { signal }),
        (result) => ({ work: 'update', ...result }),
      ),
    repair: (client) =>
      follow(
        'repair',
        (signal) => client.docker.repair({}, { signal }),
        () => ({ work: 'repair' }),
      ),
  };
});
