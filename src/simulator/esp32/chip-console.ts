import type { Air } from './air.ts';
import type { ResetCause } from './chip-model.ts';
import type { ChipIdentity } from './efuses.ts';
import type { FlashChip } from './flash-chip.ts';
import type { Room } from '../room-climate.ts';

/** What the board's surroundings are, apart from its own hardware. */
export interface Surroundings {
  readonly air: Air;
  readonly room: Room;
  /** How much faster than real the firmware's waits and intervals pass; 1 is real time. */
  readonly timeScale: number;
  /** Names that the simulated network resolves, before the machine's own resolver is asked. */
  readonly hosts: (name: string) => string;
  /** Whether firmware other than DataYoti's speaks Improv. */
  readonly improv: boolean;
}

/** What boot code and firmware can do to the chip that they run on. */
export interface FirmwareChip {
  readonly identity: ChipIdentity;
  readonly flash: FlashChip;
  readonly around: Surroundings;
  /** Whether the DHT on its pin answers. */
  sensorAnswers(): boolean;
  send(bytes: Uint8Array): void;
  restart(cause: ResetCause): void;
  setLed(on: boolean): void;
}

export type LogLevel = 'E' | 'W' | 'I';

/** Lines as ESP-IDF prints them, with milliseconds since the reset; bound to one run between two resets. */
export class ChipConsole {
  readonly #chip: FirmwareChip;
  readonly #startedMs = performance.now();
  readonly #stop = new AbortController();
  #lastMs = 25;

  constructor(chip: FirmwareChip) {
    this.#chip = chip;
  }

  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  stop(): void {
    this.#stop.abort();
  }

  line(text: string): void {
    if (!this.#stop.signal.aborted) this.#chip.send(Buffer.from(`${text}\r\n`, 'utf8'));
  }

  log(level: LogLevel, tag: string, text: string): void {
    this.line(`${level} (${this.uptimeMs()}) ${tag}: ${text}`);
  }

  /** Milliseconds since the reset, on the board's own clock; never goes back. */
  uptimeMs(): number {
    const elapsed = (performance.now() - this.#startedMs) * this.#chip.around.timeScale;
    this.#lastMs = Math.max(this.#lastMs + 1, Math.round(elapsed));
    return this.#lastMs;
  }

  /** Waits on the board's clock; false where the board was reset meanwhile. */
  wait(ms: number): Promise<boolean> {
    const { signal } = this.#stop;
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve(!signal.aborted);
      };
      const timer = setTimeout(end, ms / this.#chip.around.timeScale);
      signal.addEventListener('abort', end, { once: true });
    });
  }
}
