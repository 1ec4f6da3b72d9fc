import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../../shared/domain/app-error.ts';
import { isMissing, writeFileAtomically } from '../../foundation/atomic-file.ts';
import type { Clock } from '../../foundation/clock.ts';
import { sha256Of } from './firmware-package.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import type { StoredForm } from './stored-form.ts';

export interface StoredFirmware {
  /** Content hash, SHA-256 in hexadecimal. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly nvsSchema: number | null;
  /** Epoch milliseconds; when it first came. */
  readonly importedMs: number;
  readonly bytes: number;
  readonly builds: readonly {
    readonly chip: string;
    readonly parts: readonly { readonly path: string; readonly offset: number; readonly size: number }[];
  }[];
}

/** A crash leaves at most this behind; older than an hour, nobody is still writing to it. */
const incomingPrefix = '.incoming-';
const abandonedAfterMs = 3_600_000;

/** The folder of the library: one folder for each content hash, each of which is there whole or not at all. */
export class FirmwareShelf {
  readonly #folder: string;
  readonly #clock: Clock;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Puts a package in its place unless it is there already. */
  async keep(form: StoredForm): Promise<StoredFirmware> {
    await this.#clearAbandoned();
    if (!(await this.#isWhole(form))) await this.#store(form);
    return this.read(form.id);
  }

  /** @throws AppError `firmware.unknown-bundle` */
  async remove(id: string): Promise<void> {
    await stat(this.#place(id)).catch((error: unknown) => {
      throw isMissing(error) ? unknown(id) : error;
    });
    // Out of sight at once, so that a crash in between leaves no half of it.
    const going = this.#incoming();
    await rename(this.#place(id), going);
    await rm(going, { recursive: true, force: true });
  }

  async #isWhole(form: StoredForm): Promise<boolean> {
    try {
      for (const [path, bytes] of form.files) {
        const stored = await readFile(join(this.#place(form.id), path));
        if (!stored.equals(bytes)) return false;
      }
      await this.read(form.id);
      return true;
    } catch {
      return false;
    }
  }

  /** Written beside, then put in place by one rename: there is all of it or nothing. */
  async #store(form: StoredForm): Promise<void> {
    const incoming = this.#incoming();
    try {
      await mkdir(incoming, { recursive: true, mode: 0o700 });
      for (const [path, bytes] of form.files) {
        await mkdir(dirname(join(incoming, path)), { recursive: true, mode: 0o700 });
        await writeFileAtomically(join(incoming, path), bytes);
      }
      await writeFileAtomically(join(incoming, 'manifest.json'), form.manifest);
      await writeFileAtomically(
        join(incoming, 'imported.json'),
        JSON.stringify({ importedMs: this.#clock.now() }),
      );
      // What was there before is damaged, or the same: either way the new one may take its place.
      await rm(this.#place(form.id), { recursive: true, force: true });
      await rename(incoming, this.#place(form.id));
    } catch (error) {
      await rm(incoming, { recursive: true, force: true });
      // Another import of the same content was faster.
      if (!(await this.#isWhole(form))) throw error;
    }
  }

  /** @throws AppError `firmware.unknown-bundle`, `firmware.library-damaged` */
  async read(id: string): Promise<StoredFirmware> {
    const manifest = await this.manifest(id);
    const builds = manifest.builds.map((build) => ({
      chip: build.chipFamily,
      parts: build.parts.map(({ path, offset, size = 0 }) => ({ path, offset, size })),
    }));
    return {
      id,
      name: manifest.name,
      version: manifest.version,
      nvsSchema: manifest.nvsSchema,
      importedMs: await this.#importedMs(id),
      bytes: builds.flatMap((build) => build.parts).reduce((sum, part) => sum + part.size, 0),
      builds,
    };
  }

  async #importedMs(id: string): Promise<number> {
    try {
      const text = await readFile(join(this.#place(id), 'imported.json'), 'utf8');
      const { importedMs } = JSON.parse(text) as { importedMs?: unknown };
      return typeof importedMs === 'number' ? importedMs : 0;
    } catch {
      // Only the order of the list hangs on it.
      return 0;
    }
  }

  /** The manifest that is the id. @throws AppError `firmware.unknown-bundle`, `firmware.library-damaged` */
  async manifest(id: string): Promise<Manifest> {
    return parseManifest(await this.manifestText(id));
  }

  async manifestText(id: string): Promise<string> {
    const path = join(this.#place(id), 'manifest.json');
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw isMissing(error) ? unknown(id) : damaged('manifest.json', error);
    });
    if (sha256Of(text) !== id) throw damaged('manifest.json');
    return text;
  }

  /** One file, checked against its hash. @throws AppError `firmware.library-damaged` */
  async part(id: string, path: string, build: Manifest['builds'][number]): Promise<Uint8Array> {
    const bytes = await readFile(join(this.#place(id), path)).catch((error: unknown) => {
      throw damaged(path, error);
    });
    const wanted = build.parts.find((part) => part.path === path)?.sha256;
    if (sha256Of(bytes) !== wanted) throw damaged(path);
    return new Uint8Array(bytes);
  }

  async ids(): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw unreadable(this.#folder, error);
    });
    return names.filter((name) => isId(name));
  }

  async #clearAbandoned(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#folder)) {
      if (!name.startsWith(incomingPrefix)) continue;
      const path = join(this.#folder, name);
      const facts = await stat(path).catch(() => undefined);
      if (facts !== undefined && this.#clock.now() - facts.mtimeMs > abandonedAfterMs)
        await rm(path, { recursive: true, force: true });
    }
  }

  #place(id: string): string {
    if (!isId(id)) throw unknown(id);
    return join(this.#folder, id);
  }

  #incoming(): string {
    return join(this.#folder, `${incomingPrefix}${randomBytes(6).toString('hex')}`);
  }
}

function isId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function unknown(id: string): AppError {
  return new AppError('firmware.unknown-bundle', 'This firmware is not in the library.', { id });
}

function damaged(part: string, cause?: unknown): AppError {
  return new AppError('firmware.library-damaged', `The stored file ${part} is damaged.`, { part }, cause);
}

export function unreadable(path: string, cause: unknown): AppError {
  return new AppError('file.unreadable', `${path} cannot be read.`, { path }, cause);
}
