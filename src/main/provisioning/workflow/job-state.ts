import type { BoardJob, ProvisioningFinding } from '../../../shared/contract/provisioning.ts';
import type { ErrorReport } from '../../../shared/domain/app-error.ts';
import type { MacAddress } from '../../../shared/domain/mac-address.ts';
import { JobLog } from './job-log.ts';
import type { JobWish } from './job-parts.ts';
import { JobSteps } from './job-steps.ts';
import type { FirstReading } from './ports.ts';

/** What is known of one board's run; the run writes it, screens get snapshots. */
export class JobState {
  readonly id: string;
  readonly steps: JobSteps;
  readonly serial = new JobLog();
  readonly changed: () => void;
  wish: JobWish;
  phase: BoardJob['phase'] = 'waiting';
  mac: MacAddress | null = null;
  chip: string | null = null;
  baudRate: number | null = null;
  boardState: BoardJob['boardState'] = 'untouched';
  configurationSha256: string | null = null;
  reading: FirstReading | null = null;
  finding: ProvisioningFinding | null = null;
  error: ErrorReport | null = null;
  startedMs: number | null = null;
  finishedMs: number | null = null;

  constructor(id: string, wish: JobWish, now: () => number, changed: () => void) {
    this.id = id;
    this.wish = wish;
    this.changed = changed;
    this.steps = new JobSteps(now, changed);
  }

  snapshot(): BoardJob {
    const { address, siteRef, name, position } = this.wish.board;
    return {
      id: this.id,
      address,
      phase: this.phase,
      mac: this.mac,
      chip: this.chip,
      siteRef,
      name,
      position,
      startedMs: this.startedMs,
      finishedMs: this.finishedMs,
      baudRate: this.baudRate,
      steps: [...this.steps.all()],
      reading: this.reading,
      finding: this.finding,
      error: this.error,
      boardState: this.boardState,
      lastLogLine: this.serial.last(),
    };
  }
}
