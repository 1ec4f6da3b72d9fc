import pg from 'pg';
import { replayAdopted } from '../devices/index.ts';
import {
  createPartitionsAhead,
  dropAgreed,
  expiredBeyond,
  heldUnsynced,
  type Database,
  type Retention,
} from '../storage/index.ts';

const intervalMs = 3_600_000;
const insufficientPrivilege = '42501';

/**
 * What the application's own stack does beside the ingest, for an ingest on its own: days ahead are made, where wanted
 * old ones dropped, and what waited for a device is stored once somebody has adopted it.
 */
export class Maintenance {
  readonly #database: Database;
  readonly #retention: Retention | null;
  readonly #say: (text: string) => void;
  /** What was said last, by subject: said again only when it is something else. */
  readonly #told = new Map<string, string>();
  #replaying: Promise<void> | undefined;

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

  /** One at a time; never throws. */
  replayAdopted(signal: AbortSignal): Promise<void> {
    this.#replaying ??= this.#replay(signal).finally(() => (this.#replaying = undefined));
    return this.#replaying;
  }

  failedRollups(error: unknown): void {
    this.#tellOnce(
      'rollups',
      isRefused(error)
        ? `the rollups are not brought up to date: the role ${this.#database.address.user} may not do it`
        : `bringing the rollups up to date failed: ${textOfError(error)}`,
    );
  }

  async #replay(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      const macs = await replayAdopted(this.#database, new Set(), signal);
      if (macs.length > 0) this.#say(`adopted, and what waited for it is stored: ${macs.join(', ')}`);
    } catch (error) {
      if (signal.aborted) return;
      this.#tellOnce(
        'quarantine',
        isRefused(error)
          ? `what waits in quarantine for adopted devices stays there: the role ${this.#database.address.user} may not ` +
              "take it out; run this as the tables' owner"
          : `storing what waited for adopted devices failed: ${textOfError(error)}`,
      );
    }
  }

  async #run(): Promise<void> {
    try {
      await createPartitionsAhead(this.#database, Date.now());
      if (this.#retention === null) return;
      const now = Date.now();
      const gone = await dropAgreed(this.#database, now, this.#retention);
      if (gone.length > 0) this.#say(`past their retention and dropped: ${gone.join(', ')}`);
      const days = (await expiredBeyond(this.#database, now, this.#retention)).map((one) => one.days);
      if (days.length > 0)
        this.#tellOnce(
          'retention',
          `${Math.max(...days)} days are past the retention and stay until somebody agrees: in the application, or ` +
            'with datayoti db retention allow',
        );
      const held = (await heldUnsynced(this.#database, now, this.#retention)).map((one) => one.days);
      if (held.length > 0)
        this.#tellOnce(
          'unsynced',
          `${Math.max(...held)} days are past the retention and stay because they are not synced yet: sync them, or ` +
            'agree in the application, or with datayoti db retention allow --unsynced',
        );
    } catch (error) {
      this.#tellOnce(
        'partitions',
        isRefused(error)
          ? `days past their retention stay: the role ${this.#database.address.user} may not drop them; ` +
              "run this as the tables' owner, or drop them with its rights"
          : `maintaining the partitions failed: ${textOfError(error)}`,
      );
    }
  }

  #tellOnce(subject: 'partitions' | 'retention' | 'unsynced' | 'quarantine' | 'rollups', text: string): void {
    if (text !== this.#told.get(subject)) this.#say(text);
    this.#told.set(subject, text);
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === insufficientPrivilege;
}

function textOfError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
