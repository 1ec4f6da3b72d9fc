import type { Handlers } from '../../shared/contract/contract.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/log.ts';
import { QuestionPool, type Database } from '../storage/index.ts';
import { exportCsv } from './export-csv.ts';
import { readExtent } from './extent.ts';
import { checkedRange } from './range.ts';
import { readSeries } from './series.ts';

export interface HistoryOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/** What was measured, over any range: for charts, reports and files. Reads on connections of its own. */
export class History {
  readonly #options: HistoryOptions;
  #pool: QuestionPool | undefined;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** From here on questions go to this database. */
  open(owner: Database): void {
    this.#pool = new QuestionPool({ address: owner.address, log: this.#options.log });
  }

  /** Questions under way fail; further ones are answered with `stack.not-running`. */
  async detach(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }

  readonly handlers: Handlers['history'] = {
    series: async ({ macs, fromMs, toMs, widthPx, gapMs }, signal) => {
      const range = checkedRange({ fromMs, toMs });
      const nowMs = this.#options.clock.now();
      return this.#questions().ask(signal, (connection) =>
        readSeries(connection, { ...range, macs, widthPx, gapMs, nowMs }),
      );
    },

    extent: async ({ macs }, signal) =>
      this.#questions().ask(signal, async (connection) => ({ items: await readExtent(connection, macs) })),

    // Not answered yet.
    summary: () => Promise.reject(notYet()),
    statistics: () => Promise.reject(notYet()),
    heartbeats: () => Promise.reject(notYet()),
    annotations: () => Promise.reject(notYet()),
    annotate: () => Promise.reject(notYet()),
    removeAnnotation: () => Promise.reject(notYet()),

    exportCsv: (question, signal) =>
      exportCsv(this.#questions(), { ...question, ...checkedRange(question) }, signal),
  };

  #questions(): QuestionPool {
    if (this.#pool === undefined) throw new AppError('stack.not-running', 'The database is not running.');
    return this.#pool;
  }
}

function notYet(): AppError {
  return new AppError('request.invalid', 'This part of the history cannot be asked yet.', { field: '' });
}
