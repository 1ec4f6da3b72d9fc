import type { ProvisioningFinding, ProvisioningStep } from '../../../shared/contract/provisioning.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { MacAddress } from '../../../shared/domain/mac-address.ts';
import { pause } from '../../foundation/watch-state.ts';
import type { JobParts } from './job-parts.ts';
import type { JobState } from './job-state.ts';
import type { JobSteps } from './job-steps.ts';
import * as limits from './limits.ts';
import type { BoardLogLine, WorkBoard } from './ports.ts';
import { lifeSteps, ProofOfLife, type LifeStep } from './proof-of-life.ts';

/** Ends a run that the tool itself has judged; errors of the parts come as they are. */
export class Found extends Error {
  readonly finding: ProvisioningFinding;

  constructor(finding: ProvisioningFinding) {
    super(finding);
    this.finding = finding;
  }
}

const pollMs = 100;

/** The way of one board, step by step; what is right on it already is left alone. */
export class BoardWay {
  readonly #parts: JobParts;
  readonly #state: JobState;

  constructor(parts: JobParts, state: JobState) {
    this.#parts = parts;
    this.#state = state;
  }

  /** A board that was told everything and runs needs no new visit to its boot loader. */
  async listenOnly(mac: MacAddress, signal: AbortSignal): Promise<void> {
    const proof = new ProofOfLife(this.#parts.clock.now(), true);
    proof.sign('broker-joined', this.#parts.clock.now());
    const line = await this.#parts.boards.listen(
      this.#state.wish.board.address,
      (entry) => this.#onLine(entry, proof),
      signal,
    );
    try {
      await this.#proveLife(mac, proof, signal);
    } finally {
      await line.close();
    }
  }

  /** From its boot loader to its first committed reading. */
  async throughTheBootLoader(signal: AbortSignal): Promise<void> {
    const board = await this.#connect(signal);
    try {
      await this.#write(board, signal);
      await this.#configure(board, signal);
      this.#state.steps.resetFrom('boot');
      this.#state.steps.begin('boot');
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
    this.#state.steps.begin('connect');
    const board = await this.#parts.boards.open(this.#state.wish.board.address, signal);
    const { mac } = board.identity;
    if (this.#state.mac === null && this.#state.wish.planFor !== undefined)
      this.#state.wish = {
        ...this.#state.wish,
        board: { ...this.#state.wish.board, ...this.#state.wish.planFor(mac) },
      };
    this.#state.mac = mac;
    this.#state.chip = board.identity.chip;
    this.#state.baudRate = board.baudRate;
    // A board whose configuration cannot be read back is left as it is, unless all of it is to go.
    if (board.identity.configurationProblem === 'encrypted' && !this.#state.wish.settings.eraseAll) {
      await board.close();
      throw new AppError('nvs.encrypted', 'The configuration on the board is encrypted.', {
        address: this.#state.wish.board.address,
      });
    }
    this.#state.steps.done('connect');
    return board;
  }

  async #write(board: WorkBoard, signal: AbortSignal): Promise<void> {
    const { firmwareId, backupFirst, eraseAll } = this.#state.wish.settings;
    // Before anything is erased: what the gatekeeper refuses leaves the board as it was.
    if (firmwareId !== null) await board.admitFirmware(firmwareId);
    await this.#optional('backup', backupFirst, (onProgress) => board.backup(onProgress, signal));
    await this.#optional('erase', eraseAll, async (onProgress) => {
      this.#state.boardState = 'boot-loader-incomplete';
      await board.erase(onProgress, signal);
    });
    if (firmwareId === null) {
      this.#state.steps.skip('write');
      return;
    }
    this.#state.steps.begin('write');
    if (this.#state.boardState === 'untouched') this.#state.boardState = 'firmware-incomplete';
    const { writtenBytes, skippedBytes } = await board.writeFirmware(
      firmwareId,
      (progress) => this.#state.steps.progress('write', progress),
      signal,
    );
    this.#state.baudRate = board.baudRate;
    this.#state.boardState = 'firmware-done';
    this.#state.steps.done(
      'write',
      writtenBytes === 0 ? 'unchanged' : skippedBytes > 0 ? 'partly-unchanged' : null,
    );
  }

  async #optional(
    step: ProvisioningStep,
    wanted: boolean,
    work: (onProgress: (progress: Parameters<JobSteps['progress']>[1]) => void) => Promise<unknown>,
  ): Promise<void> {
    if (this.#state.steps.stateOf(step).state === 'done') return;
    if (!wanted) {
      this.#state.steps.skip(step);
      return;
    }
    this.#state.steps.begin(step);
    await work((progress) => this.#state.steps.progress(step, progress));
    this.#state.steps.done(step);
  }

  async #configure(board: WorkBoard, signal: AbortSignal): Promise<void> {
    const { accounts, configuration, register, authorityPem } = this.#parts;
    const { mac } = board.identity;
    this.#state.steps.begin('configure');
    const { offset, image } = await board.readNvs(signal);
    const found = configuration.loginIn(image);
    const kept = found !== null && (await accounts.stillValid(mac, found.username, found.password));
    const login = kept ? found : await accounts.create(mac);
    // From here on the broker lets it in and its rows have a device to belong to, however the rest goes.
    await register.register(mac, this.#state.wish.board);
    const { replaces } = this.#state.wish.board;
    if (replaces !== null && replaces !== mac) await accounts.revoke(replaces);
    const merged = configuration.merge(image, {
      ...this.#state.wish,
      login,
      ca: this.#state.wish.settings.mqttTls ? await authorityPem() : null,
    });
    const { writtenBytes } = await board.writeNvs(offset, merged.image, signal);
    this.#state.configurationSha256 = merged.sha256;
    this.#state.boardState = 'configured';
    const note = writtenBytes === 0 ? 'unchanged' : merged.keptNamespaces > 0 ? 'other-settings-kept' : null;
    this.#state.steps.done('configure', note ?? (kept ? null : 'new-account'));
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
          this.#state.reading = verdict.reading;
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
      const { state } = this.#state.steps.stateOf(step);
      if (index > at || state === 'done') return;
      if (state !== 'running') this.#state.steps.begin(step);
      if (index < at) this.#state.steps.done(step);
    });
  }

  #onLine(line: BoardLogLine, proof: ProofOfLife): void {
    this.#state.serial.add(line.timeMs, line.text);
    if (line.sign !== null) proof.sign(line.sign, line.timeMs);
    this.#state.changed();
  }
}
