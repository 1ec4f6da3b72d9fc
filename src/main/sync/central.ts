import type { CentralFacts, SyncAddress, SyncCounts } from '../../shared/contract/sync.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/log.ts';
import { Database, databaseKind, type Connection, type Queryable } from '../storage/index.ts';
import {
  makeOwnTables,
  mayCreateSchema,
  mayMakeDays,
  newestMigration,
  serverFacts,
  tableFacts,
  type TableFacts,
} from '../storage/queries/central-facts.ts';
import { centralError } from './central-errors.ts';
import { clockToleranceMs, statementTimeoutMs } from './limits.ts';
import { ownSchema, type RowRelation, type SyncRelation } from './relations.ts';

export type HeldReason = NonNullable<SyncCounts['reason']>;

/** What a run needs to know of one relation there. */
export interface CentralRelation {
  readonly facts: TableFacts;
  /** Nothing of it can go; `null` where something can. */
  readonly reason: HeldReason | null;
}

/** A central database, open for one run, with what was found about it. */
export interface Central {
  readonly facts: CentralFacts;
  readonly relations: ReadonlyMap<string, CentralRelation>;
  readonly makesDays: boolean;
  /** One connection for the time of `work`; what fails there has a `sync.*` code. */
  connection<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  readonly query: Queryable['query'];
  readonly copyIn: Queryable['copyIn'];
  close(): Promise<void>;
}

export interface CentralOrder {
  readonly address: SyncAddress;
  readonly password: string;
  readonly relations: readonly SyncRelation[];
  readonly ownTables: boolean;
  /** Tables of ours that are agreed and missing are made. */
  readonly makes: boolean;
  /** The database that rows come from: its identity and the newest migration that this application knows. */
  readonly local: Queryable;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Connects and looks at everything that decides what can be sent.
 *
 * @throws AppError `sync.unreachable`, `sync.certificate`, `sync.login-refused`, `sync.read-only`, `sync.same-database`
 */
export async function openCentral(order: CentralOrder): Promise<Central> {
  const { address, password } = order;
  const { host, port, database, user, tls, ca } = address;
  const pool = new Database({
    address: {
      host,
      port,
      database,
      user,
      password,
      ...(tls === 'off' ? {} : { tls: { mode: tls, ...(ca === null ? {} : { ca }) } }),
    },
    applicationName: 'DataYoti Field sync',
    poolSize: 2,
    log: order.log,
    statementTimeoutMs,
  });
  let connected = false;
  const mapped = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw centralError(error, address, connected);
    }
  };
  const query: Queryable['query'] = (text, values) => mapped(() => pool.query(text, values));
  const copyIn: Queryable['copyIn'] = (text, data) => mapped(() => pool.copyIn(text, data));
  try {
    const found = await lookAt({ query, copyIn }, order);
    connected = true;
    return {
      ...found,
      query,
      copyIn,
      connection: (work) => mapped(() => pool.connection(work)),
      close: () => pool.close(),
    };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

async function lookAt(
  central: Queryable,
  { relations, ownTables, makes, local, clock }: CentralOrder,
): Promise<Pick<Central, 'facts' | 'relations' | 'makesDays'>> {
  // The first answer opens the connection; the second is quick enough to compare clocks by.
  await central.query('select');
  const askedMs = clock.now();
  const server = await serverFacts(central);
  const clockAheadMs = server.clockMs - (askedMs + clock.now()) / 2;
  if (server.readOnly)
    throw new AppError(
      'sync.read-only',
      'The central database takes no changes: it is a copy or set to read-only.',
    );
  const here = await serverFacts(local);
  if (here.identity === server.identity)
    throw new AppError('sync.same-database', 'This is the database that the rows come from.');
  const [newestThere, newestHere] = [await newestMigration(central), await newestMigration(local)];
  const own = relations.filter((one): one is RowRelation => one.kind === 'rows' && one.create !== null);
  const ownTablesSql = ownTables ? await settleOwnTables(central, own, makes) : null;
  const found = new Map<string, CentralRelation>();
  const willBeMade = !makes && ownTablesSql === null;
  for (const relation of relations)
    found.set(relation.name, await lookAtRelation(central, relation, ownTables, willBeMade));
  return {
    facts: {
      serverVersion: server.version.split(' ')[0] ?? server.version,
      kind: await databaseKind(central),
      user: server.user,
      encrypted: server.encrypted,
      clockAheadMs: Math.round(clockAheadMs),
      clockOff: Math.abs(clockAheadMs) > clockToleranceMs,
      newerSchema:
        newestThere !== null && newestHere !== null && newestThere.number > newestHere.number
          ? newestThere.version
          : null,
      ownTablesSql,
      relations: [...found].map(([relation, { reason }]) => ({ relation, usable: reason === null, reason })),
    },
    relations: found,
    makesDays: await mayMakeDays(central),
  };
}

/** @returns what its administrator would have to run, where tables are missing that this user may not make */
async function settleOwnTables(
  central: Queryable,
  own: readonly RowRelation[],
  makes: boolean,
): Promise<string | null> {
  const missing: RowRelation[] = [];
  for (const relation of own)
    if (!(await tableFacts(central, relation.central)).there) missing.push(relation);
  if (missing.length === 0) return null;
  const statements = missing.flatMap(({ create }) => (create === null ? [] : [create]));
  if (await mayCreateSchema(central)) {
    if (makes) await makeOwnTables(central, ownSchema, statements);
    return null;
  }
  const { rows } = await central.query<{ user: string }>('select quote_ident(current_user) as user');
  const user = rows[0]?.user ?? 'mqtt_ingestor';
  return [
    `create schema if not exists ${ownSchema};`,
    ...statements.map((statement) => `${statement};`),
    `grant usage on schema ${ownSchema} to ${user};`,
    ...missing.map(({ central: table }) => `grant select, insert, update on ${table} to ${user};`),
  ].join('\n');
}

async function lookAtRelation(
  central: Queryable,
  relation: SyncRelation,
  ownTables: boolean,
  willBeMade: boolean,
): Promise<CentralRelation> {
  const own = relation.kind === 'rows' && relation.create !== null;
  const facts = await tableFacts(
    central,
    relation.kind === 'rows' ? relation.central : `public.${relation.name}`,
  );
  const reasonOf = (): HeldReason | null => {
    if (own && !ownTables) return 'not-agreed';
    // In a dry run a table that would be made counts as there.
    if (!facts.there) return own && willBeMade ? null : 'missing';
    if (relation.columns.some(({ name, type }) => facts.types.get(name) !== type)) return 'other-layout';
    const key = relation.kind === 'rows' ? relation.key : ['device_mac_addr', 'time'];
    if (!facts.uniqueKeys.includes([...key].sort().join(','))) return 'no-unique-key';
    if (!facts.mayRead) return 'no-rights';
    if (relation.kind === 'series' && !(facts.mayInsert && facts.mayUpdate)) return 'no-rights';
    return null;
  };
  return { facts, reason: reasonOf() };
}
