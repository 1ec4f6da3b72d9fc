import { create } from 'zustand';
import type { Client } from '../../../shared/contract/contract.ts';
import { importChunkBytesOfPage, type ImportWorkKind } from './limits.ts';
import type {
  ImportMapping,
  ImportProgress,
  ImportResult,
  UndoResult,
} from '../../../shared/contract/readings-import.ts';
import { reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';

type Told<T> =
  | { readonly type: 'progress'; readonly progress: ImportProgress }
  | { readonly type: 'done'; readonly result: T };

interface ImportWork {
  /** Set while this window imports or undoes. */
  readonly running:
    | { readonly kind: ImportWorkKind; readonly id: number | null; readonly cancel: () => void }
    | undefined;
  readonly progress: ImportProgress | null;
  readonly failure: ErrorReport | undefined;
  readonly imported: ImportResult | undefined;
  readonly undone: UndoResult | undefined;
  importFile: (
    client: Client,
    order: {
      readonly file: string;
      readonly mapping: ImportMapping;
      readonly assign: Record<string, string>;
    },
  ) => Promise<boolean>;
  undo: (client: Client, id: number) => Promise<void>;
  forget: () => void;
}

/** Apart from the page: an import goes on when the person turns to another one. */
export const useImportWork = create<ImportWork>((set, get) => {
  const run = async <T>(
    kind: ImportWorkKind,
    id: number | null,
    open: (signal: AbortSignal) => Promise<AsyncIterable<Told<T>>>,
  ): Promise<T | undefined> => {
    if (get().running !== undefined) return undefined;
    const controller = new AbortController();
    set({
      running: { kind, id, cancel: () => controller.abort() },
      progress: null,
      failure: undefined,
      imported: undefined,
      undone: undefined,
    });
    try {
      for await (const item of await open(controller.signal)) {
        if (item.type === 'done') return item.result;
        set({ progress: item.progress });
      }
    } catch (error) {
      if (!controller.signal.aborted) set({ failure: reportOf(error) });
    } finally {
      set({ running: undefined, progress: null });
    }
    return undefined;
  };
  return {
    running: undefined,
    progress: null,
    failure: undefined,
    imported: undefined,
    undone: undefined,
    importFile: async (client, order) => {
      const imported = await run('import', null, (signal) => client.readingsImport.run(order, { signal }));
      set({ imported });
      return imported !== undefined;
    },
    undo: async (client, id) => {
      const undone = await run('undo', id, (signal) => client.readingsImport.undo({ id }, { signal }));
      set({ undone });
    },
    forget: () => set({ failure: undefined, imported: undefined, undone: undefined }),
  };
});

/** Sends a file in pieces. @returns its name for what follows; `undefined` where the person gave up */
export async function sendFile(
  client: Client,
  file: File,
  tell: (sent: number) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { file: id } = await client.readingsImport.open({ name: file.name, bytes: file.size });
  try {
    for (let offset = 0; offset < file.size && !signal.aborted;) {
      const chunk = file.slice(offset, offset + importChunkBytesOfPage);
      offset = (await client.readingsImport.append({ file: id, offset, chunk }, { signal })).received;
      tell(offset);
    }
  } catch (error) {
    await client.readingsImport.close({ file: id }).catch(() => undefined);
    if (signal.aborted) return undefined;
    throw error;
  }
  if (!signal.aborted) return id;
  await client.readingsImport.close({ file: id }).catch(() => undefined);
  return undefined;
}
