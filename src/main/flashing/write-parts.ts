import { AppError, isAppError } from '../../shared/domain/app-error.ts';
import { chunkBytes, differences, type Stretch } from './differences.ts';
import { type BoardState, hex, isLineTrouble, throwIfCancelled, withBoardState } from './flash-errors.ts';
import { compress, type FlashPart, holds, md5Of } from './flash-part.ts';
import { type FlashProgress, ProgressMeter } from './progress.ts';
import type { LoaderSession } from './session.ts';
import { writeCompressed, writePlain } from './write-stretch.ts';

export interface WriteResult {
  /** On the flash, whether sent or found there; every one verified by an MD5 computed on the chip. */
  readonly verifiedBytes: number;
  /** Found on the flash and not sent. */
  readonly unchangedBytes: number;
  /** Compressed bytes sent, without framing. */
  readonly sentBytes: number;
  /** Times that the board had to be brought back. */
  readonly recoveries: number;
  /** bit/s at the end. */
  readonly baudRate: number;
}

const attemptsPerPart = 6;
const mismatchesPerPart = 3;

/**
 * Writes parts in the order given, only what differs, and verifies each by MD5 on the chip. After trouble on
 * the line the board is brought back and the work goes on with what is not right yet.
 */
export class PartsWriter {
  readonly #session: LoaderSession;
  readonly #parts: readonly FlashPart[];
  readonly #meter: ProgressMeter;
  #state: BoardState = 'untouched';
  #unchanged = 0;
  #sent = 0;
  #recoveries = 0;

  constructor(
    session: LoaderSession,
    parts: readonly FlashPart[],
    onProgress: (progress: FlashProgress) => void,
  ) {
    this.#session = session;
    this.#parts = parts;
    this.#meter = new ProgressMeter(
      parts.reduce((sum, part) => sum + part.bytes.length, 0),
      onProgress,
    );
  }

  /**
   * @throws AppError `flash.cancelled`, `flash.write-failed`, `flash.md5-mismatch`, `serial.disconnected`, ...; each with
   * `boardState`, a `BoardState`, in its data
   */
  async run(): Promise<WriteResult> {
    try {
      for (const [index, part] of this.#parts.entries()) {
        this.#compressAhead(index);
        await this.#writePart(part);
      }
    } catch (error) {
      throw withBoardState(error, this.#state);
    }
    return {
      verifiedBytes: this.#meter.done,
      unchangedBytes: this.#unchanged,
      sentBytes: this.#sent,
      recoveries: this.#recoveries,
      baudRate: this.#session.loader.link.line.baudRate,
    };
  }

  /** This part and the next are compressed while the board is asked what it has. */
  #compressAhead(index: number): void {
    if (!this.#session.loader.isStub) return;
    for (const part of this.#parts.slice(index, index + 2)) {
      compress(part.bytes, this.#session.blockBytes).catch(() => undefined);
    }
  }

  async #writePart(part: FlashPart): Promise<void> {
    const before = this.#meter.done;
    let mismatches = 0;
    for (let attempt = 1; ; attempt++) {
      try {
        this.#meter.setDone(before);
        await this.#writeDifferences(part, attempt === 1);
        return;
      } catch (error) {
        if (!isLineTrouble(error)) throw error;
        throwIfCancelled(this.#session.loader.signal);
        if (isAppError(error, 'flash.md5-mismatch') && ++mismatches >= mismatchesPerPart) throw error;
        if (attempt >= attemptsPerPart) throw failed(part, attempt, error);
        this.#recoveries++;
        await this.#session.recover();
      }
    }
  }

  async #writeDifferences(part: FlashPart, first: boolean): Promise<void> {
    const { loader } = this.#session;
    const stretches = await differences(loader, part);
    const toWrite = stretches.reduce((sum, { from, to }) => sum + to - from, 0);
    const unchanged = part.bytes.length - toWrite;
    if (first) this.#unchanged += unchanged;
    this.#meter.skip(unchanged);
    if (stretches.length === 0) return;
    this.#touch(part);
    let busyMs = 0;
    for (const stretch of stretches) busyMs = await this.#writeStretch(part, stretch);
    // Asking for the MD5 also waits until the last block is on the flash.
    if ((await loader.md5(part.offset, part.bytes.length, busyMs)) === md5Of(part.bytes)) {
      this.#settle(part);
      return;
    }
    throw new AppError(
      'flash.md5-mismatch',
      `The flash at ${hex(part.offset)} does not hold what was sent.`,
      {
        address: loader.link.line.address,
        offset: hex(part.offset),
      },
    );
  }

  async #writeStretch(part: FlashPart, { from, to }: Stretch): Promise<number> {
    const { loader, blockBytes } = this.#session;
    const bytes = part.bytes.subarray(from, to);
    const moved = (count: number): void => this.#meter.move(count);
    if (!loader.isStub) {
      await writePlain(loader, part.offset + from, bytes, moved);
      this.#sent += bytes.length;
      return 0;
    }
    const whole = bytes.length === part.bytes.length;
    const { blocks, expanded } = await compress(whole ? part.bytes : bytes, blockBytes);
    this.#sent += blocks.reduce((sum, block) => sum + block.length, 0);
    return await writeCompressed(
      loader,
      part.offset + from,
      bytes.length,
      { blocks, expanded },
      blockBytes,
      moved,
    );
  }

  #touch(part: FlashPart): void {
    const isBootLoader = holds(part, this.#session.loader.knownChip.bootLoaderOffset);
    this.#state = isBootLoader ? 'boot-loader-incomplete' : 'firmware-incomplete';
  }

  #settle(part: FlashPart): void {
    this.#state = part === this.#parts.at(-1) ? 'firmware-done' : 'firmware-incomplete';
  }
}

function failed(part: FlashPart, attempts: number, cause: unknown): AppError {
  return new AppError(
    'flash.write-failed',
    `Writing at ${hex(part.offset)} failed ${attempts} times.`,
    { offset: hex(part.offset), attempts },
    cause,
  );
}

/** An MD5 of erased flash of that many bytes; the same for every chunk. */
export function erasedMd5(bytes: number = chunkBytes): string {
  return md5Of(Buffer.alloc(bytes, 0xff));
}
