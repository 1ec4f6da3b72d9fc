import type { PortAdvice } from '../../../shared/contract/ports.ts';
import type { BoardJob, ProvisioningStep } from '../../../shared/contract/provisioning.ts';
import type { ProgressTeller } from './progress.ts';
import type { Words } from './words.ts';

const begins: Readonly<Record<ProvisioningStep, string>> = {
  connect: 'connecting',
  backup: 'reading a backup',
  erase: 'erasing',
  write: 'writing firmware',
  configure: 'writing settings',
  boot: 'starting',
  wifi: 'joining the Wi-Fi',
  broker: 'connecting to the broker',
  reading: 'waiting for the first reading',
};

/** Tells each step of each board once, and how far the one that runs is. */
export class JobTeller {
  readonly #teller: ProgressTeller;
  readonly #words: Words;
  readonly #told = new Set<string>();

  constructor(teller: ProgressTeller, words: Words) {
    this.#teller = teller;
    this.#words = words;
  }

  tell(jobs: readonly BoardJob[]): void {
    for (const job of jobs) {
      for (const { step, state } of job.steps) {
        if (state === 'waiting' || state === 'skipped') continue;
        this.#once(`${job.id} ${step} running`, `${nameOf(job)}: ${begins[step]}`, {
          type: 'step',
          ...facts(job),
          step,
          state: 'running',
        });
        if (state !== 'running')
          this.#once(`${job.id} ${step} ${state}`, null, { type: 'step', ...facts(job), step, state });
      }
      if (job.phase !== 'waiting' && job.phase !== 'running')
        this.#once(
          `${job.id} ${job.phase}`,
          `${nameOf(job)}: ${job.phase}${job.finding === null ? '' : `, ${this.#finding(job)}`}`,
          { type: 'board', ...facts(job), phase: job.phase, finding: job.finding },
        );
    }
    // Of several at once no single line could tell how far they are.
    const progress =
      jobs.length === 1 ? jobs[0]?.steps.find(({ state }) => state === 'running')?.progress : null;
    if (progress !== null && progress !== undefined) this.#teller.progress(progress);
  }

  /** What is said of a board at the end. */
  static result(job: BoardJob, words: Words, advice?: PortAdvice): readonly string[] {
    const { reading, finding, error, phase, boardState } = job;
    if (reading !== null && phase === 'ready') {
      const rssi = reading.rssi === null ? '' : `, ${reading.rssi} dBm`;
      return [
        `${nameOf(job)} ${job.mac ?? ''} is ready: ${reading.temperature} °C, ${reading.humidity} %${rssi}, stored ${(reading.delayMs / 1000).toFixed(1)} s after its start.`,
      ];
    }
    const sentences = ['title', 'body', 'next'].map((part) =>
      finding === null ? undefined : words(`provision.finding.${finding}.${part}`, { ssid: 'The network' }),
    );
    const doctor =
      advice === undefined ? [] : [words(advice.causeKey, advice.data), words(advice.actionKey, advice.data)];
    const why = [...sentences, error?.message, ...doctor].filter((text) => text !== undefined && text !== '');
    return [
      `${nameOf(job)} ${job.mac ?? ''}: ${phase} (${finding ?? error?.code ?? 'unknown'}); on the board: ${boardState}.`,
      ...why.map((text) => `    ${text}`),
    ];
  }

  #finding({ finding }: BoardJob): string {
    return this.#words(`provision.finding.${finding ?? ''}.title`) ?? finding ?? '';
  }

  #once(key: string, text: string | null, event: Readonly<Record<string, unknown>>): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#teller.step(text, event);
  }
}

function facts({ address, name, mac }: BoardJob): object {
  return { port: address, name, mac };
}

function nameOf({ name, address }: BoardJob): string {
  return name === '' ? address : name;
}
