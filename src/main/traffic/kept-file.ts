import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { keptTraffic } from '../../shared/contract/traffic.ts';
import type { KeptTraffic } from '../../shared/contract/traffic.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { isMissing, writeFileAtomically } from '../foundation/atomic-file.ts';

const version = 1;
const fileForm = z.looseObject({ version: z.number().int().min(1), kept: z.unknown() });

const nothingKept: KeptTraffic = { profiles: [], bookmarks: [], templates: [], history: [] };

/**
 * Reads what is kept; nothing where there is no file.
 *
 * @throws AppError `traffic.file-unreadable`, also for one that a newer version wrote: it must not be replaced
 */
export async function readKept(path: string): Promise<KeptTraffic> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return nothingKept;
    throw unreadable(path, 'refused', error);
  }
  let found: z.infer<typeof fileForm>;
  try {
    found = fileForm.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(path, 'damaged', error);
  }
  if (found.version > version) throw unreadable(path, 'newer');
  const kept = keptTraffic.safeParse(found.kept);
  if (!kept.success) throw unreadable(path, 'damaged', kept.error);
  return kept.data;
}

/** @throws AppError `file.unwritable` */
export async function writeKept(path: string, kept: KeptTraffic): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFileAtomically(path, `${JSON.stringify({ version, kept }, undefined, 2)}\n`);
  } catch (error) {
    throw new AppError('file.unwritable', `${path} cannot be written.`, { file: path }, error);
  }
}

function unreadable(path: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    'traffic.file-unreadable',
    `The file with profiles, bookmarks and templates (${path}) cannot be read: ${reason}.`,
    { path, reason },
    cause,
  );
}
