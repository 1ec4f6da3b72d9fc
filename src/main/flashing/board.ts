import { AppError } from '../../shared/domain/app-error.ts';
import type { Closable } from '../foundation/disposer.ts';
import type { SerialLine } from '../serial/serial-line.ts';
import { type FlashBackup, packBackup, unpackBackup } from './backup.ts';
import { blink } from './blink.ts';
import type { BootReport } from './boot-watch.ts';
import type { ChipName } from './chips/chip.ts';
import { type FirmwareOnBoard, readFirmware } from './firmware-on-board.ts';
import { throwIfCancelled } from './flash-errors.ts';
import { arrangeParts, type FlashPart, sectorBytes } from './flash-part.ts';
import { readRegion, readUsed } from './flash-reader.ts';
import { words } from './protocol.ts';
import { type FlashProgress, ProgressMeter } from './progress.ts';
import { restart } from './restart.ts';
import { LoaderSession, type SessionOptions } from './session.ts';
import { timeoutFor } from './timings.ts';
import { PartsWriter, type WriteResult } from './write-parts.ts';
import { eraseByRom } from './write-stretch.ts';
import { eraseUncovered, restoreParts } from './restore.ts';

/** Who the board is, as told by its boot loader. */
export interface BoardFacts {
  readonly chip: ChipName;
  readonly description: string;
  readonly revision: string;
  /** `AA:BB:CC:DD:EE:FF`; empty in secure download mode. */
  readonly mac: string;
  /** Null where the flash chip does not tell its size. */
  readonly flashBytes: number | null;
  readonly crystalMhz: number | null;
  readonly secureBoot: boolean | null;
  readonly flashEncryption: boolean | null;
  readonly secureDownload: boolean;
  readonly bootLoaderOffset: number;
  readonly usesStub: boolean;
  readonly baudRate: number;
}

export interface WriteOptions {
  readonly onProgress?: (progress: FlashProgress) => void;
  /** Refuses another family before anything is touched. */
  readonly chip?: ChipName;
}

type Told = (progress: FlashProgress) => void;
const nobody: Told = () => undefined;

/**
 * A board in its boot loader. One thing at a time; each may be cancelled by its signal at any moment, which
 * leaves the board where it can be written again. Trouble on the line is dealt with inside: what is thrown is
 * final. Errors of a write carry `boardState`.
 */
export class Board implements Closable {
  readonly #session: LoaderSession;

  constructor(session: LoaderSession) {
    this.#session = session;
  }

  get facts(): BoardFacts {
    const { loader, facts, flashBytes } = this.#session;
    const chip = loader.knownChip;
    return {
      chip: chip.name,
      description: facts.description || chip.name,
      revision: facts.revision,
      mac: facts.mac,
      flashBytes,
      crystalMhz: facts.crystalMhz,
      secureBoot: facts.secureBoot,
      flashEncryption: facts.flashEncryption,
      secureDownload: loader.secureDownload,
      bootLoaderOffset: chip.bootLoaderOffset,
      usesStub: loader.isStub,
      baudRate: loader.link.line.baudRate,
    };
  }

