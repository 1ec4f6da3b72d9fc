import pg from 'pg';
import type { Settings } from '../../../shared/contract/settings.ts';
import { createPartitionsAhead, dropExpired, type Database } from '../../storage/index.ts';

const intervalMs = 3_600_000;
const insufficientPrivilege = '42501';

/** What the application's own stack does each hour, for an ingest on its own: days ahead are made, old ones dropped. */
export class Maintenance {
  readonly #database: Database;
  readonly #settings: Settings;
  readonly #say: (text: string) => void;
  #told = '';

  constructor(database: Database, settings: Settings, say: (text: string) => void) {
    this.#database = database;
    this.#settings = settings;
    this.#say = say;
  }

  /** Now and each hour. Returns what ends it. */
  start(): () => void {
    void this.#run();
    const timer = setInterval(() => void this.#run(), intervalMs);
    return () => clearInterval(timer);
  }

  async #run(): Promise<void> {
    const { sensorDataDays, heartbeatDays } = this.#settings;
    try {
      await createPartitionsAhead(this.#database, Date.now());
      const gone = await dropExpired(this.#database, Date.now(), { sensorDataDays, heartbeatDays });
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
