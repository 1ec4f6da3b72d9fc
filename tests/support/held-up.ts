import pg from 'pg';
import type { Database } from '../../src/main/storage/index.ts';

/** A statement of history or conformity that the server works on. */
export interface Statement {
  readonly pid: number;
  /** When it began, exactly: with the process it names the statement. */
  readonly since: string;
  readonly waits: boolean;
}

/** Runs `work` while nobody else can read a table: whatever is asked meanwhile stays under way. */
export async function withTablesLocked(owner: Database, work: () => Promise<void>): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'field') and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  );
  const lock = `lock table ${rows.map(({ name }) => name).join(', ')} in access exclusive mode`;
  const held = (): Promise<boolean> =>
    owner.transaction(async (connection) => {
      try {
        await connection.query(lock);
      } catch (error) {
        // Whoever reads two of them in another order at this moment is in a deadlock with it: the same again is right.
        if (error instanceof pg.DatabaseError && error.code === '40P01') return false;
        throw error;
      }
      await work();
      return true;
    });
  while (!(await held()));
}

/** What history and conformity ask of this database at the moment. */
export async function statementsOf(owner: Database): Promise<readonly Statement[]> {
  const { rows } = await owner.query<Statement & Record<string, unknown>>(
    `select pid, query_start::text as since, coalesce(wait_event_type = 'Lock', false) as waits from pg_stat_activity
     where datname = current_database() and application_name like 'DataYoti Field history%' and state <> 'idle'`,
  );
  return rows;
}

/** Those that wait for a lock. */
export async function heldUp(owner: Database): Promise<readonly Statement[]> {
  return (await statementsOf(owner)).filter(({ waits }) => waits);
}
