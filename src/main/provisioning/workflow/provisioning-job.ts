import type { BoardJob } from '../../../shared/contract/provisioning.ts';
import { AppError, isAppError, reportOf } from '../../../shared/domain/app-error.ts';
import type { MacAddress } from '../../../shared/domain/mac-address.ts';
import { BoardWay, Found } from './board-way.ts';
import type { JobLog } from './job-log.ts';
import type { JobParts, JobWish } from './job-parts.ts';
import { JobState } from './job-state.ts';

type EndPhase = Exclude<BoardJob['phase'], 'waiting' | 'running'>;

/**
 * One board from plug-in to its first committed reading. Each step may be repeated: `retry` begins at the first
 * one that is not right, and what is right on the board already is left alone.
 */
export class ProvisioningJob {
  readonly #parts: JobParts;
  readonly #state: JobState;
  readonly #way: BoardWay;
  #abort = new AbortController();

  constructor(id: string, wish: JobWish, parts: JobParts, onChange: () => void) {
    this.#parts = parts;
    this.#state = new JobState(id, wish, () => parts.clock.now(), onChange);
    this.#way = new BoardWay(parts, this.#state);
  }

  get id(): string {
    return this.#state.id;
  }

  get address(): string {
    return this.#state.wish.board.address;
  }

  get phase(): BoardJob['phase'] {
    return this.#state.phase;
  }

  get mac(): MacAddress | null {
    return this.#state.mac;
  }

  get log(): JobLog {
    return this.#state.serial;
  }

  snapshot(): BoardJob {
    return this.#state.snapshot();
  }

  cancel(): void {
    this.#abort.abort(new AppError('provisioning.cancelled', 'Cancelled by the person.'));
  }

  /** Other Wi-Fi for the next run. */
  changeWifi(ssid: string, password: string): void {
    const { settings } = this.#state.wish;
    this.#state.wish = {
      ...this.#state.wish,
      settings: { ...settings, wifiSsid: ssid },
      wifiPassword: password,
    };
    this.#state.steps.resetFrom('configure');
  }

  /** Runs, or goes on where the last run stopped; resolves when the board is ready or needs a person. */
  async run(): Promise<void> {
    const { clock } = this.#parts;
    this.#abort = new AbortController();
    this.#state.startedMs ??= clock.now();
    this.#state.finishedMs = null;
    this.#state.finding = null;
    this.#state.error = null;
    this.#set('running');
    let end: EndPhase = 'ready';
    try {
      await this.#goOn(this.#abort.signal);
    } catch (error) {
      end = this.#judge(error);
    }
    this.#state.finishedMs = clock.now();
    // Told last: who reads that a board is done may take it up again at once.
    await this.#record(end);
    this.#set(end);
  }

  async #goOn(signal: AbortSignal): Promise<void> {
    if (!this.#parts.arrivals.running()) throw new Found('stack-stopped');
    const first = this.#state.steps.all().find(({ state }) => state !== 'done' && state !== 'skipped')?.step;
    const { mac } = this.#state;
    if (first === 'reading' && mac !== null) {
      await this.#way.listenOnly(mac, signal);
      return;
    }
    for (const { step, state } of this.#state.steps.all())
      if (state === 'failed') this.#state.steps.resetFrom(step);
    await this.#way.throughTheBootLoader(signal);
  }

  #judge(error: unknown): EndPhase {
    const step = this.#state.steps.running();
    if (step !== null) this.#state.steps.fail(step);
    if (isAppError(error) && typeof error.data['boardState'] === 'string')
      this.#noteBoardState(error.data['boardState']);
    if (this.#abort.signal.aborted) return 'cancelled';
    if (error instanceof Found) this.#state.finding = error.finding;
    else {
      this.#state.finding = 'board-error';
      this.#state.error = reportOf(error);
      this.#parts.log.warn('a board was not provisioned', { address: this.address, step, error });
    }
    return 'needs-you';
  }

  /** What the loader says of a write that ended early is nearer to the truth than what was begun. */
  #noteBoardState(state: string): void {
    if (state === 'untouched' || state === 'firmware-incomplete' || state === 'boot-loader-incomplete')
      this.#state.boardState = state;
  }

  async #record(result: EndPhase): Promise<void> {
    if (this.#state.mac === null) return;
    try {
      await this.#parts.records.keep({
        mac: this.#state.mac,
        board: this.#state.wish.board,
        startedMs: this.#state.startedMs ?? 0,
        finishedMs: this.#state.finishedMs ?? 0,
        result,
        firmwareSha256:
          this.#state.steps.stateOf('write').state === 'done' ? this.#state.wish.settings.firmwareId : null,
        configurationSha256: this.#state.configurationSha256,
        reading: this.#state.reading,
        steps: this.#state.steps.all(),
      });
    } catch (error) {
      this.#parts.log.error('the record of a board was not stored', { mac: this.#state.mac, error });
    }
  }

  #set(phase: BoardJob['phase']): void {
    this.#state.phase = phase;
    this.#state.changed();
  }
}
