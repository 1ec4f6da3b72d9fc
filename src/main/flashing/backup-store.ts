import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { backup as backupForm, type Backup } from '../../shared/contract/boards.ts';
import { parseMacAddress } from '../../shared/domain/mac-address.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { isMissing, writeFileAtomically } from '../foundation/atomic-file.ts';
import { unpackBackup } from './backup.ts';

const idForm = z.string().regex(/^[0-9a-f]{64}$/);

/** Backups of boards in one folder: `ID.zip` as it is handed out, and `ID.json` with what it says of itself. */
export class BackupStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws AppError `flash.backup-damaged` */
  async keep(file: Buffer): Promise<Backup> {
    const { createdMs, mac, chip, partition, flashBytes } = await unpackBackup(file);
    const sha256 = createHash('sha256').update(file).digest('hex');
    const parsed = parseMacAddress(mac);
    if (parsed === undefined) throw new AppError('flash.backup-damaged', 'The backup names no board.', {});
    const entry: Backup = {
      id: sha256,
      createdMs,
      mac: parsed,
      chip,
      partition,
      flashBytes,
      fileBytes: file.length,
      sha256,
    };
    // It holds the board's passwords.
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFileAtomically(this.#path(sha256, 'zip'), file);
    await writeFileAtomically(this.#path(sha256, 'json'), JSON.stringify(entry));
    return entry;
  }

  /** Newest first; what cannot be read is left out. */
  async list(): Promise<readonly Backup[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const entries = await Promise.all(
      names
        .filter((name) => name.endsWith('.json'))
        .map(async (name) => {
          const text = await readFile(join(this.#folder, name), 'utf8').catch(() => '');
          return parse(text);
        }),
    );
    return entries.filter((entry) => entry !== undefined).toSorted((a, b) => b.createdMs - a.createdMs);
  }

  /** @throws AppError `file.unreadable` */
  async read(id: string): Promise<{ readonly fileName: string; readonly bytes: Buffer }> {
    const path = this.#path(id, 'zip');
    try {
      const bytes = await readFile(path);
      const entry = parse(await readFile(this.#path(id, 'json'), 'utf8'));
      const board = entry?.mac.replaceAll(':', '') ?? id.slice(0, 12);
      const day = new Date(entry?.createdMs ?? 0).toISOString().slice(0, 10);
      return { fileName: `backup-${board}-${entry?.partition ?? 'flash'}-${day}.zip`, bytes };
    } catch (error) {
      throw new AppError('file.unreadable', 'That backup cannot be read.', { path }, error);
    }
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id, 'json'), { force: true });
    await rm(this.#path(id, 'zip'), { force: true });
  }

  /** @throws AppError `request.invalid` for what is no id, so that none can name another file */
  #path(id: string, ending: 'zip' | 'json'): string {
    if (!idForm.safeParse(id).success)
      throw new AppError('request.invalid', 'That is no backup.', { field: 'id' });
    return join(this.#folder, `${id}.${ending}`);
  }
}

function parse(text: string): Backup | undefined {
  try {
    return backupForm.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
