import { Loader, type LoaderChip } from './loader.ts';
import { argument, command, romError, type Request } from './loader-protocol.ts';

const slowReadLength = 64;
/** What the ROM believes of the flash until SPI_SET_PARAMS says otherwise. */
const defaultFlashSize = 0x40_0000;
/** ROM pointer of the ESP32-S3 through which a loader starts the stub where secure boot forbids the usual way. */
const s3ReadPointer = 0x3fcef688;

const allowedInSecureDownload: ReadonlySet<number> = new Set([
  command.sync,
  command.spiAttach,
  command.spiSetParams,
  command.changeBaudRate,
  command.flashBegin,
  command.flashData,
  command.flashEnd,
  command.getSecurityInfo,
]);

interface Upload {
  readonly address: number;
  readonly total: number;
  received: number;
}

/** The loader in the chip's ROM, which every recovery begins with: slow, four status bytes, erases first. */
export class RomLoader extends Loader {
  #attached = false;
  #flashSize = defaultFlashSize;
  #upload: Upload | undefined;
  readonly #uploaded: Upload[] = [];

  constructor(chip: LoaderChip) {
    super(chip);
    chip.registers.flashAttached = false;
  }

  protected status(error: number): Uint8Array {
    return Uint8Array.of(error === 0 ? 0 : 1, error, 0, 0);
  }

  protected readonly syncValue = 0x20120707;

  protected override handle(request: Request): void | Promise<void> {
    if (this.chip.secureDownload && !allowedInSecureDownload.has(request.command)) return this.refuse();
    return super.handle(request);
  }

  protected own(request: Request): void {
    switch (request.command) {
      case command.memBegin:
      case command.memData:
      case command.memEnd:
        return this.#memory(request);
      case command.spiAttach:
        this.#attached = true;
        this.chip.registers.flashAttached = true;
        return this.respond(request);
      case command.spiSetParams:
        this.#flashSize = argument(request, 1);
        return this.respond(request);
      case command.readFlashSlow:
        return this.#readSlow(request);
      default:
        return this.refuse();
    }
  }

  /** "Invalid message", under another command's number: by that esptool tells it from a failed command. */
  protected refuse(): void {
    this.respond({ command: 0 }, romError.invalidMessage);
  }

  #usable(offset: number, length: number): boolean {
    return this.#attached && offset + length <= this.#flashSize && this.chip.flash.has(offset, length);
  }

  protected begin(request: Request, compressed: boolean): void {
    const [size, offset] = [argument(request, 0), argument(request, 3)];
    if (request.data.length < 16) return this.respond(request, romError.invalidMessage);
    if (size > 0 && !this.#usable(offset, size)) return this.respond(request, romError.failedToAct);
    this.beginWrite(request, { compressed, eraseFirst: true });
    this.respond(request);
  }

  protected async data(request: Request): Promise<void> {
    const payload = this.payload(request);
    if (payload === 'bad-checksum') return this.respond(request, romError.checksum);
    if (payload === 'bad-length') return this.respond(request, romError.invalidMessage);
    if (this.write === undefined) return this.respond(request, romError.failedToAct);
    const outcome = await this.write.data(payload);
    this.respond(request, outcome === 'ok' ? romError.none : romError.deflate);
  }

  /** Either way the loader is left: 0 restarts the chip, 1 goes on as after a boot from flash. */
  protected end(request: Request): void {
    this.respond(request);
    if (argument(request, 0) === 0) this.chip.reboot();
    else this.chip.runFromFlash();
  }

  protected flashMd5(request: Request): void {
    if (!this.#usable(argument(request, 0), argument(request, 1)))
      return this.respond(request, romError.flashRead);
    this.respond(request, 0, 0, Buffer.from(this.md5(request).toString('hex'), 'ascii'));
  }

  #readSlow(request: Request): void {
    const { identity, registers, flash } = this.chip;
    if (identity.model.name === 'esp32s3' && this.#isUploaded(registers.read(s3ReadPointer)))
      return this.chip.startStub();
    const [offset, length] = [argument(request, 0), argument(request, 1)];
    if (length > slowReadLength) return this.respond(request, romError.readLength);
    if (!this.#usable(offset, length)) return this.respond(request, romError.flashRead);
    // The ROM always sends its whole buffer.
    const answer = Buffer.alloc(slowReadLength, 0);
    answer.set(flash.read(offset, length));
    this.respond(request, 0, 0, answer);
  }

  #memory(request: Request): void {
    if (request.command === command.memBegin) {
      this.#upload = { total: argument(request, 0), address: argument(request, 3), received: 0 };
      this.#uploaded.push(this.#upload);
      return this.respond(request);
    }
    if (request.command === command.memData) {
      const payload = this.payload(request);
      if (payload === 'bad-checksum') return this.respond(request, romError.checksum);
      if (payload === 'bad-length') return this.respond(request, romError.invalidMessage);
      if (this.#upload === undefined) return this.respond(request, romError.failedToAct);
      this.#upload.received += payload.length;
      return this.respond(request);
    }
    return this.#run(request);
  }

  #run(request: Request): void {
    const [stay, entry] = [argument(request, 0), argument(request, 1)];
    const complete = this.#upload === undefined || this.#upload.received >= this.#upload.total;
    if (!complete) return this.respond(request, romError.failedToAct);
    if (stay !== 0) return this.respond(request);
    const { model, secureBoot } = this.chip.identity;
    if (model.name === 'esp32s3' && secureBoot) return this.respond(request, romError.failedToAct);
    this.respond(request);
    // Whatever is entered outside of what was uploaded is no program: the chip hangs, as a real one does.
    if (this.#isUploaded(entry)) this.chip.startStub();
    else this.stop();
  }

  #isUploaded(entry: number): boolean {
    return this.#uploaded.some(
      ({ address, total, received }) => received >= total && entry >= address && entry < address + total,
    );
  }
}
