import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { secretsFolder, serviceOf, type ComposeProject } from '../compose/index.ts';
import type { ContainerFile } from '../engine/docker-engine.ts';

/** A file beside compose.yaml; `owner` is the uid and gid that it has inside a container. */
export interface StackFile {
  readonly content: Uint8Array;
  readonly mode: number;
  readonly owner: number;
}

/** By path relative to the folder of compose.yaml, with slashes: `mosquitto/laptop.conf`, `secrets/pg_password`. */
export type StackFiles = ReadonlyMap<string, StackFile>;

export const composeFileName = 'compose.yaml';
const readable = 0o444;
const root = 0;

/** All that is shipped beside compose.yaml. */
export async function readShippedFiles(folder: string): Promise<StackFiles> {
  const files = new Map<string, StackFile>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((item) => item.isFile())) {
    const full = join(entry.parentPath, entry.name);
    const path = relative(folder, full).split(sep).join('/');
    if (path !== composeFileName)
      files.set(path, { content: await readFile(full), mode: readable, owner: root });
  }
  return files;
}

export function textFile(text: string, options: Partial<Omit<StackFile, 'content'>> = {}): StackFile {
  return { content: Buffer.from(text), mode: options.mode ?? readable, owner: options.owner ?? root };
}

/**
 * What Compose would mount into a service as files, to be laid into its container instead: an engine on another
 * machine has no folder of ours.
 *
 * @throws AppError `docker.files-missing`
 */
export function filesOfService(
  project: ComposeProject,
  name: string,
  files: StackFiles,
): readonly ContainerFile[] {
  const service = serviceOf(project, name);
  const mounted = service.volumes.flatMap((mount) =>
    mount.kind === 'file' ? laidAt(files, mount.path, mount.target) : [],
  );
  const secrets = service.secrets.flatMap((secret) =>
    laidAt(
      files,
      (project.file.secrets[secret]?.file ?? '').replace(/^\.\//, ''),
      `${secretsFolder}/${secret}`,
    ),
  );
  return [...mounted, ...secrets];
}

/** Reloaded by their service, or different at each start; a change of them needs no new container. */
const changesByItself = /^(?:secrets|mosquitto\/tls|mosquitto\/client)\/|^mosquitto\/(?:passwords|acl)$/;

/** Names what the files of a service say, so that a later version of them is seen; nothing secret goes into it. */
export function filesMark(project: ComposeProject, name: string, files: StackFiles): string {
  const hash = createHash('sha256');
  for (const mount of serviceOf(project, name).volumes) {
    if (mount.kind !== 'file') continue;
    const own = [...files].filter(([path]) => path === mount.path || path.startsWith(`${mount.path}/`));
    for (const [path, { content }] of own.toSorted(([a], [b]) => (a < b ? -1 : 1)))
      if (!changesByItself.test(path)) hash.update(path).update('\0').update(content).update('\0');
  }
  return hash.digest('hex');
}

function laidAt(files: StackFiles, path: string, target: string): readonly ContainerFile[] {
  const alone = files.get(path);
  if (alone !== undefined) return [inContainer(alone, target)];
  const below = [...files].filter(([other]) => other.startsWith(`${path}/`));
  if (below.length === 0)
    throw new AppError('docker.files-missing', `The stack needs ${path}, which is not there.`, { path });
  return below.map(([other, file]) => inContainer(file, `${target}${other.slice(path.length)}`));
}

function inContainer({ content, mode, owner }: StackFile, path: string): ContainerFile {
  return { path, content, mode, uid: owner, gid: owner };
}