  /** What is on the flash: partition table, application, boot loader. */
  async firmware(signal: AbortSignal): Promise<FirmwareOnBoard> {
    return await this.#work(signal, () =>
      readFirmware(this.facts.bootLoaderOffset, (offset, bytes) => readRegion(this.#session, offset, bytes)),
    );
  }

  /** @throws AppError `flash.read-failed`, `flash.secure-download`, `flash.unsupported`, `flash.cancelled`, ... */
  async read(offset: number, bytes: number, signal: AbortSignal, onProgress: Told = nobody): Promise<Buffer> {
    return await this.#work(signal, () =>
      readRegion(this.#session, offset, bytes, new ProgressMeter(bytes, onProgress)),
    );
  }

  /** MD5 of a region, computed on the chip; 32 hexadecimal digits. */
  async md5(offset: number, bytes: number, signal: AbortSignal): Promise<string> {
    return await this.#work(signal, () => {
      this.#session.refuseSecureDownload();
      return this.#session.loader.md5(offset, bytes);
    });
  }

  /**
   * Writes what differs and verifies all of it. The boot loader comes last.
   *
   * @throws AppError before anything is touched: `flash.layout`, `flash.wrong-chip`, `flash.secure-download`,
   * `flash.encrypted-flash`, `flash.secure-boot`; later, with `boardState`: `flash.write-failed`,
   * `flash.md5-mismatch`, `flash.cancelled`, `serial.disconnected`, ...
   */
  async write(
    parts: readonly FlashPart[],
    signal: AbortSignal,
    options: WriteOptions = {},
  ): Promise<WriteResult> {
    this.#refuseWriting(options.chip);
    const arranged = arrangeParts(parts, this.facts.bootLoaderOffset, this.facts.flashBytes);
    const writer = new PartsWriter(this.#session, arranged, options.onProgress ?? nobody);
    return await this.#work(signal, () => writer.run());
  }

  /** Whole sectors. @throws AppError `flash.layout` and what a write throws */
  async eraseRegion(offset: number, bytes: number, signal: AbortSignal): Promise<void> {
    this.#refuseWriting();
    if (offset % sectorBytes !== 0 || bytes % sectorBytes !== 0) {
      throw new AppError('flash.layout', 'Only whole sectors can be erased.', {
        offset,
        bytes,
        flashBytes: this.facts.flashBytes ?? 0,
        reason: 'unaligned',
      });
    }
    await this.#work(signal, () => this.#erase(offset, bytes));
  }

  /** Takes up to two minutes. */
  async eraseFlash(signal: AbortSignal): Promise<void> {
    this.#refuseWriting();
    const { loader } = this.#session;
    await this.#work(signal, async () => {
      if (!loader.isStub) return await this.#erase(0, this.facts.flashBytes ?? 0);
      await loader.command('eraseFlash', Buffer.alloc(0), { timeoutMs: loader.timings.chipErase });
    });
  }

  /**
   * The used part of the whole flash, or of one partition, with the identity of the board; a zip file.
   * @param partition what to read in place of everything
   */
  async backup(
    signal: AbortSignal,
    nowMs: number,
    partition: { readonly name: string; readonly offset: number; readonly bytes: number } | null = null,
    onProgress: Told = nobody,
  ): Promise<Buffer> {
    const { chip, revision, mac, flashBytes } = this.facts;
    const region = partition ?? { offset: 0, bytes: flashBytes ?? 0 };
    return await this.#work(signal, async () => {
      const meter = new ProgressMeter(region.bytes, onProgress);
      const pieces = await readUsed(this.#session, region.offset, region.bytes, meter);
      return await packBackup({
        createdMs: nowMs,
        chip,
        revision,
        mac,
        flashBytes: flashBytes ?? region.offset + region.bytes,
        partition: partition?.name ?? null,
        region: { offset: region.offset, bytes: region.bytes },
        pieces,
      });
    });
  }

  /**
   * Puts a backup back: its pieces are written where they differ, everything else of its region is erased.
   *
   * @param otherBoard true lets a backup of another board of the same chip and size be written
   * @throws AppError `flash.backup-damaged`, `flash.backup-other-board`, and what a write throws
   */
  async restore(
    file: Buffer,
    signal: AbortSignal,
    otherBoard = false,
    options: WriteOptions = {},
  ): Promise<WriteResult> {
    this.#refuseWriting();
    const backup = await unpackBackup(file);
    this.#refuseOther(backup, otherBoard);
    const parts = restoreParts(backup);
    const arranged = arrangeParts(parts, this.facts.bootLoaderOffset, this.facts.flashBytes);
    const writer = new PartsWriter(this.#session, arranged, options.onProgress ?? nobody);
    return await this.#work(signal, async () => {
      await eraseUncovered(this.#session, backup, (offset, bytes) => this.#erase(offset, bytes));
      return await writer.run();
    });
  }

  /** Lets its LED flash; pins default to those of common boards. */
  async blink(seconds: number, signal: AbortSignal, pins?: readonly number[]): Promise<void> {
    await this.#work(signal, () => blink(this.#session.loader, seconds, pins));
  }

  /** Into the program; resolves when it has said that it starts, or when it should have. */
  async restart(signal: AbortSignal): Promise<BootReport> {
    this.#session.loader.signal = signal;
    this.#session.disturbed = true;
    return await restart(this.#session.loader);
  }

  /** Lets go of the line, which stays open for its owner; the board stays as it is. */
  close(): Promise<void> {
    this.#session.loader.link.release();
    return Promise.resolve();
  }

  /** Brings the board back first where earlier work ended early. */
  async #work<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    throwIfCancelled(signal);
    this.#session.loader.signal = signal;
    if (this.#session.disturbed) await this.#session.recover();
    try {
      return await work();
    } catch (error) {
      this.#session.disturbed = true;
      throw error;
    }
  }

  async #erase(offset: number, bytes: number): Promise<void> {
    const { loader } = this.#session;
    if (!loader.isStub) return await eraseByRom(loader, offset, bytes);
    await loader.command('eraseRegion', words(offset, bytes), {
      timeoutMs: timeoutFor(loader.timings, loader.timings.erasePerMebibyte, bytes),
    });
  }

  #refuseWriting(wanted?: ChipName): void {
    const { chip, flashEncryption, secureBoot } = this.facts;
    if (wanted !== undefined && wanted !== chip) {
      throw new AppError('flash.wrong-chip', `The board has an ${chip}, not an ${wanted}.`, {
        found: chip,
        expected: wanted,
      });
    }
    this.#session.refuseSecureDownload();
    if (flashEncryption === true)
      throw new AppError('flash.encrypted-flash', 'The flash is encrypted.', { chip });
    if (secureBoot === true)
      throw new AppError('flash.secure-boot', 'Only signed firmware starts.', { chip });
  }

  #refuseOther(backup: FlashBackup, otherBoard: boolean): void {
    const { chip, mac, flashBytes } = this.facts;
    const same = backup.chip === chip && (backup.partition !== null || backup.flashBytes === flashBytes);
    if (same && (otherBoard || backup.mac === mac)) return;
    throw new AppError('flash.backup-other-board', 'The backup is of another board.', {
      expected: `${backup.chip} ${backup.mac}`,
      found: `${chip} ${mac}`,
    });
  }
}

/**
 * Brings the board on a line into its boot loader. The line stays its owner's: close the board first.
 *
 * @throws AppError `flash.no-sync`, `flash.wrong-boot-mode`, `flash.send-path-down`, `flash.unknown-chip`,
 * `flash.stub-failed`, `flash.no-answer`, `flash.cancelled`, `serial.disconnected`
 */
export async function openBoard(
  line: SerialLine,
  options: SessionOptions,
  signal: AbortSignal,
): Promise<Board> {
  const session = new LoaderSession(line, options, signal);
  try {
    await session.start();
    return new Board(session);
  } catch (error) {
    session.loader.link.release();
    throw error;
  }
}
