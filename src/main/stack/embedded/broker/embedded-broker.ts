import type { Duplex } from 'node:stream';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import type { Account } from '../../../../shared/contract/broker.ts';
import type { BrokerState } from '../../../../shared/contract/stack.ts';
import { AppError, reportOf } from '../../../../shared/domain/app-error.ts';
import type { MessageSink } from '../../../../shared/domain/inbound-message.ts';
import { timeTopic } from '../../../../shared/domain/topics.ts';
import type { Clock } from '../../../foundation/clock.ts';
import { AsyncDisposer, type Closable } from '../../../foundation/disposer.ts';
import { drop } from '../../../foundation/drop.ts';
import { Listeners } from '../../../foundation/listeners.ts';
import type { Log } from '../../../foundation/log.ts';
import type { AccountStore } from './account-store.ts';
import { BoundedPersistence } from './bounded-persistence.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { openListener, type ListenerName, type OpenListener } from './listeners.ts';
import { isAny, localAddresses } from './local-addresses.ts';
import { PacketSizeGuard } from './packet-size-guard.ts';
import { announceBroker } from './service-announcement.ts';
import { mayPublish, maySubscribe } from './topic-rights.ts';

/** Retained messages live here over restarts. */
export interface RetainedStore {
  load(): Promise<
    readonly { readonly topic: string; readonly payload: Uint8Array; readonly qos: 0 | 1 | 2 }[]
  >;
  put(message: {
    readonly topic: string;
    readonly payload: Uint8Array;
    readonly qos: 0 | 1 | 2;
  }): Promise<void>;
  delete(topic: string): Promise<void>;
}

export interface EmbeddedBrokerOptions {
  readonly sink: MessageSink;
  readonly retained: RetainedStore;
  readonly accounts: AccountStore;
  readonly authority: CertificateAuthority;
  readonly log: Log;
  readonly clock: Clock;
}

export interface BrokerConfig {
  readonly address: string;
  readonly mqttPort: number;
  /** `null` leaves that listener closed. */
  readonly mqttsPort: number | null;
  readonly websocketPort: number | null;
  readonly maxPacketBytes: number;
  readonly announce: boolean;
}

export interface BrokerClient {
  readonly id: string;
  readonly username: string;
  readonly address: string;
  readonly listener: ListenerName;
  readonly sinceMs: number;
}

interface Session {
  readonly account: Account;
  readonly address: string;
  readonly listener: ListenerName;
  readonly sinceMs: number;
}

const timeIntervalMs = 10_000;
const connectLimitMs = 10_000;
/** CONNACK return code 4 of MQTT 3.1.1, table 3.1. */
const badUserNameOrPassword = 4;
/** One log line per kind and client in this time: a board with a wrong password tries for ever. */
const logEveryMs = 60_000;

/**
 * An MQTT 3.1.1 broker inside the application. A client's message is acknowledged only after the sink says
 * that it is durable; anonymous clients are refused; each account has its topics.
 */
export class EmbeddedBroker implements Closable {
  readonly #options: EmbeddedBrokerOptions;
  readonly #log: Log;
  readonly #changes = new Listeners<void>();
  readonly #sessions = new WeakMap<Client, Session>();
  readonly #origins = new WeakMap<Duplex, { address: string; listener: ListenerName }>();
  readonly #connections = new Set<Duplex>();
  readonly #lastLogged = new Map<string, number>();
  #aedes: Aedes | undefined;
  #running: AsyncDisposer | undefined;
  #listeners: readonly OpenListener[] = [];
  #phase: BrokerState['phase'] = 'stopped';
  #error: BrokerState['error'] = null;
  #refusedLogins = 0;
  #queueOverflows = 0;
  #serviceName: string | null = null;
  readonly #retainedTopics = new Set<string>();

  constructor(options: EmbeddedBrokerOptions) {
    this.#options = options;
    this.#log = options.log.from('broker');
  }

