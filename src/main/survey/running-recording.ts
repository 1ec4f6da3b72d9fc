import type { LiveRecording, SurveySample } from '../../shared/contract/survey.ts';
import type { DeviceStatistics, PointState } from '../../shared/contract/survey-parts.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { RecordingStatistics } from '../../shared/domain/survey-statistics.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';
import type { Queryable } from '../storage/index.ts';
import { insertSamples } from '../storage/queries/survey-samples.ts';
import { recentSamplesMost } from './limits.ts';

export interface RunningRecordingParts {
  readonly surveyId: string;
  readonly rootId: string;
  readonly recordingId: string;
  readonly pointId: string;
  readonly pointLabel: string;
  readonly startedMs: number;
  readonly untilMs: number;
  /** What the point was before. */
  readonly stateBefore: PointState;
  readonly macs: readonly MacAddress[];
  readonly statistics: RecordingStatistics;
  readonly database: Queryable;
}

/** The longest that a timer of the runtime can be. */
const longestTimerMs = 2_147_483_647;

/** One recording on its way. */
export class RunningRecording {
  readonly #parts: RunningRecordingParts;
  readonly #queue = new SerialQueue();
  readonly #recent: SurveySample[] = [];
  #timer: NodeJS.Timeout | undefined;
  #waiting: SurveySample[] = [];
  #stored = 0;
  #closed = false;

  constructor(parts: RunningRecordingParts) {
    this.#parts = parts;
  }

  get surveyId(): string {
    return this.#parts.surveyId;
  }

  get pointId(): string {
    return this.#parts.pointId;
  }

  get pointLabel(): string {
    return this.#parts.pointLabel;
  }

  get stateBefore(): PointState {
    return this.#parts.stateBefore;
  }

  get macs(): readonly MacAddress[] {
    return this.#parts.macs;
  }

  endAt(end: () => void): void {
    const { startedMs, untilMs } = this.#parts;
    this.#timer = setTimeout(end, Math.min(longestTimerMs, untilMs - startedMs));
  }

  /** Resolves when the samples are on the disk; those that came meanwhile go together. */
  add(samples: readonly SurveySample[]): Promise<void> {
    if (this.#closed) return Promise.resolve();
    for (const sample of samples) {
      this.#parts.statistics.add(sample);
      this.#waiting.push(sample);
      this.#recent.push(sample);
    }
    this.#recent.splice(0, this.#recent.length - recentSamplesMost);
    return this.#queue.run(() => this.#store());
  }

  /** What all samples say; after it no more are taken. */
  async close(): Promise<readonly DeviceStatistics[]> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#queue.run(() => this.#store());
    return this.#parts.statistics.get();
  }

  live(nowMs: number): LiveRecording {
    const { recordingId, pointId, startedMs, untilMs, statistics } = this.#parts;
    return {
      recordingId,
      pointId,
      startedMs,
      untilMs,
      nowMs,
      running: true,
      devices: [...statistics.get()],
      recent: [...this.#recent],
    };
  }

  async #store(): Promise<void> {
    const samples = this.#waiting;
    if (samples.length === 0) return;
    this.#waiting = [];
    const { database, recordingId, rootId } = this.#parts;
    try {
      await insertSamples(database, recordingId, rootId, this.#stored, samples);
      this.#stored += samples.length;
    } catch (error) {
      // They go with the next ones, or with the end.
      this.#waiting = [...samples, ...this.#waiting];
      throw error;
    }
  }
}
