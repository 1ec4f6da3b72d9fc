import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import type { Account } from '../../../../shared/contract/broker.ts';
import type { BrokerClientInfo } from '../../../../shared/contract/traffic-parts.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { ListenerName } from './listeners.ts';

/** A session of a client that is away: its queue and subscriptions are kept that long, and no more of them. */
export const sleepLimitMs = 7 * 86_400_000;
export const sleepersInAll = 2_000;

export interface Origin {
  readonly address: string;
  readonly listener: ListenerName;
  /** Bytes that went over the connection so far. */
  readonly use: () => { readonly bytesIn: number; readonly bytesOut: number };
}

/** What a client said of itself as it connected. */
export interface ClientHabits {
  readonly keepAliveSeconds: number;
  readonly protocolVersion: number;
}

interface Session extends Origin {
  readonly account: Account;
  readonly habits: ClientHabits;
  readonly sinceMs: number;
  messages: number;
}

/** aedes does not say in its types that a client holds its subscriptions; it reads them from there itself. */
interface Subscriber {
  readonly subscriptions: Readonly<Record<string, { readonly qos: number }>>;
}

/**
 * Who is connected, as which account and from where, and whose sessions sleep. aedes' own table of clients loses
 * one when a connection is replaced while it is being closed, so it is not relied on.
 */
export class ClientSessions {
  readonly #clock: Clock;
  readonly #origins = new WeakMap<Duplex, Origin>();
  readonly #sessions = new WeakMap<Client, Session>();
  /** Clients of accounts that are gone: nothing of them is kept. */
  readonly #removed = new WeakSet<Client>();
  readonly #connections = new Set<Duplex>();
  readonly #clients = new Set<Client>();
  readonly #connectedIds = new Map<string, Client>();
  /** Oldest first. */
  readonly #sleepers = new Map<string, { readonly username: string; readonly sinceMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get connections(): number {
    return this.#connections.size;
  }

  get connected(): number {
    return this.#clients.size;
  }

  opened(connection: Duplex, origin: Origin): void {
    this.#origins.set(connection, origin);
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
  }

  originOf(client: Client): Origin {
    return this.#origins.get(client.conn) ?? noOrigin;
  }

  accountOf(client: Client): Account | undefined {
    return this.#sessions.get(client)?.account;
  }

  /** A client id belongs to the account that uses it, awake or asleep: nobody takes over another's session. */
  isTaken(clientId: string, username: string): boolean {
    const live = this.#connectedIds.get(clientId);
    const owner =
      live === undefined ? this.#sleepers.get(clientId)?.username : this.accountOf(live)?.username;
    return owner !== undefined && owner !== username;
  }

  isConnected(clientId: string): boolean {
    return this.#connectedIds.has(clientId);
  }

  countMessage(client: Client): void {
    const session = this.#sessions.get(client);
    if (session !== undefined) session.messages++;
  }

  loggedIn(client: Client, account: Account, habits: ClientHabits, onGone: () => void): void {
    this.#sessions.set(client, {
      account,
      habits,
      ...this.originOf(client),
      sinceMs: this.#clock.now(),
      messages: 0,
    });
    this.#clients.add(client);
    this.#connectedIds.set(client.id, client);
    this.#sleepers.delete(client.id);
    client.conn.once('close', () => {
      this.#clients.delete(client);
      if (this.#connectedIds.get(client.id) === client) {
        this.#connectedIds.delete(client.id);
        if (!client.clean && !this.#removed.has(client))
          this.#sleepers.set(client.id, { username: account.username, sinceMs: this.#clock.now() });
      }
      onGone();
    });
  }

  list(): readonly BrokerClientInfo[] {
    return [...this.#clients].flatMap((client) => {
      const session = this.#sessions.get(client);
      if (session === undefined) return [];
      const { account, address, listener, sinceMs, habits, messages, use } = session;
      const { subscriptions } = client as unknown as Subscriber;
      return [
        {
          id: client.id,
          account: account.username,
          address,
          listener,
          protocolVersion: habits.protocolVersion,
          keepAliveSeconds: habits.keepAliveSeconds,
          cleanSession: client.clean,
          subscriptions: Object.entries(subscriptions).map(([filter, { qos }]) => ({ filter, qos })),
          ...use(),
          messagesIn: messages,
          sinceMs,
        },
      ];
    });
  }

  /** Ends the connection of one client; `false` where there is none of this id. Its session stays. */
  end(clientId: string): boolean {
    const client = this.#connectedIds.get(clientId);
    client?.conn.destroy();
    return client !== undefined;
  }

  /** Ends an account's connections; @returns the client ids whose sleeping sessions are to be forgotten */
  removeAccount(username: string): readonly string[] {
    const ids: string[] = [];
    for (const client of this.#clients) {
      if (this.accountOf(client)?.username !== username) continue;
      ids.push(client.id);
      this.#removed.add(client);
      client.conn.destroy();
    }
    for (const [id, sleeper] of this.#sleepers) if (sleeper.username === username) ids.push(id);
    for (const id of ids) this.#sleepers.delete(id);
    return ids;
  }

  /** Takes out the sessions that sleep for too long or are too many, oldest first. */
  expired(): readonly string[] {
    const oldest = this.#clock.now() - sleepLimitMs;
    const gone: string[] = [];
    for (const [id, { sinceMs }] of this.#sleepers) {
      if (sinceMs > oldest && this.#sleepers.size <= sleepersInAll) break;
      this.#sleepers.delete(id);
      gone.push(id);
    }
    return gone;
  }

  /** Ends everything; resolves when each client's last will has been handed over. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => new Promise<void>((done) => client.close(done))));
    for (const connection of this.#connections) connection.destroy();
    this.#sleepers.clear();
  }
}

const noOrigin: Origin = { address: '', listener: 'mqtt', use: () => ({ bytesIn: 0, bytesOut: 0 }) };