  state(): BrokerState {
    return {
      phase: this.#phase,
      listeners: this.#listeners.map(({ name, address, port, url }) => ({ name, address, port, url })),
      clients: this.#aedes?.connectedClients ?? 0,
      refusedLogins: this.#refusedLogins,
      queueOverflows: this.#queueOverflows,
      retained: this.#retainedTopics.size,
      serviceName: this.#serviceName,
      error: this.#error,
    };
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** Opens all listeners or none. @throws AppError `broker.port-in-use`, `broker.address-unavailable`, `broker.start-failed` */
  async start(config: BrokerConfig, signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined) return;
    const running = new AsyncDisposer();
    this.#running = running;
    this.#setPhase('starting');
    try {
      await this.#open(config, running);
      signal.throwIfAborted();
      this.#setPhase('running');
    } catch (error) {
      this.#error = signal.aborted ? null : reportOf(error);
      await this.#shut();
      this.#setPhase(signal.aborted ? 'stopped' : 'failed');
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (this.#running === undefined) {
      if (this.#phase === 'failed') this.#setPhase('stopped');
      return;
    }
    this.#setPhase('stopping');
    await this.#shut();
    this.#setPhase('stopped');
  }

  close(): Promise<void> {
    return this.stop();
  }

  clients(): readonly BrokerClient[] {
    const all =
      this.#aedes === undefined
        ? []
        : Object.values((this.#aedes as unknown as { clients: Record<string, Client> }).clients);
    return all.flatMap((client) => {
      const session = this.#sessions.get(client);
      return session === undefined
        ? []
        : [
            {
              id: client.id,
              username: session.account.username,
              address: session.address,
              listener: session.listener,
              sinceMs: session.sinceMs,
            },
          ];
    });
  }

  /** The application's own message; does not pass the sink. @throws AppError `stack.not-running` */
  async publish(
    topic: string,
    payload: Uint8Array | string,
    options: { qos: 0 | 1; retain: boolean },
  ): Promise<void> {
    const aedes = this.#aedes;
    if (aedes === undefined) throw new AppError('stack.not-running', 'The broker is not running.');
    const body = Buffer.from(payload);
    if (options.retain) await this.#keepRetained(topic, body, options.qos);
    await publishPacket(aedes, topic, body, options);
  }

  /** Ends the connections of an account that was removed or got a new password. */
  disconnectAccount(username: string): void {
    for (const client of this.clients()) {
      if (client.username !== username) continue;
      const open = (this.#aedes as unknown as { clients: Record<string, Client> }).clients[client.id];
      open?.close();
    }
  }

  async #open(config: BrokerConfig, running: AsyncDisposer): Promise<void> {
    const aedes = new Aedes({
      persistence: new BoundedPersistence((clientId) => this.#countOverflow(clientId)),
      connectTimeout: connectLimitMs,
      heartbeatInterval: 60_000,
      // A sensor's id is 31 characters long; the limit of 23 is one of MQTT 3.1 that no broker keeps any more.
      maxClientsIdLength: 256,
      authenticate: (client, username, password, done) =>
        this.#authenticate(client, username, password, done),
      authorizePublish: (client, packet, done) => this.#authorizePublish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        const session = this.#sessions.get(client);
        const allowed = session !== undefined && maySubscribe(session.account, subscription.topic);
        if (!allowed)
          this.#note(`subscribe ${client.id}`, 'refused a subscription', {
            client: client.id,
            filter: subscription.topic.slice(0, 200),
          });
        done(null, allowed ? subscription : null);
      },
    });
    this.#aedes = aedes;
    running.defer('broker core', () => new Promise<void>((resolve) => aedes.close(() => resolve())));
    await aedes.listen();
    this.#watch(aedes);
    await this.#restoreRetained(aedes);
    // aedes waits for clients to say goodbye; those that do not are ended here first.
    running.defer('connections', () => {
      for (const connection of this.#connections) connection.destroy();
    });
    await this.#openListeners(config, running);
    const clock = setInterval(() => this.#publishTime(aedes), timeIntervalMs);
    running.defer('time', () => clearInterval(clock));
    this.#publishTime(aedes);
    if (config.announce && !isLoopback(config.address)) {
      const { name, withdraw } = announceBroker(config.address, config.mqttPort, config.mqttsPort, this.#log);
      this.#serviceName = name;
      running.defer('announcement', withdraw);
    }
  }

  async #openListeners(config: BrokerConfig, running: AsyncDisposer): Promise<void> {
    const wishes: readonly { name: ListenerName; port: number | null }[] = [
      { name: 'mqtt', port: config.mqttPort },
      { name: 'mqtts', port: config.mqttsPort },
      { name: 'websocket', port: config.websocketPort },
    ];
    const opened: OpenListener[] = [];
    for (const { name, port } of wishes) {
      if (port === null) continue;
      const credentials =
        name === 'mqtts'
          ? await this.#options.authority.serverCredentials(
              isAny(config.address) ? localAddresses().map(({ address }) => address) : [config.address],
            )
          : undefined;
      const listener = await openListener(
        config.address,
        { name, port },
        credentials,
        (connection, address) => {
          this.#accept(connection, address, name, config.maxPacketBytes);
        },
      );
      running.defer(`listener ${name}`, () => {
        drop(listener.close(), this.#log, 'closing a listener');
      });
      opened.push(listener);
      this.#log.info(`listening on ${listener.url}`);
    }
    this.#listeners = opened;
  }

  #accept(connection: Duplex, address: string, listener: ListenerName, maxPacketBytes: number): void {
    const aedes = this.#aedes;
    if (aedes === undefined || this.#phase === 'stopping') {
      connection.destroy();
      return;
    }
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    this.#origins.set(connection, { address, listener });
    this.#guardPacketSize(connection, address, maxPacketBytes);
    aedes.handle(connection);
  }

  /** Looks at every chunk before the parser does, so that an announced giant is refused before its first byte is kept. */
  #guardPacketSize(connection: Duplex, address: string, maxPacketBytes: number): void {
    const guard = new PacketSizeGuard(maxPacketBytes);
    const read = connection.read.bind(connection);
    connection.read = (size?: number): unknown => {
      const chunk: unknown = read(size);
      if (!(chunk instanceof Uint8Array)) return chunk;
      const announced = guard.check(chunk);
      if (announced === undefined) return chunk;
      this.#note(`size ${address}`, 'closed a connection: packet too large', {
        address,
        bytes: announced,
        limit: maxPacketBytes,
      });
      connection.destroy();
      return null;
    };
  }

