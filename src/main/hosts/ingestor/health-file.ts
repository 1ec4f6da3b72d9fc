import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomically } from '../../foundation/atomic-file.ts';

/** Written by the running ingestor, read by the container's health check, which is a process of its own. */
const health = z.object({ atMs: z.number(), connected: z.boolean(), stalled: z.boolean() });
export type IngestorHealth = z.infer<typeof health>;

const staleMs = 30_000;

export function writeHealth(path: string, state: IngestorHealth): Promise<void> {
  return writeFileAtomically(path, JSON.stringify(state));
}

/** Healthy: connected to the broker, the database takes rows, and both were so a moment ago. */
export async function isHealthy(path: string, nowMs: number): Promise<boolean> {
  try {
    const { atMs, connected, stalled } = health.parse(JSON.parse(await readFile(path, 'utf8')));
    return connected && !stalled && nowMs - atMs < staleMs;
  } catch {
    return false;
  }
}
