import type { Settings } from '../../../shared/contract/settings.ts';
import type { Clock } from '../../foundation/clock.ts';
import { drop } from '../../foundation/drop.ts';
import type { Log } from '../../foundation/log.ts';
import { SerialQueue } from '../../foundation/serial-queue.ts';
import { watchForWake } from '../../foundation/wake-watch.ts';
import { createPartitionsAhead, dropAgreed, type Database } from '../../storage/index.ts';

const intervalMs = 3_600_000;
/** A tick that is later than this by a minute comes after a sleep. */
const wakeIntervalMs = 15_000;
const wakeLateMs = 60_000;

export interface PartitionMaintenanceParts {
  /** `undefined` once the stack that it maintains is being closed. */
  readonly database: () => Database | undefined;
  readonly retention: () => Pick<Settings, 'sensorDataDays' | 'heartbeatDays'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes the days ahead and drops those past their retention, once somebody agreed to it; one run at a time. */
export class PartitionMaintenance {
  readonly #parts: PartitionMaintenanceParts;
  readonly #queue = new SerialQueue();
  readonly #stops: (() => void)[] = [];

  constructor(parts: PartitionMaintenanceParts) {
    this.#parts = parts;
  }

  /** Now, beside the start and not before its end; each hour; and after a sleep, when days may have passed. */
  start(): void {
    const run = (): void =>
      drop(
        this.#queue.run(() => this.#run()),
        this.#parts.log,
        'maintaining partitions',
      );
    const timer = setInterval(run, intervalMs);
    const first = setTimeout(run);
    this.#stops.push(
      () => clearInterval(timer),
      watchForWake(this.#parts.clock, wakeIntervalMs, wakeLateMs, run),
      () => clearTimeout(first),
    );
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  async #run(): Promise<void> {
    const { database, retention, clock, log } = this.#parts;
    const owner = database();
    if (owner === undefined) return;
    const { sensorDataDays, heartbeatDays } = retention();
    const now = clock.now();
    await createPartitionsAhead(owner, now);
    const gone = await dropAgreed(owner, now, { sensorDataDays, heartbeatDays });
    if (gone.length > 0)
      log.from('database').info('days past their retention were dropped', { days: gone.join(', ') });
  }
}
