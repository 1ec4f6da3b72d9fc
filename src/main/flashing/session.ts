import { AppError } from '../../shared/domain/app-error.ts';
import type { SerialLine } from '../serial/serial-line.ts';
import { baudLadder, changeBaudRate, romBaudRate } from './baud.ts';
import { type ChipFacts, readChipFacts, readCrystal, type ReadRegister } from './chips/chip-facts.ts';
import { connect, type Connection } from './connect.ts';
import { isLineTrouble } from './flash-errors.ts';
import { LoaderLink } from './loader-link.ts';
import { Loader } from './loader.ts';
import { pause } from './pause.ts';
import { isUsbJtag } from './reset.ts';
import { flashBytesOf, readFlashId } from './spi-flash.ts';
import { startStub } from './start-stub.ts';
import { loadStub } from './stubs.ts';
import { realTimings, type Timings } from './timings.ts';
import { stubBlockBytes, usbBlockBytes } from './write-stretch.ts';

export interface SessionOptions {
  /** Fastest first; by default what the adapter is known to reach. The ROM's 115 200 is always the last. */
  readonly baudRates?: readonly number[];
  /** False talks to the ROM only: slower, no reading of much, for chips on which the stub does not run. */
  readonly useStub?: boolean;
  readonly platform?: NodeJS.Platform;
  readonly timings?: Timings;
  /** Hears what the board writes beside the protocol: the messages of its start. */
  readonly onLog?: (bytes: Uint8Array) => void;
}

const faultsPerSpeed = 2;
const espressif = 0x303a;

interface KnownFacts extends ChipFacts {
  /** MHz; null where the frequency that was measured is none that exists. */
  readonly crystalMhz: number | null;
}

/** Of a chip in secure download mode nothing but its family is told. */
const untold: KnownFacts = {
  mac: '',
  description: '',
  revision: '',
  major: 0,
  minor: 0,
  crystalMhz: null,
  secureBoot: null,
  flashEncryption: null,
};

/**
 * A board in its boot loader, with the stub running and the line as fast as it goes; brings it back there
 * after trouble, one step slower when it happens again. Does not own the line.
 */
export class LoaderSession {
  readonly loader: Loader;
  readonly #options: SessionOptions;
  readonly #ladder: readonly number[];
  #rung = 0;
  #faults = 0;
  #connection: Connection = { reset: null, stubRunning: false };
  facts: KnownFacts = untold;
  flashBytes: number | null = null;
  /** Set when work ended early: the board may be in the middle of something. */
  disturbed = false;

  constructor(line: SerialLine, options: SessionOptions, signal: AbortSignal) {
    this.loader = new Loader(new LoaderLink(line, options.onLog), options.timings ?? realTimings, signal);
    this.#options = options;
    this.#ladder = [...new Set([...(options.baudRates ?? baudLadder(line)), romBaudRate])];
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Size of the blocks of a write through the stub. */
  get blockBytes(): number {
    return this.#usbOtg ? usbBlockBytes : stubBlockBytes;
  }

  get #usbOtg(): boolean {
    const { usb } = this.loader.link.line;
    return usb?.vendorId === espressif && !isUsbJtag(this.loader.link.line);
  }

  /** @throws AppError what `connect`, stub and commands throw */
  async start(): Promise<void> {
    const { loader } = this;
    const read: ReadRegister = (address) => loader.readRegister(address);
    for (;;) {
      await this.#toRomSpeed();
      this.#connection = await connect(loader, this.#options.platform ?? process.platform);
      if (loader.secureDownload) return;
      // The ROM is slow to ask: what it alone can tell comes first, the rest over the fast line.
      const crystalMhz = await readCrystal(loader.knownChip, read, loader.link.line.baudRate);
      if (!loader.isStub) await this.#startStub(read);
      if (!(await this.#speedUp())) continue;
      this.facts = { ...(await readChipFacts(loader.knownChip, read)), crystalMhz };
      await loader.attachFlash();
      this.flashBytes = flashBytesOf(await readFlashId(loader));
      if (this.flashBytes !== null) await loader.setFlashSize(this.flashBytes);
      return;
    }
  }

  /**
   * Makes sure that the board listens, after trouble or after work that was cut short.
   * @throws AppError when it cannot be brought back
   */
  async recover(): Promise<void> {
    const slower = ++this.#faults >= faultsPerSpeed && this.#rung < this.#ladder.length - 1;
    if (slower) {
      this.#rung++;
      this.#faults = 0;
    }
    if (await this.#answers()) {
      if (!slower || (await this.#tryRung())) {
        this.disturbed = false;
        return;
      }
    }
    await this.start();
    this.disturbed = false;
  }

  async #toRomSpeed(): Promise<void> {
    const { line } = this.loader.link;
    if (line.baudRate !== romBaudRate) await line.setBaudRate(romBaudRate);
  }

  async #startStub(read: ReadRegister): Promise<void> {
    if (this.#options.useStub === false) return;
    const chip = this.loader.knownChip;
    // Only these two start differently by what their eFuses say.
    const matters = chip.name === 'ESP32-S3' || chip.name === 'ESP32-P4';
    const { major, secureBoot } = matters ? await readChipFacts(chip, read) : untold;
    const stub = await loadStub(chip, major);
    if (stub === null) return;
    await startStub(this.loader, stub, { usbOtg: this.#usbOtg, secureBoot: secureBoot === true });
  }

  /** False where the board was lost on the way: then it is at no known speed and has to be reset. */
  async #speedUp(): Promise<boolean> {
    while (this.#rung < this.#ladder.length) {
      if (await this.#tryRung()) return true;
      this.#rung = Math.min(this.#rung + 1, this.#ladder.length - 1);
      if (!(await this.#answers())) return false;
    }
    return true;
  }

  async #tryRung(): Promise<boolean> {
    return await changeBaudRate(this.loader, this.#ladder[this.#rung] ?? romBaudRate);
  }

  /** Ends a frame that was cut, takes in what is still coming, and asks for something small. */
  async #answers(): Promise<boolean> {
    const { loader } = this;
    const frameEnd = Buffer.from([0xc0]);
    for (let attempt = 0; attempt < 3; attempt++) {
      await loader.link.send(frameEnd);
      await pause(50 * loader.timings.resetScale, loader.signal);
      loader.link.discard();
      try {
        // Twice: the first may get the answer to something older.
        await loader.readRegister(0x40001000);
        await loader.readRegister(0x40001000);
        return true;
      } catch (error) {
        if (!isLineTrouble(error)) throw error;
      }
    }
    return false;
  }

  /** @throws AppError `flash.secure-download` where nothing can be read or checked */
  refuseSecureDownload(): void {
    if (!this.loader.secureDownload) return;
    throw new AppError('flash.secure-download', 'The chip is in secure download mode.', {
      chip: this.loader.knownChip.name,
    });
  }
}
