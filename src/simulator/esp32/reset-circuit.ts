/** Both modem lines, always together; true is asserted. */
export interface LineSignals {
  readonly dtr: boolean;
  readonly rts: boolean;
}

export interface ResetPins {
  /** EN is pulled low: the chip stands still. */
  hold(): void;
  /** EN has risen; what IO0 was at that moment decides between loader and firmware. */
  release(download: boolean): void;
}

/**
 * The two transistors of a development board: RTS pulls EN low, DTR pulls IO0 low, each only while the other
 * line is released. A capacitor lets EN rise late, which is why IO0 counts some milliseconds afterwards.
 */
export class ResetCircuit {
  readonly #pins: ResetPins;
  readonly #riseMs: number;
  #held = false;
  #download = false;
  #rising: NodeJS.Timeout | undefined;

  constructor(pins: ResetPins, riseMs: number) {
    this.#pins = pins;
    this.#riseMs = riseMs;
  }

  set({ dtr, rts }: LineSignals): void {
    this.#download = dtr && !rts;
    const low = rts && !dtr;
    if (low) {
      clearTimeout(this.#rising);
      this.#rising = undefined;
      if (!this.#held) this.#pins.hold();
      this.#held = true;
    } else if (this.#held && this.#rising === undefined) {
      this.#rising = setTimeout(() => {
        this.#rising = undefined;
        this.#held = false;
        this.#pins.release(this.#download);
      }, this.#riseMs);
    }
  }

  close(): void {
    clearTimeout(this.#rising);
  }
}

/**
 * The same lines as the chip's USB-Serial/JTAG peripheral reads them (ESP32-C3 technical reference manual,
 * "USB Serial/JTAG Controller", reset and boot mode): DTR alone asks for the loader, RTS alone resets.
 */
export class UsbResetLogic {
  readonly #pins: ResetPins;
  #wanted = false;
  #inReset = false;

  constructor(pins: ResetPins) {
    this.#pins = pins;
  }

  set({ dtr, rts }: LineSignals): void {
    if (!rts) {
      this.#inReset = false;
      this.#wanted = dtr;
    } else if (!dtr && !this.#inReset) {
      this.#inReset = true;
      this.#pins.hold();
      this.#pins.release(this.#wanted);
    }
  }

  close(): void {
    // Nothing waits here.
  }
}
