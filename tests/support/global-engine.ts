import { ensureEngine, hasEngine } from './container-engine.ts';

/** One container engine for all files of a run: they go on side by side, and none may end it under another. */
export default async function setUp(): Promise<() => Promise<void>> {
  return hasEngine ? ensureEngine() : () => Promise.resolve();
}
