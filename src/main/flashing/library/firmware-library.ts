import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ZipFile } from 'yazl';
import { AppError } from '../../../shared/domain/app-error.ts';
import { isMissing, writeFileAtomically } from '../../foundation/atomic-file.ts';
import type { Clock } from '../../foundation/clock.ts';
import { chipFamily, type PlacedPart } from '../images/index.ts';
import {
  packageFromFiles,
  packageFromParts,
  packageFromUrl,
  sha256Of,
  type FirmwarePackage,
} from './firmware-package.ts';
import { admitToBoard, inspectFirmware, type BoardFacts, type FirmwareFacts } from './gatekeeper.ts';
import { largestPackageBytes } from './limits.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { readFolder, readLimited, readZip } from './package-files.ts';
import { storedForm, type StoredForm } from './stored-form.ts';

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

/** What is to be written to a board, checked against it. */
export interface AdmittedFirmware {
  readonly firmware: StoredFirmware;
  readonly parts: readonly PlacedPart[];
  readonly facts: FirmwareFacts;
}

/** A crash leaves at most this behind; older than an hour, nobody is still writing to it. */
const incomingPrefix = '.incoming-';
const abandonedAfterMs = 3_600_000;

/**
 * Firmware that can be written without a network: one folder for each content hash, with a manifest in ESP Web
 * Tools' format and the parts that it names. What the gatekeeper refuses never gets in.
 */
export class FirmwareLibrary {
  readonly #folder: string;
  readonly #clock: Clock;

  /** @param folder of its own under the data folder; made when it is first needed */
  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** @throws AppError `firmware.*` with the reason, `file.unreadable` */
  async importZip(path: string, signal?: AbortSignal): Promise<StoredFirmware> {
    const archive = await readLimited(path, largestPackageBytes).catch((error: unknown) => {
      throw error instanceof AppError ? error : unreadable(path, error);
    });
    return this.importArchive(archive, signal);
  }

  /** A zip file that is in memory already, as a page uploads it. */
  async importArchive(archive: Uint8Array, signal?: AbortSignal): Promise<StoredFirmware> {
    return this.#keep(await packageFromFiles(await readZip(archive, signal), signal), signal);
  }

  async importFolder(path: string, signal?: AbortSignal): Promise<StoredFirmware> {
    return this.#keep(await packageFromFiles(await readFolder(path, signal), signal), signal);
  }

  /** A manifest in ESP Web Tools' format; parts may lie on other hosts. */
  async importUrl(address: string, signal?: AbortSignal): Promise<StoredFirmware> {
    return this.#keep(await packageFromUrl(address, signal), signal);
  }

  /** Single `.bin` files, each with its offset. */
  async importParts(
    parts: readonly PlacedPart[],
    wish: Parameters<typeof packageFromParts>[1] = {},
  ): Promise<StoredFirmware> {
    return this.#keep(packageFromParts(parts, wish));
  }

