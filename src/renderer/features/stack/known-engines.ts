import { create } from 'zustand';
import { persist } from 'zustand/middleware';

interface KnownEngines {
  /** Addresses that the person added, newest last; never one with a password. */
  readonly addresses: readonly string[];
  add: (address: string) => void;
  remove: (address: string) => void;
}

/** Remembered by this browser or window: the application itself keeps only the engine that is chosen. */
export const useKnownEngines = create<KnownEngines>()(
  persist(
    (set) => ({
      addresses: [],
      add: (address) =>
        set(({ addresses }) => ({
          addresses: [...addresses.filter((other) => other !== address), address].slice(-10),
        })),
      remove: (address) =>
        set(({ addresses }) => ({ addresses: addresses.filter((other) => other !== address) })),
    }),
    { name: 'datayoti.engines' },
  ),
);
