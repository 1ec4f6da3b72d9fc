import { username as usableName } from '../../../shared/contract/broker.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { Log } from '../../foundation/log.ts';
import { pause } from '../../foundation/watch-state.ts';
import { Database, type DatabaseAddress } from '../../storage/index.ts';
import type { DockerEngine } from './engine/docker-engine.ts';
import { findPublishedStack, nameOf, parseEnvFile } from './project/index.ts';
import { publishedPort } from './published-place.ts';
import { ingestorUser } from './stack-variables.ts';

/** The names that the published project's own file gives its containers; what stores comes before what it stores into. */
const stopOrder = ['mqtt-to-pg', 'mqtt-broker', 'grafana', 'timescale_db'] as const;
const database = 'timescale_db';
const databasePort = '5432/tcp';
const graceSeconds = 60;
const connectMs = 60_000;
const againMs = 500;

/** What the published project's `.env` says of how to get in. */
export interface PublishedAccess {
  readonly database: Pick<DatabaseAddress, 'user' | 'password' | 'database'>;
  /** The one account with which all of its boards publish; `null` where the file names none. */
  readonly boards: { readonly username: string; readonly password: string } | null;
}

/** @throws AppError `compose.invalid` */
export function publishedAccess(text: string): PublishedAccess {
  const values = parseEnvFile(text);
  const needed = (name: string): string => {
    const value = values[name];
    if (value !== undefined && value !== '') return value;
    const fault = 'is missing';
    throw new AppError('compose.invalid', `.env: ${name} ${fault}.`, {
      where: name,
      text: fault,
      line: null,
    });
  };
  const { MQTT_USER: username = '', MQTT_PASSWORD: password = '' } = values;
  return {
    database: {
      user: needed('PG_USER'),
      password: needed('PG_PASSWORD'),
      database: needed('PG_DATABASE'),
    },
    boards:
      usableName.safeParse(username).success && password !== '' && username !== ingestorUser
        ? { username, password }
        : null,
  };
}

/** All of it, the ingestor before what it stores into; with `restart: unless-stopped` it stays so. */
export async function stopPublished(engine: DockerEngine): Promise<void> {
  const ids = new Map((await findPublishedStack(engine)).map((item) => [nameOf(item), item.Id]));
  for (const name of stopOrder) {
    const id = ids.get(name);
    if (id !== undefined) await engine.stopContainer(id, graceSeconds);
  }
}

/** Containers of the published project on an engine. Stops and starts them; never makes, changes or removes one. */
export class PublishedStack {
  readonly #engine: DockerEngine;
  readonly #ids: ReadonlyMap<string, string>;
  /** Those that ran at the beginning, by name. */
  readonly #ran: readonly string[];

  private constructor(engine: DockerEngine, ids: ReadonlyMap<string, string>, ran: readonly string[]) {
    this.#engine = engine;
    this.#ids = ids;
    this.#ran = ran;
  }

  /** @throws AppError `docker.take-over-refused` where there is no database of it */
  static async find(engine: DockerEngine): Promise<PublishedStack> {
    const found = await findPublishedStack(engine);
    const ids = new Map(found.map((item) => [nameOf(item), item.Id]));
    if (!ids.has(database)) throw refused('no-database', 'No container timescale_db is on this engine.');
    return new PublishedStack(engine, ids, found.filter(({ State }) => State === 'running').map(nameOf));
  }

  /** Everything but the database, which runs afterwards: nothing is written any more, and it can be read. */
  async onlyDatabase(signal: AbortSignal): Promise<void> {
    for (const name of stopOrder) if (name !== database) await this.#stop(name, signal);
    signal.throwIfAborted();
    await this.#engine.startContainer(this.#id(database));
  }

  async stopDatabase(signal: AbortSignal): Promise<void> {
    await this.#stop(database, signal);
  }

  /** As it was before; what ran runs again. */
  async putBack(): Promise<void> {
    for (const name of [...stopOrder].reverse())
      if (this.#ran.includes(name)) await this.#engine.startContainer(this.#id(name));
  }

  /**
   * Connections to its database, as soon as it takes them.
   *
   * @throws AppError `docker.take-over-refused` where it publishes no port, `database.*`
   */
  async connect(access: PublishedAccess['database'], log: Log, signal: AbortSignal): Promise<Database> {
    const published = await publishedPort(this.#engine, this.#id(database), databasePort);
    if (published === undefined)
      throw refused('no-port', 'The container timescale_db publishes no port 5432.');
    const reached = await this.#engine.reach(published);
    const opened = new Database({
      address: { ...reached, ...access },
      applicationName: 'DataYoti Field take-over',
      poolSize: 2,
      log,
    });
    try {
      await answering(opened, signal);
      return opened;
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  async #stop(name: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const id = this.#ids.get(name);
    if (id !== undefined) await this.#engine.stopContainer(id, graceSeconds);
  }

  #id(name: string): string {
    return this.#ids.get(name) ?? name;
  }
}

/** As soon as it takes connections: one that was just started does not yet. @throws AppError `database.*` */
export async function answering(opened: Database, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + connectMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      await opened.query('select 1');
      return;
    } catch (error) {
      const denied = error instanceof AppError && error.code === 'database.access-denied';
      if (denied || performance.now() > deadline) throw error;
    }
    await pause(againMs, signal);
  }
}

function refused(reason: 'no-database' | 'no-port', text: string): AppError {
  return new AppError('docker.take-over-refused', text, { context: reason });
}
