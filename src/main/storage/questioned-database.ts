import { AppError } from '../../shared/domain/app-error.ts';
import type { Log } from '../foundation/log.ts';
import type { Database } from './database.ts';
import { QuestionPool } from './question-pool.ts';

/**
 * The database that a capability works on, as long as one runs: questions go over connections of its own, and what is
 * written goes the owner's way, as every other change does.
 */
export class QuestionedDatabase {
  readonly #log: Log;
  #open: { readonly owner: Database; readonly questions: QuestionPool } | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** From here on questions go to this database. */
  open(owner: Database): void {
    this.#open = { owner, questions: new QuestionPool({ address: owner.address, log: this.#log }) };
  }

  /** Questions under way fail; further ones are answered with `stack.not-running`. */
  async detach(): Promise<void> {
    const before = this.#open;
    this.#open = undefined;
    await before?.questions.close();
  }

  /** @throws AppError `stack.not-running` */
  get questions(): QuestionPool {
    return this.#running().questions;
  }

  /** @throws AppError `stack.not-running` */
  get owner(): Database {
    return this.#running().owner;
  }

  #running(): { readonly owner: Database; readonly questions: QuestionPool } {
    if (this.#open === undefined) throw new AppError('stack.not-running', 'The database is not running.');
    return this.#open;
  }
}
