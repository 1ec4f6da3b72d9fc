import type { Handlers } from '../../shared/contract/contract.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/log.ts';
import { QuestionedDatabase, type Database } from '../storage/index.ts';
import { annotationsIn } from '../storage/queries/history-annotations.ts';
import { annotate, removeNote, withOlder } from './annotations.ts';
import { exportCsv } from './export-csv.ts';
import { readExtent } from './extent.ts';
import { readHeartbeats } from './heartbeats.ts';
import { checkedRange } from './range.ts';
import { readSeries } from './series.ts';
import { readStatistics } from './statistics.ts';
import { readSummaries } from './summary.ts';

export interface HistoryOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/** What was measured, over any range: for charts, reports and files. Reads on connections of its own. */
export class History {
  readonly #options: HistoryOptions;
  readonly #database: QuestionedDatabase;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#database = new QuestionedDatabase(options.log);
  }

  /** From here on questions go to this database. */
  open(owner: Database): void {
    this.#database.open(owner);
  }

  /** Questions under way fail; further ones are answered with `stack.not-running`. */
  async detach(): Promise<void> {
    await this.#database.detach();
  }

  readonly handlers: Handlers['history'] = {
    series: async ({ macs, fromMs, toMs, widthPx, gapMs }, signal) => {
      const range = checkedRange({ fromMs, toMs });
      const nowMs = this.#options.clock.now();
      return this.#database.questions.ask(signal, (connection) =>
        readSeries(connection, { ...range, macs, widthPx, gapMs, nowMs }),
      );
    },

    extent: async ({ macs }, signal) =>
      this.#database.questions.ask(signal, async (connection) => ({
        items: await readExtent(connection, macs),
      })),

    summary: async ({ macs, gapMs, ...asked }, signal) => {
      const range = checkedRange(asked);
      const nowMs = this.#options.clock.now();
      return this.#database.questions.ask(signal, async (connection) => ({
        items: await readSummaries(connection, { ...range, macs, gapMs, nowMs }),
      }));
    },

    statistics: async ({ macs, ...asked }, signal) => {
      const range = checkedRange(asked);
      return this.#database.questions.askLong(signal, async (connection) => ({
        items: await readStatistics(connection, macs, range),
      }));
    },

    heartbeats: async ({ mac, widthPx, ...asked }, signal) => {
      const range = checkedRange(asked);
      const nowMs = this.#options.clock.now();
      return this.#database.questions.ask(signal, (connection) =>
        readHeartbeats(connection, { ...range, mac, widthPx, nowMs }),
      );
    },

    annotations: async ({ macs, ...asked }, signal) => {
      const { fromMs, toMs } = checkedRange(asked);
      return this.#database.questions.ask(signal, async (connection) => ({
        items: await annotationsIn(connection, await withOlder(connection, macs), fromMs, toMs),
      }));
    },

    annotate: (note) => annotate(this.#database.owner, note),

    removeAnnotation: async ({ id }) => {
      await removeNote(this.#database.owner, id);
      return {};
    },

    exportCsv: (question, signal) =>
      exportCsv(this.#database.questions, { ...question, ...checkedRange(question) }, signal),
  };
}
