import type {
  BatchBoard,
  BatchSettings,
  BoardJob,
  ProvisioningFinding,
  ProvisioningStep,
} from '../../../shared/contract/provisioning.ts';
import { AppError, isAppError, reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';
import type { MacAddress } from '../../../shared/domain/mac-address.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Log } from '../../foundation/log.ts';
import { pause } from '../../foundation/watch-state.ts';
import { JobLog } from './job-log.ts';
import { JobSteps } from './job-steps.ts';
import * as limits from './limits.ts';
import type {
  Arrivals,
  BoardLogLine,
  BrokerAccounts,
  ConfigurationWriter,
  DeviceRegister,
  FirstReading,
  RecordKeeper,
  WorkBoard,
  WorkBoards,
} from './ports.ts';
import { lifeSteps, ProofOfLife, type LifeStep } from './proof-of-life.ts';

export interface JobParts {
  readonly boards: WorkBoards;
  readonly accounts: BrokerAccounts;
  readonly arrivals: Arrivals;
  readonly register: DeviceRegister;
  readonly records: RecordKeeper;
  readonly configuration: ConfigurationWriter;
  /** Certificate that a board must trust, where TLS is wanted. */
  readonly authorityPem: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface JobWish {
  readonly board: BatchBoard;
  readonly settings: BatchSettings;
  readonly wifiPassword: string;
  /** What a board becomes where that is only known by its address: asked once, when it was identified. */
  readonly planFor?: (mac: MacAddress) => Partial<Pick<BatchBoard, 'siteRef' | 'name' | 'position'>>;
}

type BoardState = BoardJob['boardState'];
type EndPhase = Exclude<BoardJob['phase'], 'waiting' | 'running'>;

/** Ends a run that the tool itself has judged; errors of the parts come as they are. */
class Found extends Error {
  readonly finding: ProvisioningFinding;

  constructor(finding: ProvisioningFinding) {
    super(finding);
    this.finding = finding;
  }
}

const pollMs = 100;

/**
 * One board from plug-in to its first committed reading. Each step may be repeated: `retry` begins at the first
 * one that is not right, and what is right on the board already is left alone.
 */
export class ProvisioningJob {
  readonly id: string;
  readonly #parts: JobParts;
  readonly #onChange: () => void;
  readonly #steps: JobSteps;
  readonly #serial = new JobLog();
  #wish: JobWish;
  #phase: BoardJob['phase'] = 'waiting';
  #mac: MacAddress | null = null;
  #chip: string | null = null;
  #baudRate: number | null = null;
  #boardState: BoardState = 'untouched';
  #configurationSha256: string | null = null;
  #reading: FirstReading | null = null;
  #finding: ProvisioningFinding | null = null;
  #error: ErrorReport | null = null;
  #startedMs: number | null = null;
  #finishedMs: number | null = null;
  #abort = new AbortController();

  constructor(id: string, wish: JobWish, parts: JobParts, onChange: () => void) {
    this.id = id;
    this.#wish = wish;
    this.#parts = parts;
    this.#onChange = onChange;
    this.#steps = new JobSteps(() => parts.clock.now(), onChange);
  }

  get address(): string {
    return this.#wish.board.address;
  }

  get phase(): BoardJob['phase'] {
    return this.#phase;
  }

  get mac(): MacAddress | null {
    return this.#mac;
  }

  get log(): JobLog {
    return this.#serial;
  }

  snapshot(): BoardJob {
    const { address, siteRef, name, position } = this.#wish.board;
    return {
      id: this.id,
      address,
      phase: this.#phase,
      mac: this.#mac,
      chip: this.#chip,
      siteRef,
      name,
      position,
      startedMs: this.#startedMs,
      finishedMs: this.#finishedMs,
      baudRate: this.#baudRate,
      steps: [...this.#steps.all()],
      reading: this.#reading,
      finding: this.#finding,
      error: this.#error,
      boardState: this.#boardState,
      lastLogLine: this.#serial.last(),
    };
  }

  cancel(): void {
    this.#abort.abort(new AppError('provisioning.cancelled', 'Cancelled by the person.'));
  }

  /** Other Wi-Fi for the next run. */
  changeWifi(ssid: string, password: string): void {
    const { settings } = this.#wish;
    this.#wish = { ...this.#wish, settings: { ...settings, wifiSsid: ssid }, wifiPassword: password };
    this.#steps.resetFrom('configure');
  }

  /** Runs, or goes on where the last run stopped; resolves when the board is ready or needs a person. */
  async run(): Promise<void> {
    const { clock } = this.#parts;
    this.#abort = new AbortController();
    this.#startedMs ??= clock.now();
    this.#finishedMs = null;
    this.#finding = null;
    this.#error = null;
    this.#set('running');
    let end: EndPhase = 'ready';
    try {
      await this.#goOn(this.#abort.signal);
    } catch (error) {
      end = this.#judge(error);
    }
    this.#finishedMs = clock.now();
    // Told last: who reads that a board is done may take it up again at once.
    await this.#record(end);
    this.#set(end);
  }

  async #goOn(signal: AbortSignal): Promise<void> {
    if (!this.#parts.arrivals.running()) throw new Found('stack-stopped');
    const first = this.#steps.all().find(({ state }) => state !== 'done' && state !== 'skipped')?.step;
    // A board that was told everything and runs needs no new visit to its boot loader.
    if (first === 'reading' && this.#mac !== null) {
      const proof = new ProofOfLife(this.#parts.clock.now(), true);
      proof.sign('broker-joined', this.#parts.clock.now());
      const line = await this.#parts.boards.listen(
        this.address,
        (entry) => this.#onLine(entry, proof),
        signal,
      );
      try {
        await this.#proveLife(this.#mac, proof, signal);
      } finally {
        await line.close();
      }
      return;
    }
    for (const { step, state } of this.#steps.all()) if (state === 'failed') this.#steps.resetFrom(step);
    await this.#throughTheBootLoader(signal);
  }

  async #throughTheBootLoader(signal: AbortSignal): Promise<void> {
    const board = await this.#connect(signal);
    try {
      await this.#write(board, signal);
      await this.#configure(board, signal);
      this.#steps.resetFrom('boot');
      this.#steps.begin('boot');
      const proof = new ProofOfLife(this.#parts.clock.now(), true);
      const proving = this.#proveLife(board.identity.mac, proof, signal);
      // Told of below; a board that cannot even be started must not leave it unheard.
      proving.catch(() => undefined);
      await board.run((line) => this.#onLine(line, proof), signal);
      await proving;
    } finally {
      await board.close();
    }
  }

  async #connect(signal: AbortSignal): Promise<WorkBoard> {
    this.#steps.begin('connect');
    const board = await this.#parts.boards.open(this.address, signal);
    const { mac } = board.identity;
    if (this.#mac === null && this.#wish.planFor !== undefined)
      this.#wish = { ...this.#wish, board: { ...this.#wish.board, ...this.#wish.planFor(mac) } };
    this.#mac = mac;
    this.#chip = board.identity.chip;
    this.#baudRate = board.baudRate;
    // A board whose configuration cannot be read back is left as it is, unless all of it is to go.
    if (board.identity.configurationProblem === 'encrypted' && !this.#wish.settings.eraseAll) {
      await board.close();
      throw new AppError('nvs.encrypted', 'The configuration on the board is encrypted.', {
        address: this.address,
      });
    }
    this.#steps.done('connect');
    return board;
  }

  async #write(board: WorkBoard, signal: AbortSignal): Promise<void> {
    const { firmwareId, backupFirst, eraseAll } = this.#wish.settings;
    // Before anything is erased: what the gatekeeper refuses leaves the board as it was.
    if (firmwareId !== null) await board.admitFirmware(firmwareId);
    await this.#optional('backup', backupFirst, (onProgress) => board.backup(onProgress, signal));
    await this.#optional('erase', eraseAll, async (onProgress) => {
      this.#boardState = 'boot-loader-incomplete';
      await board.erase(onProgress, signal);
    });
    if (firmwareId === null) {
      this.#steps.skip('write');
      return;
    }
    this.#steps.begin('write');
    if (this.#boardState === 'untouched') this.#boardState = 'firmware-incomplete';
    const { writtenBytes, skippedBytes } = await board.writeFirmware(
      firmwareId,
      (progress) => this.#steps.progress('write', progress),
      signal,
    );
    this.#baudRate = board.baudRate;
    this.#boardState = 'firmware-done';
    this.#steps.done(
      'write',
      writtenBytes === 0 ? 'unchanged' : skippedBytes > 0 ? 'partly-unchanged' : null,
    );
  }

  async #optional(
    step: ProvisioningStep,
    wanted: boolean,
    work: (onProgress: (progress: Parameters<JobSteps['progress']>[1]) => void) => Promise<unknown>,
  ): Promise<void> {
    if (this.#steps.stateOf(step).state === 'done') return;
    if (!wanted) {
      this.#steps.skip(step);
      return;
    }
    this.#steps.begin(step);
    await work((progress) => this.#steps.progress(step, progress));
    this.#steps.done(step);
  }

  async #configure(board: WorkBoard, signal: AbortSignal): Promise<void> {
    const { accounts, configuration, register, authorityPem } = this.#parts;
    const { mac } = board.identity;
    this.#steps.begin('configure');
    const { offset, image } = await board.readNvs(signal);
    const found = configuration.loginIn(image);
    const kept = found !== null && (await accounts.stillValid(mac, found.username, found.password));
    const login = kept ? found : await accounts.create(mac);
    // From here on the broker lets it in and its rows have a device to belong to, however the rest goes.
    await register.register(mac, this.#wish.board);
    const { replaces } = this.#wish.board;
    if (replaces !== null && replaces !== mac) await accounts.revoke(replaces);
    const merged = configuration.merge(image, {
      ...this.#wish,
      login,
      ca: this.#wish.settings.mqttTls ? await authorityPem() : null,
    });
    const { writtenBytes } = await board.writeNvs(offset, merged.image, signal);
    this.#configurationSha256 = merged.sha256;
    this.#boardState = 'configured';
    const note = writtenBytes === 0 ? 'unchanged' : merged.keptNamespaces > 0 ? 'other-settings-kept' : null;
    this.#steps.done('configure', note ?? (kept ? null : 'new-account'));
  }

  async #proveLife(mac: string, proof: ProofOfLife, signal: AbortSignal): Promise<void> {
    const { arrivals, clock } = this.#parts;
    const stop = arrivals.watch(mac, (arrival) => proof.arrival(arrival));
    let askedMs = 0;
    try {
      for (;;) {
        signal.throwIfAborted();
        const now = clock.now();
        const verdict = proof.verdict(now);
        this.#showLife(verdict.type === 'ready' ? null : verdict.step);
        if (verdict.type === 'ready') {
          this.#reading = verdict.reading;
          return;
        }
        if (verdict.type === 'failed') throw new Found(verdict.finding);
        if (verdict.step === 'reading' && now - askedMs >= limits.askIntervalMs) {
          askedMs = now;
          await arrivals.askForReading(mac);
        }
        await pause(pollMs, signal);
      }
    } finally {
      stop();
    }
  }

  /** All before `current` are done, it runs; null: all are done. */
  #showLife(current: LifeStep | null): void {
    const at = current === null ? lifeSteps.length : lifeSteps.indexOf(current);
    lifeSteps.forEach((step, index) => {
      const { state } = this.#steps.stateOf(step);
      if (index > at || state === 'done') return;
      if (state !== 'running') this.#steps.begin(step);
      if (index < at) this.#steps.done(step);
    });
  }

  #onLine(line: BoardLogLine, proof: ProofOfLife): void {
    this.#serial.add(line.timeMs, line.text);
    if (line.sign !== null) proof.sign(line.sign, line.timeMs);
    this.#onChange();
  }

  #judge(error: unknown): EndPhase {
    const step = this.#steps.running();
    if (step !== null) this.#steps.fail(step);
    if (isAppError(error) && typeof error.data['boardState'] === 'string')
      this.#noteBoardState(error.data['boardState']);
    if (this.#abort.signal.aborted) return 'cancelled';
    if (error instanceof Found) this.#finding = error.finding;
    else {
      this.#finding = 'board-error';
      this.#error = reportOf(error);
      this.#parts.log.warn('a board was not provisioned', { address: this.address, step, error });
    }
    return 'needs-you';
  }

  /** What the loader says of a write that ended early is nearer to the truth than what was begun. */
  #noteBoardState(state: string): void {
    if (state === 'untouched' || state === 'firmware-incomplete' || state === 'boot-loader-incomplete')
      this.#boardState = state;
  }

  async #record(result: EndPhase): Promise<void> {
    if (this.#mac === null) return;
    try {
      await this.#parts.records.keep({
        mac: this.#mac,
        board: this.#wish.board,
        startedMs: this.#startedMs ?? 0,
        finishedMs: this.#finishedMs ?? 0,
        result,
        firmwareSha256: this.#steps.stateOf('write').state === 'done' ? this.#wish.settings.firmwareId : null,
        configurationSha256: this.#configurationSha256,
        reading: this.#reading,
        steps: this.#steps.all(),
      });
    } catch (error) {
      this.#parts.log.error('the record of a board was not stored', { mac: this.#mac, error });
    }
  }

  #set(phase: BoardJob['phase']): void {
    this.#phase = phase;
    this.#onChange();
  }
}
