import { sectorSize } from './flash-chip.ts';
import { Loader, type LoaderChip } from './loader.ts';
import { argument, command, stubError, type Request } from './loader-protocol.ts';
import type { WriteOutcome } from './flash-write.ts';

interface FlashRead {
  readonly offset: number;
  readonly length: number;
  readonly blockSize: number;
  readonly maxInFlight: number;
  sent: number;
  acknowledged: number;
}

/** Espressif's flasher stub, uploaded into RAM: two status bytes, fast, acknowledges a block before it is on flash. */
export class StubLoader extends Loader {
  #lastError = 0;
  #read: FlashRead | undefined;

  constructor(chip: LoaderChip) {
    super(chip);
    chip.registers.flashAttached = true;
  }

  /** Says that it runs. */
  start(): void {
    this.sendPacket(Buffer.from('OHAI', 'ascii'));
  }

  protected status(error: number): Uint8Array {
    return Uint8Array.of(error === 0 ? 0 : 1, error);
  }

  protected readonly syncValue = 0;

  protected own(request: Request): void {
    switch (request.command) {
      case command.memBegin:
      case command.memData:
      case command.memEnd:
      case command.spiAttach:
      case command.spiSetParams:
        return this.respond(request);
      case command.eraseFlash:
        this.chip.flash.erase(0, this.chip.flash.size);
        return this.respond(request);
      case command.eraseRegion:
        return this.#eraseRegion(request);
      case command.readFlash:
        return this.#startRead(request);
      case command.runUserCode:
        return this.chip.runFromFlash();
      default:
        return this.refuse(request);
    }
  }

  protected refuse(request: Request): void {
    this.respond(request, stubError.invalidCommand);
  }

  protected flashMd5(request: Request): void {
    if (!this.#fits(argument(request, 0), argument(request, 1)))
      return this.respond(request, stubError.spiFailed);
    this.respond(request, 0, 0, this.md5(request));
  }

  protected override raw(packet: Buffer): void {
    if (this.#read === undefined || packet.length !== 4) return;
    this.#read.acknowledged = packet.readUInt32LE(0);
    this.#sendBlocks(this.#read);
  }

  #fits(offset: number, length: number): boolean {
    return this.chip.flash.has(offset, length);
  }

  protected begin(request: Request, compressed: boolean): void {
    if (request.data.length < 16) return this.respond(request, stubError.badLength);
    if (!this.#fits(argument(request, 3), argument(request, 0)))
      return this.respond(request, stubError.spiFailed);
    this.#lastError = 0;
    this.beginWrite(request, { compressed, eraseFirst: false });
    this.respond(request);
  }

  /** The answer tells of this block's guards and of what became of the one before. */
  protected async data(request: Request): Promise<void> {
    const { write } = this;
    if (write === undefined) return this.respond(request, stubError.notInFlashMode);
    const payload = this.payload(request);
    if (payload === 'bad-length') return this.respond(request, stubError.badLength);
    if (payload === 'bad-checksum') return this.respond(request, stubError.checksum);
    this.respond(request, this.#lastError);
    if (this.#lastError === 0) this.#lastError = errorOf[await write.data(payload)];
  }

  protected end(request: Request): void {
    if (this.write === undefined) return this.respond(request, stubError.notInFlashMode);
    if (this.#lastError !== 0) return this.respond(request, this.#lastError);
    if (this.write.remaining > 0) return this.respond(request, stubError.notEnoughData);
    this.write.close();
    this.write = undefined;
    this.respond(request);
    if (argument(request, 0) === 0) this.chip.reboot();
  }

  #eraseRegion(request: Request): void {
    const [offset, length] = [argument(request, 0), argument(request, 1)];
    if (offset % sectorSize !== 0 || length % sectorSize !== 0)
      return this.respond(request, stubError.badLength);
    if (!this.#fits(offset, length)) return this.respond(request, stubError.spiFailed);
    this.chip.flash.erase(offset, length);
    this.respond(request);
  }

  #startRead(request: Request): void {
    const [offset, length] = [argument(request, 0), argument(request, 1)];
    if (!this.#fits(offset, length)) return this.respond(request, stubError.spiFailed);
    this.respond(request);
    this.#read = {
      offset,
      length,
      blockSize: argument(request, 2),
      maxInFlight: argument(request, 3),
      sent: 0,
      acknowledged: 0,
    };
    this.#sendBlocks(this.#read);
  }

  /** Sends as far ahead of the acknowledgements as was allowed; at the end the MD5 of all. */
  #sendBlocks(read: FlashRead): void {
    while (read.sent < read.length && read.sent - read.acknowledged < read.maxInFlight * read.blockSize) {
      const count = Math.min(read.blockSize, read.length - read.sent);
      this.sendPacket(this.chip.flash.read(read.offset + read.sent, count));
      read.sent += count;
    }
    if (read.acknowledged < read.length) return;
    this.#read = undefined;
    const digest = this.chip.flash.md5(read.offset, read.length);
    if (this.chip.faults.wrongMd5) digest[0] = (digest[0] ?? 0) ^ 0xff;
    this.sendPacket(digest);
  }
}

const errorOf: Readonly<Record<WriteOutcome, number>> = {
  ok: stubError.none,
  'inflate-error': stubError.inflate,
  'not-enough-data': stubError.notEnoughData,
  'too-much-data': stubError.tooMuchData,
};
