import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';

export interface TarFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export type TarEntry =
  | { readonly kind: 'file'; readonly content: Buffer }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'other' };

const folderMode = 0o755;
const largestFileBytes = 64 * 1024 * 1024;

/** A tar archive of these folders (of root, open to all) and then these files, paths without a leading slash. */
export async function tarOf(files: readonly TarFile[], folders: readonly string[] = []): Promise<Buffer> {
  const archive = pack();
  const whole = buffer(archive);
  for (const folder of folders)
    archive.entry({ name: `${relative(folder)}/`, type: 'directory', mode: folderMode, uid: 0, gid: 0 });
  for (const { path, content, mode = 0o644, uid = 0, gid = 0 } of files)
    archive.entry({ name: relative(path), mode, uid, gid }, Buffer.from(content));
  archive.finalize();
  return whole;
}

/** The folders above these files, outermost first, without `/`. */
export function foldersAbove(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const path of paths)
    for (let at = posix.dirname(posix.normalize(path)); at !== '/' && at !== '.'; at = posix.dirname(at))
      folders.add(at);
  return [...folders].sort((left, right) => left.length - right.length);
}

/** The first entry of an archive, as the engine sends it for one path. */
export async function firstEntry(archive: Readable): Promise<TarEntry | undefined> {
  const reader = extract();
  archive.once('error', (error) => reader.destroy(error));
  archive.pipe(reader);
  try {
    for await (const entry of reader) {
      const { type, linkname, size } = entry.header;
      if (type === 'symlink') return { kind: 'link', to: linkname ?? '' };
      if (type !== 'file' || size > largestFileBytes) return { kind: 'other' };
      const parts: Buffer[] = [];
      for await (const part of entry as AsyncIterable<Buffer>) parts.push(part);
      return { kind: 'file', content: Buffer.concat(parts) };
    }
    return undefined;
  } finally {
    archive.destroy();
    reader.destroy();
  }
}

function relative(path: string): string {
  return posix.normalize(path).replace(/^\/+/u, '');
}
