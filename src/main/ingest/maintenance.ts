import pg from 'pg';
import { createPartitionsAhead, dropExpired, type Database, type Retention } from '../storage/index.ts';

const intervalMs = 3_600_000;
const insufficientPrivilege = '42501';

/** What the application's own stack does each hour, for an ingest on its own: days ahead are made, and, where wanted, old ones dropped. */
export class Maintenance {
  readonly #database: Database;
  readonly #retention: Retention | null;
  readonly #say: (text: string) => void;
  #told = '';

  /** @param retention null drops nothing: a database that others look after keeps what it has */
  constructor(database: Database, retention: Retention | null, say: (text: string) => void) {
    this.#database = database;
    this.#retention = retention;
    this.#say = say;
  }

  /** Now and each hour. Returns what ends it. */
  start(): () => void {
    void this.#run();
    const timer = setInterval(() => void this.#run(), intervalMs);
    return () => clearInterval(timer);
  }

  async #run(): Promise<void> {
    try {
      await createPartitionsAhead(this.#database, Date.now());
      if (this.#retention === null) return;
      const gone = await dropExpired(this.#database, Date.now(), this.#retention);
      if (gone.length > 0) this.#say(`past their retention and dropped: ${gone.join(', ')}`);
    } catch (error) {
      this.#tellOnce(
        error instanceof pg.DatabaseError && error.code === insufficientPrivilege
          ? `days past their retention stay: the role ${this.#database.address.user} may not drop them; ` +
              "run this as the tables' owner, or drop them with its rights"
          : `maintaining the partitions failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #tellOnce(text: string): void {
    if (text !== this.#told) this.#say(text);
    this.#told = text;
  }
}
