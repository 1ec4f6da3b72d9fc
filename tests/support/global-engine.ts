import { ensureEngine, hasEngine, succeeds } from './container-engine.ts';
import { ingestorImage } from './stack-images.ts';

/** One container engine for all files of a run: they go on side by side, and none may end it under another. */
export default async function setUp(): Promise<() => Promise<void>> {
  if (!hasEngine) return () => Promise.resolve();
  const stopEngine = await ensureEngine();
  return async () => {
    await succeeds('docker', ['image', 'rm', ingestorImage()]);
    await stopEngine();
  };
}
