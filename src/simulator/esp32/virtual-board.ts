import { AppError } from '../../shared/domain/app-error.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import { demoAir } from './air.ts';
import { VirtualLine } from './board-line.ts';
import type { FirmwareChip, Surroundings } from './chip-console.ts';
import { chipModels, type ChipName, type ResetCause } from './chip-model.ts';
import type { ChipIdentity } from './efuses.ts';
import { BoardFaults, type BoardFault } from './faults.ts';
import { FlashBoot } from './flash-boot.ts';
import { FlashChip } from './flash-chip.ts';
import type { LoaderChip } from './loader.ts';
import type { Program } from './program.ts';
import { RegisterFile } from './register-file.ts';
import { ResetCircuit, UsbResetLogic, type LineSignals } from './reset-circuit.ts';
import { RomLoader } from './rom-loader.ts';
import { StubLoader } from './stub-loader.ts';
import { Uart } from './uart.ts';

export interface VirtualBoardOptions {
  readonly chip: ChipName;
  readonly mac?: MacAddress;
  /** MiB: 4, 8 or 16. */
  readonly flashMb?: number;
  /** Whether bytes take the time that the baud rate gives them. */
  readonly paced?: boolean;
  /** Connected by the chip's own USB-Serial/JTAG (not ESP32). */
  readonly usb?: boolean;
  /** bit/s above which cable and bridge garble everything. */
  readonly maxBaudRate?: number;
  /** The BOOT button is held while power comes on: the board starts in its loader. */
  readonly bootHeld?: boolean;
  /** How long EN takes to rise after a reset, ms: more on boards with a big capacitor. */
  readonly enRiseMs?: number;
  readonly secureDownload?: boolean;
  readonly secureBoot?: boolean;
  readonly flashEncryption?: boolean;
  readonly faults?: readonly BoardFault[];
  readonly around?: Partial<Surroundings>;
}

const firmwareBaudRate = 115_200;
const defaultEnRiseMs = 2;
const ledPin = 2;
const defaultMac = '02:DE:70:00:00:10' as MacAddress;
const defaultRoom = { mean: 4.4, swing: 0.7, cycleMinutes: 14, humidity: 70 };

/** A development board with one ESP32 on it: flash, loader in ROM, reset circuit, and whatever was flashed. */
export class VirtualBoard {
  readonly flash: FlashChip;
  readonly identity: ChipIdentity;
  readonly registers: RegisterFile;
  readonly faults = new BoardFaults();
  readonly #options: VirtualBoardOptions;
  readonly #around: Surroundings;
  readonly #uart: Uart;
  readonly #reset: ResetCircuit | UsbResetLogic;
  #program: Program | undefined;
  #line: VirtualLine | undefined;
  #closed = false;
  /** BOOT as the chip read it when EN last rose; a restart by software does not read it anew. */
  #strapped = false;