  /** Newest first; what cannot be read is left out of it and named by `damaged()`. */
  async list(): Promise<readonly StoredFirmware[]> {
    const all = await Promise.all((await this.#ids()).map((id) => this.#read(id).catch(() => undefined)));
    return all
      .filter((entry) => entry !== undefined)
      .toSorted((a, b) => b.importedMs - a.importedMs || a.name.localeCompare(b.name));
  }

  /** Ids of which the description is not readable any more; they can be removed. */
  async damaged(): Promise<readonly string[]> {
    const readable = new Set((await this.list()).map((entry) => entry.id));
    return (await this.#ids()).filter((id) => !readable.has(id));
  }

  /**
   * The parts for a board. Everything is read and checked once more, since files on disk do rot.
   *
   * @throws AppError `firmware.unknown-bundle`, `.library-damaged`, `.wrong-chip`, `.revision-unsupported`,
   *   `.exceeds-flash`
   */
  async admit(id: string, board: BoardFacts): Promise<AdmittedFirmware> {
    const firmware = await this.#read(id);
    const manifest = await this.#manifest(id);
    const build = manifest.builds.find((entry) => entry.chipFamily === board.chip);
    const family = build === undefined ? undefined : chipFamily(build.chipFamily);
    if (build === undefined || family === undefined) {
      const found = manifest.builds.map((entry) => entry.chipFamily).join(', ');
      throw new AppError('firmware.wrong-chip', `${firmware.name} is for ${found}, not for ${board.chip}.`, {
        part: firmware.name,
        offset: null,
        found,
        expected: board.chip,
      });
    }
    const parts: PlacedPart[] = [];
    for (const { path, offset } of build.parts) {
      parts.push({ name: basename(path), offset, bytes: await this.#part(id, path, build) });
    }
    const facts = inspectFirmware(family, parts, build.minChipRev ?? 0);
    admitToBoard({ name: firmware.name, chip: family.name, facts }, board);
    return { firmware, parts, facts };
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

  /**
   * The package as a zip file; equal firmware gives equal bytes, and importing it gives the same id again.
   *
   * @throws AppError `firmware.unknown-bundle`, `firmware.library-damaged`
   */
  async archive(id: string): Promise<{ readonly fileName: string; readonly bytes: Uint8Array }> {
    const { name, version } = await this.#read(id);
    const manifest = await this.#manifest(id);
    const zip = new ZipFile();
    const facts = { mtime: new Date(Date.UTC(1980, 0, 1)), mode: 0o100644, forceDosTimestamp: true };
    zip.addBuffer(await readFile(join(this.#place(id), 'manifest.json')), 'manifest.json', facts);
    for (const build of manifest.builds)
      for (const { path } of build.parts)
        zip.addBuffer(Buffer.from(await this.#part(id, path, build)), path, facts);
    zip.end();
    const pieces: Buffer[] = [];
    for await (const piece of zip.outputStream) pieces.push(piece as Buffer);
    const plain = [name, version]
      .filter(Boolean)
      .join('-')
      .replace(/[^\p{L}\p{N}._-]+/gu, '-');
    return { fileName: `${plain}.zip`, bytes: new Uint8Array(Buffer.concat(pieces)) };
  }

  /** Writes the zip file into a folder, for example of a USB stick. @returns its path */
  async exportTo(id: string, folder: string): Promise<string> {
    const { fileName, bytes } = await this.archive(id);
    const path = join(folder, fileName);
    await writeFileAtomically(path, bytes, 0o644);
    return path;
  }

  async #keep(firmware: FirmwarePackage, signal?: AbortSignal): Promise<StoredFirmware> {
    const form = storedForm(firmware);
    signal?.throwIfAborted();
    await this.#clearAbandoned();
    if (!(await this.#isWhole(form))) await this.#store(form);
    return this.#read(form.id);
  }

  async #isWhole(form: StoredForm): Promise<boolean> {
    try {
      for (const [path, bytes] of form.files) {
        const stored = await readFile(join(this.#place(form.id), path));
        if (!stored.equals(bytes)) return false;
      }
      await this.#read(form.id);
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

  async #read(id: string): Promise<StoredFirmware> {
    const manifest = await this.#manifest(id);
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

  async #manifest(id: string): Promise<Manifest> {
    const path = join(this.#place(id), 'manifest.json');
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw isMissing(error) ? unknown(id) : damaged('manifest.json', error);
    });
    if (sha256Of(text) !== id) throw damaged('manifest.json');
    return parseManifest(text);
  }

  async #part(id: string, path: string, build: Manifest['builds'][number]): Promise<Uint8Array> {
    const bytes = await readFile(join(this.#place(id), path)).catch((error: unknown) => {
      throw damaged(path, error);
    });
    const wanted = build.parts.find((part) => part.path === path)?.sha256;
    if (sha256Of(bytes) !== wanted) throw damaged(path);
    return new Uint8Array(bytes);
  }

  async #ids(): Promise<readonly string[]> {
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

function unreadable(path: string, cause: unknown): AppError {
  return new AppError('file.unreadable', `${path} cannot be read.`, { path }, cause);
}
