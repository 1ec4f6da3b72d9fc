import { basename, join } from 'node:path';
import { ZipFile } from 'yazl';
import { AppError } from '../../../shared/domain/app-error.ts';
import { writeFileAtomically } from '../../foundation/atomic-file.ts';
import type { Clock } from '../../foundation/clock.ts';
import { chipFamily, type PlacedPart } from '../images/index.ts';
import {
  packageFromFiles,
  packageFromParts,
  packageFromUrl,
  type FirmwarePackage,
} from './firmware-package.ts';
import { FirmwareShelf, unreadable, type StoredFirmware } from './firmware-shelf.ts';
import { admitToBoard, inspectFirmware, type BoardFacts, type FirmwareFacts } from './gatekeeper.ts';
import { largestPackageBytes } from './limits.ts';
import { readFolder, readLimited, readZip } from './package-files.ts';
import { storedForm } from './stored-form.ts';

/** What is to be written to a board, checked against it. */
export interface AdmittedFirmware {
  readonly firmware: StoredFirmware;
  readonly parts: readonly PlacedPart[];
  readonly facts: FirmwareFacts;
}

/**
 * Firmware that can be written without a network: one folder for each content hash, with a manifest in ESP Web
 * Tools' format and the parts that it names. What the gatekeeper refuses never gets in.
 */
export class FirmwareLibrary {
  readonly #shelf: FirmwareShelf;

  /** @param folder of its own under the data folder; made when it is first needed */
  constructor(folder: string, clock: Clock) {
    this.#shelf = new FirmwareShelf(folder, clock);
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
    const all = await Promise.all(
      (await this.#shelf.ids()).map((id) => this.#shelf.read(id).catch(() => undefined)),
    );
    return all
      .filter((entry) => entry !== undefined)
      .toSorted((a, b) => b.importedMs - a.importedMs || a.name.localeCompare(b.name));
  }

  /** Ids of which the description is not readable any more; they can be removed. */
  async damaged(): Promise<readonly string[]> {
    const readable = new Set((await this.list()).map((entry) => entry.id));
    return (await this.#shelf.ids()).filter((id) => !readable.has(id));
  }

  /**
   * The parts for a board. Everything is read and checked once more, since files on disk do rot.
   *
   * @throws AppError `firmware.unknown-bundle`, `.library-damaged`, `.wrong-chip`, `.revision-unsupported`,
   *   `.exceeds-flash`
   */
  async admit(id: string, board: BoardFacts): Promise<AdmittedFirmware> {
    const firmware = await this.#shelf.read(id);
    const manifest = await this.#shelf.manifest(id);
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
      parts.push({ name: basename(path), offset, bytes: await this.#shelf.part(id, path, build) });
    }
    const facts = inspectFirmware(family, parts, build.minChipRev ?? 0);
    admitToBoard({ name: firmware.name, chip: family.name, facts }, board);
    return { firmware, parts, facts };
  }

  /** @throws AppError `firmware.unknown-bundle` */
  remove(id: string): Promise<void> {
    return this.#shelf.remove(id);
  }

  /**
   * The package as a zip file; equal firmware gives equal bytes, and importing it gives the same id again.
   *
   * @throws AppError `firmware.unknown-bundle`, `firmware.library-damaged`
   */
  async archive(id: string): Promise<{ readonly fileName: string; readonly bytes: Uint8Array }> {
    const { name, version } = await this.#shelf.read(id);
    const manifest = await this.#shelf.manifest(id);
    const zip = new ZipFile();
    const facts = { mtime: new Date(Date.UTC(1980, 0, 1)), mode: 0o100644, forceDosTimestamp: true };
    zip.addBuffer(Buffer.from(await this.#shelf.manifestText(id)), 'manifest.json', facts);
    for (const build of manifest.builds)
      for (const { path } of build.parts)
        zip.addBuffer(Buffer.from(await this.#shelf.part(id, path, build)), path, facts);
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
    return this.#shelf.keep(form);
  }
}
