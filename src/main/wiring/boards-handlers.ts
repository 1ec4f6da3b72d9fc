import type { Handlers } from '../../shared/contract/contract.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { Clock } from '../foundation/clock.ts';
import { toldWork } from '../foundation/told-work.ts';
import { pause } from '../foundation/watch-state.ts';
import type { Board, FlashProgress } from '../flashing/index.ts';
import type { BackupStore } from '../flashing/backup-store.ts';
import type { NotedOpener } from '../serial/index.ts';
import { findPartition, identify, openSession, withBoard } from './board-session.ts';

export interface BoardsParts {
  readonly opener: NotedOpener;
  readonly backups: BackupStore;
  readonly clock: Clock;
  /** Lets go of a port that a person only watches. */
  readonly releaseMonitor: (address: string) => Promise<void>;
  /** Asks a board that runs and is at the broker to blink; false where it is not, or knows no such command. */
  readonly blinkRunning: (mac: MacAddress, seconds: number) => Promise<boolean>;
}

export function boardsHandlers({
  opener,
  backups,
  clock,
  releaseMonitor,
  blinkRunning,
}: BoardsParts): Handlers['boards'] {
  /** Which board hung on a port when it was last looked at: a running one is then not reset to make it blink. */
  const known = new Map<string, MacAddress>();
  const at = async <T>(
    address: string,
    signal: AbortSignal,
    work: (board: Board) => Promise<T>,
  ): Promise<T> => {
    await releaseMonitor(address);
    return withBoard(opener, address, signal, work);
  };
  return {
    identify: async ({ address }, signal) => {
      const identity = await at(address, signal, (board) => identify(board, address, clock, signal));
      known.set(address, identity.mac);
      return identity;
    },

    blink: async ({ address, seconds }, signal) => {
      const mac = known.get(address);
      if (mac !== undefined && (await blinkRunning(mac, seconds))) await pause(seconds * 1_000, signal);
      else await at(address, signal, (board) => board.blink(seconds, signal));
      return {};
    },

    reset: async ({ address, into }, signal) => {
      await releaseMonitor(address);
      const session = await openSession(opener, address, signal);
      try {
        if (into === 'application') await session.board.restart(signal);
      } finally {
        await session.close();
      }
      return {};
    },

    backup: ({ address, partition }, signal) =>
      toldWork<FlashProgress, Awaited<ReturnType<BackupStore['keep']>>>(
        (tell, joined) =>
          at(address, joined, async (board) => {
            const part = partition === null ? null : await findPartition(board, partition, joined);
            return backups.keep(await board.backup(joined, clock.now(), part, tell));
          }),
        signal,
      ),

    restore: ({ address, id, otherBoard }, signal) =>
      toldWork<FlashProgress, Record<string, never>>(
        (tell, joined) =>
          at(address, joined, async (board) => {
            const { bytes } = await backups.read(id);
            await board.restore(bytes, joined, otherBoard, { onProgress: tell });
            return {};
          }),
        signal,
      ),

    eraseFlash: ({ address }, signal) =>
      toldWork<FlashProgress, Record<string, never>>(
        (_tell, joined) =>
          at(address, joined, async (board) => {
            await board.eraseFlash(joined);
            return {};
          }),
        signal,
      ),

    backups: async () => ({ items: await backups.list() }),
    backupFile: async ({ id }) => {
      const { fileName, bytes } = await backups.read(id);
      return { fileName, file: new Blob([new Uint8Array(bytes)], { type: 'application/zip' }) };
    },
    removeBackup: async ({ id }) => {
      await backups.remove(id);
      return {};
    },
  };
}