  constructor(options: VirtualBoardOptions) {
    this.#options = options;
    this.flash = new FlashChip(options.flashMb ?? 4);
    this.identity = {
      model: chipModels[options.chip],
      mac: options.mac ?? defaultMac,
      secureBoot: options.secureBoot ?? false,
      flashEncryption: options.flashEncryption ?? false,
    };
    this.#around = {
      air: demoAir,
      room: defaultRoom,
      timeScale: 1,
      hosts: (name) => name,
      improv: true,
      ...options.around,
    };
    for (const fault of options.faults ?? []) this.faults.set(fault);
    this.#uart = new Uart({
      paced: options.paced ?? false,
      usb: this.#overUsb,
      maxBaudRate: options.maxBaudRate ?? Infinity,
      faults: this.faults,
      toBoard: (bytes) => this.#program?.receive(bytes),
      toHost: (bytes) => this.#line?.receive(bytes),
      cut: () => this.unplug(),
    });
    this.registers = new RegisterFile(this.identity, {
      flash: this.flash,
      baudRate: () => this.#uart.boardBaudRate,
      overUsb: this.#overUsb,
      watchdogReset: () => this.#afterAnswer(() => this.#boot('watchdog', false)),
    });
    const pins = {
      hold: () => this.#halt(),
      release: (download: boolean) => this.#boot(this.#overUsb ? 'usb' : 'power-on', download),
    };
    this.#reset = this.#overUsb
      ? new UsbResetLogic(pins)
      : new ResetCircuit(pins, options.enRiseMs ?? defaultEnRiseMs);
    this.#boot('power-on', options.bootHeld ?? false);
  }

  get #overUsb(): boolean {
    return (this.#options.usb ?? false) && this.identity.model.hasUsbJtag;
  }

  /**
   * Opens the board's line, as a serial port is opened.
   *
   * @param host what the other end is: its baud rate (`null` where unknown) and whether it has modem lines
   * @throws AppError `serial.port-busy` while another end has it, `serial.port-not-found` once closed
   */
  connect(
    address: string,
    host: { readonly baudRate: number | null; readonly modemLines: boolean } = {
      baudRate: firmwareBaudRate,
      modemLines: true,
    },
  ): VirtualLine {
    if (this.#closed) throw new AppError('serial.port-not-found', `${address} is gone`, { address });
    if (this.#line !== undefined) throw new AppError('serial.port-busy', `${address} is in use`, { address });
    this.#uart.hostBaudRate = host.baudRate;
    const line = new VirtualLine(
      { address, usb: this.#overUsb ? { vendorId: 0x303a, productId: 0x1001 } : bridge, ...host },
      {
        write: (bytes) => this.#uart.hostWrites(bytes),
        setSignals: (signals) => this.#signals(signals),
        setBaudRate: (baudRate) => (this.#uart.hostBaudRate = baudRate),
        pending: () => this.#uart.towardsBoard,
        closed: () => {
          this.#uart.clear();
          this.#line = undefined;
        },
      },
    );
    this.#line = line;
    return line;
  }

  setFault(fault: BoardFault): void {
    this.faults.set(fault);
  }

  /** EN pressed; `download` with BOOT held meanwhile. */
  pressReset(download = false): void {
    this.#boot('power-on', download);
  }

  /** The cable is pulled and put back: the line is lost, the board starts anew. */
  unplug(): void {
    const line = this.#line;
    this.#uart.clear();
    line?.lose();
    this.#boot('power-on', false);
  }

  /** Switched off for good; idempotent. */
  close(): Promise<void> {
    this.#closed = true;
    this.#reset.close();
    this.#halt();
    this.#line?.lose();
    this.#uart.clear();
    return Promise.resolve();
  }

  #signals(signals: LineSignals): void {
    if (!this.#closed) this.#reset.set(signals);
  }

  #halt(): void {
    this.#program?.stop();
    this.#program = undefined;
  }

  #boot(cause: ResetCause, downloadWanted: boolean): void {
    this.#halt();
    if (this.#closed) return;
    if (cause !== 'software') this.#strapped = downloadWanted && !this.faults.wrongBootMode;
    const download = this.#strapped;
    this.#uart.restart(firmwareBaudRate, download);
    const { words } = this.identity.model;
    const mode = download ? words.bootDownload : words.bootFlash;
    this.#print([...words.banner, `${words.reset[cause]},${mode}`]);
    if (!download) return this.#runFromFlash();
    this.#print(['waiting for download']);
    this.#program = new RomLoader(this.#loaderChip());
  }

  #runFromFlash(): void {
    this.#halt();
    if (this.#closed) return;
    const boot = new FlashBoot(this.#firmwareChip());
    this.#program = boot;
    boot.start();
  }

  #loaderChip(): LoaderChip {
    return {
      identity: this.identity,
      flash: this.flash,
      registers: this.registers,
      faults: this.faults,
      secureDownload: (this.#options.secureDownload ?? false) && this.identity.model.hasSecurityInfo,
      send: (bytes) => this.#uart.boardWrites(bytes),
      changeBaudRate: (baudRate) => this.#afterAnswer(() => this.#uart.setBoardBaudRate(baudRate)),
      reboot: () => this.#afterAnswer(() => this.#boot('software', false)),
      runFromFlash: () => this.#afterAnswer(() => this.#runFromFlash()),
      startStub: () => {
        this.#halt();
        const stub = new StubLoader(this.#loaderChip());
        this.#program = stub;
        stub.start();
      },
      program: (flash, offset, bytes) => this.#programFlash(flash, offset, bytes),
    };
  }

  #firmwareChip(): FirmwareChip {
    return {
      identity: this.identity,
      flash: this.flash,
      around: this.#around,
      sensorAnswers: () => !this.faults.silentSensor,
      send: (bytes) => this.#uart.boardWrites(bytes),
      restart: (cause) => this.#boot(cause, false),
      setLed: (on) => {
        const { gpioBase } = this.identity.model.registers;
        this.registers.write(gpioBase + 0x24, 2 ** ledPin, 0xffff_ffff);
        this.registers.write(gpioBase + (on ? 0x08 : 0x0c), 2 ** ledPin, 0xffff_ffff);
      },
    };
  }

  #programFlash(flash: FlashChip, offset: number, bytes: Uint8Array): void {
    flash.program(offset, bytes);
    if (!this.faults.browsOut(bytes.length)) return;
    this.#halt();
    this.#print(['', 'Brownout detector was triggered', '']);
    // Not from within the loader's own call.
    setImmediate(() => this.#boot('brown-out', false));
  }

  /** What changes the line or ends the program waits until the answer has left. */
  #afterAnswer(work: () => void): void {
    const program = this.#program;
    this.#uart.afterBoardWrites(() => {
      if (this.#program === program) work();
    });
  }

  #print(lines: readonly string[]): void {
    this.#uart.boardWrites(Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1'));
  }
}

/** A Silicon Labs CP2102, the bridge of most development boards. */
const bridge = { vendorId: 0x10c4, productId: 0xea60 };