  #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void {
    const origin = this.#origins.get(client.conn) ?? { address: '', listener: 'mqtt' as const };
    const refuse = (reason: string): void => {
      this.#refusedLogins++;
      this.#note(`login ${origin.address} ${username ?? ''}`, 'refused a login', {
        account: username?.slice(0, 64) ?? '',
        address: origin.address,
        client: client.id,
        reason,
      });
      this.#changes.tell();
      done(Object.assign(new Error(reason), { returnCode: badUserNameOrPassword }), null);
    };
    if (username === undefined || username === '' || password === undefined) {
      refuse('no account given');
      return;
    }
    this.#options.accounts.verify(username, password.toString('utf8')).then(
      (account) => {
        if (account === undefined) {
          refuse('unknown account or wrong password');
          return;
        }
        this.#sessions.set(client, { account, ...origin, sinceMs: this.#options.clock.now() });
        done(null, true);
      },
      (error: unknown) => {
        this.#log.error('the accounts cannot be read', { error });
        refuse('accounts unreadable');
      },
    );
  }

  /**
   * Runs before aedes sends PUBACK, so waiting here holds the acknowledgement back until the row is committed.
   * A topic that is not the account's ends the connection: MQTT 3.1.1 knows no refusal of a single message
   * (section 3.3.5), and a silent loss would look to the technician like a working sensor.
   */
  #authorizePublish(
    client: Client | null,
    packet: { topic: string; payload: Buffer | string; qos: 0 | 1 | 2; retain: boolean },
    done: (error?: Error | null) => void,
  ): void {
    if (client === null) {
      done(null);
      return;
    }
    const session = this.#sessions.get(client);
    if (session === undefined || !mayPublish(session.account, packet.topic)) {
      this.#note(`topic ${client.id}`, 'closed a connection: not its topic', {
        client: client.id,
        account: session?.account.username ?? '',
        topic: packet.topic.slice(0, 200),
      });
      done(new Error('not allowed on this topic'));
      return;
    }
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    const message = {
      topic: packet.topic,
      payload,
      qos: packet.qos,
      retain: packet.retain,
      receivedMs: this.#options.clock.now(),
    };
    this.#options.sink.submit(message, (error) => {
      if (error !== undefined) {
        done(error);
        return;
      }
      if (!packet.retain) {
        done(null);
        return;
      }
      this.#keepRetained(packet.topic, payload, packet.qos).then(
        () => done(null),
        (failure: unknown) => {
          this.#log.warn('a retained message could not be kept', { error: failure });
          done(failure instanceof Error ? failure : new Error('not kept'));
        },
      );
    });
  }

  async #keepRetained(topic: string, payload: Buffer, qos: 0 | 1 | 2): Promise<void> {
    if (payload.length === 0) {
      this.#retainedTopics.delete(topic);
      await this.#options.retained.delete(topic);
    } else {
      this.#retainedTopics.add(topic);
      await this.#options.retained.put({ topic, payload, qos });
    }
  }

  async #restoreRetained(aedes: Aedes): Promise<void> {
    this.#retainedTopics.clear();
    for (const { topic, payload, qos } of await this.#options.retained.load()) {
      await publishPacket(aedes, topic, Buffer.from(payload), { qos, retain: true });
      this.#retainedTopics.add(topic);
    }
  }

  #watch(aedes: Aedes): void {
    aedes.on('clientReady', (client) => {
      const session = this.#sessions.get(client);
      this.#log.debug('client connected', {
        client: client.id,
        account: session?.account.username ?? '',
        address: session?.address ?? '',
      });
      this.#changes.tell();
    });
    aedes.on('clientDisconnect', (client) => {
      this.#log.debug('client gone', { client: client.id });
      this.#changes.tell();
    });
    aedes.on('keepaliveTimeout', (client) =>
      this.#note(`silent ${client.id}`, 'client gone: no ping in time', { client: client.id }),
    );
    aedes.on('clientError', (client, error) =>
      this.#note(`error ${client.id}`, 'connection ended', { client: client.id, reason: error.message }),
    );
    aedes.on('connectionError', (_client, error) =>
      this.#note('connection', 'connection ended before a login', { reason: error.message }),
    );
  }

  #publishTime(aedes: Aedes): void {
    const body = Buffer.from(JSON.stringify({ epoch_ms: this.#options.clock.now() }));
    drop(publishPacket(aedes, timeTopic, body, { qos: 0, retain: false }), this.#log, 'publishing the time');
  }

  #countOverflow(clientId: string): void {
    this.#queueOverflows++;
    this.#note(
      `queue ${clientId}`,
      'the queue of a sleeping session is full; its newest messages are dropped',
      { client: clientId },
    );
  }

  #note(key: string, text: string, facts: Readonly<Record<string, unknown>>): void {
    const now = this.#options.clock.now();
    if (now - (this.#lastLogged.get(key) ?? -Infinity) < logEveryMs) return;
    if (this.#lastLogged.size > 5_000) this.#lastLogged.clear();
    this.#lastLogged.set(key, now);
    this.#log.warn(text, facts);
  }

  async #shut(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running
      ?.close()
      .catch((error: unknown) => this.#log.warn('the broker did not close cleanly', { error }));
    this.#aedes = undefined;
    this.#listeners = [];
    this.#serviceName = null;
  }

  #setPhase(phase: BrokerState['phase']): void {
    this.#phase = phase;
    if (phase === 'running' || phase === 'stopped') this.#error = null;
    this.#changes.tell();
  }
}

function publishPacket(
  aedes: Aedes,
  topic: string,
  payload: Buffer,
  options: { qos: 0 | 1 | 2; retain: boolean },
): Promise<void> {
  return new Promise((resolve, reject) => {
    aedes.publish({ cmd: 'publish', topic, payload, dup: false, ...options }, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
