import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recording } from '../../shared/contract/traffic-parts.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { isMissing } from '../foundation/atomic-file.ts';
import { writeFailure } from './recorder.ts';
import { readRecordingLine } from './recording-line.ts';

export const recordingSuffix = '.ndjson';
const nameForm = /^[\w.-]{1,120}\.ndjson$/u;
const firstLineBytes = 65_536;

/** A recording as the file alone tells of it. */
export type RecordingFile = Pick<Recording, 'name' | 'bytes' | 'startedMs'>;

/** The folder `recordings/`: one file for each recording. Files that are no recordings are left alone. */
export class RecordingFolder {
  readonly path: string;
  /** When a recording began is read from its first line once, unless the file changed. */
  readonly #known = new Map<string, RecordingFile & { readonly mtimeMs: number }>();

  constructor(path: string) {
    this.path = path;
  }

  /** @throws AppError `file.unwritable` */
  async ready(): Promise<void> {
    try {
      await mkdir(this.path, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw writeFailure(error, this.path);
    }
  }

  /** Newest first. @throws AppError `file.unreadable` */
  async list(): Promise<readonly RecordingFile[]> {
    let names: readonly string[];
    try {
      names = await readdir(this.path);
    } catch (error) {
      if (isMissing(error)) return [];
      throw new AppError('file.unreadable', `${this.path} cannot be read.`, { file: this.path }, error);
    }
    const files: RecordingFile[] = [];
    for (const name of names.filter((name) => nameForm.test(name))) {
      const file = await this.#file(name);
      if (file !== undefined) files.push(file);
    }
    return files.toSorted((a, b) => b.startedMs - a.startedMs || a.name.localeCompare(b.name));
  }

  /** @throws AppError `traffic.recording-unknown`, also for what is no plain file */
  async find(name: string): Promise<RecordingFile> {
    const file = nameForm.test(name) ? await this.#file(name) : undefined;
    if (file !== undefined) return file;
    throw new AppError('traffic.recording-unknown', 'There is no such recording.', { name });
  }

  /** A name that is free, taken by an empty file. @throws AppError `file.unwritable`, `traffic.disk-full` */
  async take(wanted: string): Promise<string> {
    const base =
      wanted
        .replace(/\.ndjson$/iu, '')
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
        .replace(/[^\w.-]+/gu, '-')
        .replace(/^[.-]+|[.-]+$/gu, '')
        .slice(0, 100) || 'recording';
    for (let number = 1; ; number++) {
      const name = `${number === 1 ? base : `${base}-${number}`}${recordingSuffix}`;
      try {
        await (await open(this.at(name), 'wx', 0o600)).close();
        return name;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
          throw writeFailure(error, this.at(name));
      }
    }
  }

  /** Gives a finished file the name that is wanted, or one like it. */
  async adopt(path: string, wanted: string): Promise<string> {
    const name = await this.take(wanted);
    await rename(path, this.at(name));
    return name;
  }

  async remove(name: string): Promise<void> {
    await rm(this.at(name), { force: true });
  }

  at(name: string): string {
    return join(this.path, name);
  }

  async #file(name: string): Promise<RecordingFile | undefined> {
    const facts = await lstat(this.at(name)).catch(() => undefined);
    if (facts?.isFile() !== true) {
      this.#known.delete(name);
      return undefined;
    }
    const { size: bytes, mtimeMs } = facts;
    const known = this.#known.get(name);
    if (known?.bytes === bytes && known.mtimeMs === mtimeMs) return known;
    const file = { name, bytes, mtimeMs, startedMs: (await firstTime(this.at(name))) ?? mtimeMs };
    this.#known.set(name, file);
    return file;
  }
}

async function firstTime(path: string): Promise<number | undefined> {
  let text = '';
  try {
    for await (const chunk of createReadStream(path, { end: firstLineBytes - 1 }))
      text += (chunk as Buffer).toString('utf8');
  } catch {
    return undefined;
  }
  const first = readRecordingLine(text.split('\n', 1)[0] ?? '');
  return typeof first === 'string' ? undefined : first.timeMs;
}
