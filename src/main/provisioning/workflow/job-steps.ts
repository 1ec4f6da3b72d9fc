import {
  provisioningStep,
  type ProvisioningStep,
  type StepState,
} from '../../../shared/contract/provisioning.ts';
import type { StepProgress } from '../../../shared/contract/boards.ts';

export type StepNote = StepState['note'];

/** The steps of one board with their times: each is begun, told of, and ended exactly once a run. */
export class JobSteps {
  readonly #now: () => number;
  readonly #onChange: () => void;
  #states: StepState[];

  constructor(now: () => number, onChange: () => void) {
    this.#now = now;
    this.#onChange = onChange;
    this.#states = provisioningStep.options.map((step) => waiting(step));
  }

  all(): readonly StepState[] {
    return this.#states;
  }

  stateOf(step: ProvisioningStep): StepState {
    return this.#states.find((state) => state.step === step) ?? waiting(step);
  }

  /** The one that runs, if any. */
  running(): ProvisioningStep | null {
    return this.#states.find((state) => state.state === 'running')?.step ?? null;
  }

  begin(step: ProvisioningStep): void {
    this.#put(step, {
      state: 'running',
      startedMs: this.#now(),
      durationMs: null,
      progress: null,
      note: null,
    });
  }

  progress(step: ProvisioningStep, progress: StepProgress): void {
    this.#put(step, { progress });
  }

  done(step: ProvisioningStep, note: StepNote = null): void {
    this.#end(step, 'done', note);
  }

  skip(step: ProvisioningStep, note: StepNote = null): void {
    this.#put(step, { state: 'skipped', startedMs: null, durationMs: null, progress: null, note });
  }

  fail(step: ProvisioningStep): void {
    this.#end(step, 'failed', null);
  }

  /** This step and all after it are to be done again. */
  resetFrom(step: ProvisioningStep): void {
    const from = this.#states.findIndex((state) => state.step === step);
    this.#states = this.#states.map((state, index) => (index < from ? state : waiting(state.step)));
    this.#onChange();
  }

  #end(step: ProvisioningStep, state: 'done' | 'failed', note: StepNote): void {
    const now = this.#now();
    const startedMs = this.stateOf(step).startedMs ?? now;
    this.#put(step, { state, startedMs, durationMs: now - startedMs, progress: null, note });
  }

  #put(step: ProvisioningStep, change: Partial<StepState>): void {
    this.#states = this.#states.map((state) => (state.step === step ? { ...state, ...change } : state));
    this.#onChange();
  }
}

function waiting(step: ProvisioningStep): StepState {
  return { step, state: 'waiting', startedMs: null, durationMs: null, progress: null, note: null };
}
