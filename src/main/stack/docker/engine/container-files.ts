import { posix } from 'node:path';
import { firstEntry, foldersAbove, tarOf } from './tar-archive.ts';
import type { ContainerFile } from './docker-engine.ts';
import { answerMs, isMissing, namePath, type EngineRequests } from './engine-requests.ts';
import { StallWatch } from './stall-watch.ts';

const mostLinks = 8;

/** Lays files into a container that need not run; a folder that is there keeps its owner and mode. */
export async function putFilesInto(
  requests: EngineRequests,
  container: string,
  files: readonly ContainerFile[],
): Promise<void> {
  const path = archivePath(container);
  const missing: string[] = [];
  for (const folder of foldersAbove(files.map((file) => file.path)))
    if (missing.includes(posix.dirname(folder)) || !(await hasPath(requests, path, folder)))
      missing.push(folder);
  await requests.json({ method: 'PUT', path, query: { path: '/' }, file: await tarOf(files, missing) });
}

/** The content of one file, links followed; `undefined` where there is no file of that path. */
export async function fileFrom(
  requests: EngineRequests,
  container: string,
  path: string,
): Promise<Buffer | undefined> {
  let at = path;
  for (let links = 0; links <= mostLinks; links += 1) {
    const entry = await entryOf(requests, container, at);
    if (entry?.kind === 'file') return entry.content;
    if (entry?.kind !== 'link') return undefined;
    at = posix.resolve(posix.dirname(at), entry.to);
  }
  return undefined;
}

async function hasPath(requests: EngineRequests, archive: string, path: string): Promise<boolean> {
  try {
    await requests.json({ method: 'HEAD', path: archive, query: { path } });
    return true;
  } catch (error) {
    // 404 may also mean the container; then the archive is refused with the engine's words.
    if (isMissing(error)) return false;
    throw error;
  }
}

async function entryOf(
  requests: EngineRequests,
  container: string,
  path: string,
): ReturnType<typeof firstEntry> {
  const watch = new StallWatch(answerMs, undefined);
  try {
    const archive = await requests.stream({
      method: 'GET',
      path: archivePath(container),
      query: { path },
      signal: watch.signal,
    });
    return await firstEntry(archive);
  } catch (error) {
    // The engine says 404 for a container that is not there as well.
    if (isMissing(error) && /could not find the file|no such file/iu.test(String(error))) return undefined;
    throw requests.failure(error, watch.signal);
  } finally {
    watch.end();
  }
}

function archivePath(container: string): string {
  return `/containers/${namePath(container)}/archive`;
}
