import { rm, writeFile } from 'node:fs/promises';

/**
 * The container's health check only looks how old this file is: starting a program of ours every few seconds would
 * cost a Raspberry Pi more than the ingest itself.
 */
export function tellHealth(path: string, healthy: boolean): Promise<void> {
  return healthy ? writeFile(path, '') : rm(path, { force: true });
}
