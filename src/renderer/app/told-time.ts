import { useSyncExternalStore } from 'react';

const everyMs = 1_000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let toldMs = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    toldMs = Date.now();
    timer = setInterval(() => {
      toldMs = Date.now();
      for (const told of listeners) told();
    }, everyMs);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/**
 * A text that counts on with time. It is asked for each second, and who shows it is drawn again only when it reads
 * differently: of many ages on a screen most stay as they are.
 *
 * @param text from the time, epoch milliseconds
 */
export function useToldTime(text: (nowMs: number) => string): string {
  return useSyncExternalStore(subscribe, () => text(timer === undefined ? Date.now() : toldMs));
}
