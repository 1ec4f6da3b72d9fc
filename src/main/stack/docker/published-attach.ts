import { AppError } from '../../../shared/domain/app-error.ts';
import { sensorTopicFilter } from '../../../shared/domain/topics.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { AsyncDisposer } from '../../foundation/disposer.ts';
import { drop } from '../../foundation/drop.ts';
import type { Log } from '../../foundation/log.ts';
import {
  Database,
  databaseKind,
  databaseSizeBytes,
  serverVersion,
  type DatabaseAddress,
  type DatabaseKind,
} from '../../storage/index.ts';
import type { StackTenant } from '../local-stack.ts';
import { BrokerLink } from './broker-link.ts';
import type { DockerEngine, ReachedPort } from './engine/docker-engine.ts';
import { lookAtPublished, publishedParts, type FoundPart, type PublishedLook } from './published-place.ts';
import { answering, type PublishedAccess } from './published-stack.ts';
import type { Subscriber, SubscriberMaker } from './stack-definition.ts';

const ownerPoolSize = 8;
const ingestorPoolSize = 4;
const measureIntervalMs = 15_000;

/** The published stack as it runs: what is connected to. */
export interface AttachedPublished {
  readonly engine: DockerEngine;
  /** Where its containers were at the last look. */
  look: PublishedLook;
  readonly database: {
    readonly owner: Database;
    readonly kind: DatabaseKind;
    readonly version: string;
    sizeBytes: number;
  };
  readonly link: BrokerLink;
  readonly subscriber: Subscriber;
  readonly boards: { readonly username: string; readonly password: string };
}

export interface PublishedAttachParts {
  readonly tenant: StackTenant;
  readonly makeSubscriber: SubscriberMaker;
  /** Brings what this application needs beside the tables that are there. */
  readonly prepare: (owner: Database, signal: AbortSignal) => Promise<unknown>;
  /** Of this installation, among others that may use the same stack with the same account. */
  readonly installation: () => Promise<string>;
  readonly log: Log;
  readonly clock: Clock;
}

/** Where broker and database are reached, of containers that run. */
export interface ReachedPublished {
  readonly look: PublishedLook;
  readonly database: ReachedPort;
  readonly broker: ReachedPort;
}

/**
 * @throws AppError `docker.use-refused` for what can never be used, `docker.published-away` for what is stopped,
 * `engine.*`
 */
export async function reachPublished(engine: DockerEngine): Promise<ReachedPublished> {
  const look = await lookAtPublished(engine);
  const absent = publishedParts.find((part) => look[part].state === 'absent');
  if (absent !== undefined)
    throw refusedUse('not-there', `No container ${look[absent].container} is on this engine.`);
  const away = awayError(look);
  if (away !== undefined) throw away;
  const reach = async ({ container, published }: FoundPart): Promise<ReachedPort> => {
    if (published === undefined) throw refusedUse('no-port', `The container ${container} publishes no port.`);
    return engine.reach(published);
  };
  return { look, database: await reach(look.database), broker: await reach(look.broker) };
}

/** AppError `docker.published-away` that names the containers that do not run; `undefined` where both do. */
export function awayError(look: PublishedLook): AppError | undefined {
  const away = publishedParts.map((part) => look[part]).filter(({ state }) => state !== 'running');
  if (away.length === 0) return undefined;
  const containers = away.map(({ container }) => container).join(', ');
  return new AppError('docker.published-away', `The published stack does not run: ${containers}.`, {
    containers,
  });
}

export function refusedUse(
  context: 'not-there' | 'no-port' | 'no-account' | 'no-env',
  text: string,
): AppError {
  return new AppError('docker.use-refused', text, { context });
}

/** As its owner. */
export function publishedDatabase(
  access: PublishedAccess['database'],
  place: ReachedPort,
  role: string,
  poolSize: number,
  log: Log,
): Database {
  const address: DatabaseAddress = { ...place, ...access };
  return new Database({
    address,
    applicationName: `DataYoti Field ${role}`,
    poolSize,
    log: log.from('database'),
  });
}

/**
 * Connects the application to the broker and the database of the published stack. All of it ends with `running`; its
 * containers go on.
 *
 * @throws AppError `docker.use-refused`, `docker.published-away`, `engine.*`, `database.*`, `schema.*`
 */
export async function attachPublished(
  engine: DockerEngine,
  access: PublishedAccess,
  parts: PublishedAttachParts,
  running: AsyncDisposer,
  signal: AbortSignal,
): Promise<AttachedPublished> {
  const { tenant, makeSubscriber, prepare, installation, log, clock } = parts;
  const { boards } = access;
  if (boards === null) throw refusedUse('no-account', 'Its .env names no account of the broker.');
  const { look, database: place, broker } = await reachPublished(engine);
  const open = (role: string, poolSize: number): Database =>
    running.use(`${role} connections`, publishedDatabase(access.database, place, role, poolSize, log));
  const owner = open('owner', ownerPoolSize);
  await answering(owner, signal);
  await prepare(owner, signal);
  const database = {
    owner,
    kind: await databaseKind(owner),
    version: await serverVersion(owner),
    sizeBytes: await databaseSizeBytes(owner),
  };
  // As the owner: the password of the ingestor's role is that of its own ingestor, and may not even be set.
  const ingestor = open('ingestor', ingestorPoolSize);
  const opened = await tenant.open(
    { owner, ingestor, storedByAnother: true, quarantinesNothing: true },
    signal,
  );
  running.defer('ingest', () => opened.close(), 15_000);
  const mark = await installation();
  const login = { ...broker, ...boards };
  const link = running.use('broker link', new BrokerLink({ ...login, clientId: `datayoti-app-${mark}` }));
  const subscriber = running.use(
    'subscriber',
    makeSubscriber({
      ...login,
      clientId: `datayoti-field-${mark}`,
      filters: [sensorTopicFilter],
      sink: opened.sink,
      log,
      clock,
    }),
  );
  subscriber.start();
  const attached: AttachedPublished = { engine, look, database, link, subscriber, boards };
  const measure = async (): Promise<void> => {
    database.sizeBytes = await databaseSizeBytes(owner);
  };
  const timer = setInterval(() => drop(measure(), log, 'measuring the database'), measureIntervalMs);
  running.defer('measuring the database', () => clearInterval(timer));
  return attached;
}
