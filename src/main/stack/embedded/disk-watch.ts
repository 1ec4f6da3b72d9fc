import { statfs } from 'node:fs/promises';
import { diskLevel, type DiskSpace } from '../../../shared/domain/disk-level.ts';
import type { Log } from '../../foundation/log.ts';

/** The room on the disk that the database lies on. */
export class DiskWatch {
  readonly #log: Log;
  readonly #spaceOf: (folder: string) => Promise<DiskSpace>;
  #space: DiskSpace | null = null;

  /** @param spaceOf the system's own answer unless given */
  constructor(log: Log, spaceOf: (folder: string) => Promise<DiskSpace> = diskSpace) {
    this.#log = log;
    this.#spaceOf = spaceOf;
  }

  /** As it was measured last. */
  get space(): DiskSpace | null {
    return this.#space;
  }

  /** Tells the log when it gets short; once, until it is something else. @throws the errors of the file system */
  async measure(folder: string): Promise<void> {
    const before = this.#space === null ? 'ok' : diskLevel(this.#space);
    this.#space = await this.#spaceOf(folder);
    const level = diskLevel(this.#space);
    if (level === before || level === 'ok') return;
    const facts = { folder, ...this.#space };
    if (level === 'critical') this.#log.error('the disk of the database is nearly full', facts);
    else this.#log.warn('the disk of the database gets full', facts);
  }
}

/** What an ordinary account may still write on the disk of a folder, and how large that disk is. */
async function diskSpace(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
