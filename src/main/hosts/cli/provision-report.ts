import type { PortAdvice } from '../../../shared/contract/ports.ts';
import type { BoardJob } from '../../../shared/contract/provisioning.ts';
import type { ProgressTeller } from './progress.ts';
import { say, type Words } from './words.ts';

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
        this.#once(
          `${job.id} ${step} running`,
          say(this.#words, `provision.begins.${step}`, { name: nameOf(job) }),
          {
            type: 'step',
            ...facts(job),
            step,
            state: 'running',
          },
        );
        if (state !== 'running')
          this.#once(`${job.id} ${step} ${state}`, null, { type: 'step', ...facts(job), step, state });
      }
      if (job.phase !== 'waiting' && job.phase !== 'running')
        this.#once(`${job.id} ${job.phase}`, this.#ended(job), {
          type: 'board',
          ...facts(job),
          phase: job.phase,
          finding: job.finding,
        });
    }
    // Of several at once no single line could tell how far they are.
    const progress =
      jobs.length === 1 ? jobs[0]?.steps.find(({ state }) => state === 'running')?.progress : null;
    if (progress !== null && progress !== undefined) this.#teller.progress(progress);
  }

  /** What is said of a board at the end. */
  static result(job: BoardJob, words: Words, advice?: PortAdvice): readonly string[] {
    const { reading, finding, error, phase, boardState } = job;
    const who = { name: nameOf(job), mac: job.mac ?? '' };
    if (reading !== null && phase === 'ready') {
      const { temperature, humidity, rssi, delayMs } = reading;
      const signal = rssi === null ? '' : say(words, 'provision.signal', { rssi });
      const seconds = Number((delayMs / 1000).toFixed(1));
      return [say(words, 'provision.ready', { ...who, temperature, humidity, signal, seconds })];
    }
    const sentences = ['title', 'body', 'next'].map((part) =>
      finding === null
        ? undefined
        : words(`provision.finding.${finding}.${part}`, { ssid: say(words, 'provision.network') }),
    );
    // The message is English; the catalogue says the same in general.
    const failure =
      words.language === 'en' || error === null
        ? error?.message
        : words(`errors.${error.code}.what`, error.data);
    const doctor =
      advice === undefined ? [] : [words(advice.causeKey, advice.data), words(advice.actionKey, advice.data)];
    const why = [...sentences, failure, ...doctor].filter((text) => text !== undefined && text !== '');
    return [
      say(words, 'provision.notReady', {
        ...who,
        phase: say(words, `provision.phase.${phase}`),
        code: finding ?? error?.code ?? 'unknown',
        boardState,
      }),
      ...why.map((text) => `    ${text}`),
    ];
  }

  #ended(job: BoardJob): string {
    const facts = { name: nameOf(job), phase: say(this.#words, `provision.phase.${job.phase}`) };
    return job.finding === null
      ? say(this.#words, 'provision.ended', facts)
      : say(this.#words, 'provision.endedBy', { ...facts, finding: this.#finding(job) });
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
