import { print, type Common } from './answer.ts';
import { say, type Words } from './words.ts';

/** As flashing tells it. */
interface Progress {
  readonly fraction: number;
  readonly bytesPerSecond: number;
  readonly leftMs: number | null;
}

const lineEveryMs = 100;
const plainStep = 0.1;

/**
 * How far the work is: for people on standard error, one line that changes on a terminal and a plain line for
 * each tenth elsewhere; with `--json --events` as JSON lines on standard output; with `--json` alone not at all.
 */
export class ProgressTeller {
  readonly #words: Words;
  readonly #mode: 'events' | 'terminal' | 'plain' | 'silent';
  #lastMs = 0;
  #lastStep = -1;
  #open = false;

  constructor(options: Common & { readonly events?: boolean }, words: Words) {
    this.#words = words;
    if (options.json === true) this.#mode = options.events === true ? 'events' : 'silent';
    else this.#mode = process.stderr.isTTY ? 'terminal' : 'plain';
  }

  /** Something has begun or was found out; without a text it is worth nothing to a person. */
  step(text: string | null, event: Readonly<Record<string, unknown>>): void {
    if (this.#mode === 'events') print(JSON.stringify(event));
    if (text === null) return;
    this.end();
    this.#lastStep = -1;
    if (this.#mode === 'terminal' || this.#mode === 'plain') process.stderr.write(`${text}\n`);
  }

  readonly progress = (progress: Progress): void => {
    const now = performance.now();
    const step = Math.floor(progress.fraction / plainStep);
    const last = progress.fraction >= 1 && step !== this.#lastStep;
    if (this.#mode === 'plain' ? step === this.#lastStep : now - this.#lastMs < lineEveryMs && !last) return;
    this.#lastMs = now;
    this.#lastStep = step;
    if (this.#mode === 'events') print(JSON.stringify({ type: 'progress', ...progress }));
    else if (this.#mode === 'plain') process.stderr.write(`${describe(progress, this.#words)}\n`);
    else if (this.#mode === 'terminal') {
      process.stderr.write(`\r\u001b[K${describe(progress, this.#words)}`);
      this.#open = true;
    }
  };

  /** Leaves a changing line as it stands. */
  end(): void {
    if (this.#open) process.stderr.write('\n');
    this.#open = false;
  }
}

function describe({ fraction, bytesPerSecond, leftMs }: Progress, words: Words): string {
  const percent = String(Math.floor(fraction * 100)).padStart(3);
  const rate = Number((bytesPerSecond / 1000).toFixed(1));
  const left = leftMs === null ? '' : say(words, 'progress.left', { seconds: Math.ceil(leftMs / 1000) });
  return `${say(words, 'progress.line', { percent, rate })}${left}`;
}
