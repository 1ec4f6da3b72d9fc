import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { BrokerState } from '../../../../shared/contract/stack.ts';
import type { BrokerClientInfo, RefusedLogin } from '../../../../shared/contract/traffic-parts.ts';
import { AppError, reportOf } from '../../../../shared/domain/app-error.ts';
import type { MessageSink } from '../../../../shared/domain/inbound-message.ts';
import type { Clock } from '../../../foundation/clock.ts';
import { AsyncDisposer, type Closable } from '../../../foundation/disposer.ts';
import { drop } from '../../../foundation/drop.ts';
import { Listeners } from '../../../foundation/listeners.ts';
import type { Log } from '../../../foundation/log.ts';
import type { AccountStore } from './account-store.ts';
import { BrokerTally } from './broker-tally.ts';
import { BrokerTraffic } from './broker-traffic.ts';
import type { CertificateAuthority, ServerCredentials } from './certificate-authority.ts';
import { makeCore, publishPacket, type BrokerCore } from './broker-core.ts';
import type { Login } from './login-gate.ts';
import { openListener, type ListenerName, type OpenListener } from './listeners.ts';
import { isAny, localAddresses } from './local-addresses.ts';
import { guardPacketSize } from './packet-size-guard.ts';
import { OwnMessages } from './own-messages.ts';
import { RefusedLogins } from './refused-logins.ts';
import { RetainedKeeper, type RetainedMessage, type RetainedStore } from './retained-keeper.ts';
import { announceBroker } from './service-announcement.ts';

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
  /** Beyond it a connection is refused; 12 000 by default, above the 10 000 sensors that are aimed at. */
  readonly maxConnections?: number;
  /** So long a connection may take to say who it is, 10 s by default. */
  readonly connectLimitMs?: number;
}

const timeIntervalMs = 10_000;
const defaultConnectLimitMs = 10_000;
const defaultMaxConnections = 12_000;

/**
 * An MQTT 3.1.1 broker inside the application. A client's message is acknowledged only after the sink says
 * that it is durable; anonymous clients are refused; each account has its topics.
 */
export class EmbeddedBroker implements Closable {
  readonly traffic = new BrokerTraffic();
  readonly #options: EmbeddedBrokerOptions;
  readonly #log: Log;
  readonly #changes = new Listeners<void>();
  readonly #logins = new Listeners<Login>();
  readonly #refusals = new RefusedLogins();
  readonly #tally: BrokerTally;
  readonly #retained: RetainedKeeper;
  readonly #own: OwnMessages;
  #core: BrokerCore | undefined;
  #running: AsyncDisposer | undefined;
  #listeners: readonly OpenListener[] = [];
  #phase: BrokerState['phase'] = 'stopped';
  #error: BrokerState['error'] = null;
  #serviceName: string | null = null;

  constructor(options: EmbeddedBrokerOptions) {
    this.#options = options;
    this.#log = options.log.from('broker');
    this.#tally = new BrokerTally(this.#log, options.clock, () => this.#changes.tell());
    this.#retained = new RetainedKeeper(options.retained, this.#log);
    this.#own = new OwnMessages({
      core: () => this.#core,
      retained: this.#retained,
      traffic: this.traffic,
      clock: options.clock,
    });
  }

  state(): BrokerState {
    return {
      phase: this.#phase,
      listeners: this.#listeners.map(({ name, address, port, url }) => ({ name, address, port, url })),
      clients: this.#core?.sessions.connected ?? 0,
      ...this.#tally.counts,
      retained: this.#retained.topics,
      serviceName: this.#serviceName,
      error: this.#error,
    };
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** Every login, let in or refused. */
  onLogin(listener: (login: Login) => void): () => void {
    return this.#logins.add(listener);
  }

  /** Opens all listeners or none. @throws AppError `broker.port-in-use`, `broker.address-unavailable`, `broker.start-failed` */
  async start(config: BrokerConfig, signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined) return;
    const running = new AsyncDisposer();
    this.#running = running;
    this.#tally.reset();
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

  clients(): readonly BrokerClientInfo[] {
    return this.#core?.sessions.list() ?? [];
  }

  /** The last 200, newest first. */
  refusedLogins(): readonly RefusedLogin[] {
    return this.#refusals.list();
  }

  /** Ends a client's connection; it may come again. `false` where no such client is connected. */
  disconnectClient(clientId: string): boolean {
    return this.#core?.sessions.end(clientId) ?? false;
  }

  /** What is retained now. */
  async retained(): Promise<readonly RetainedMessage[]> {
    return this.#core?.persistence.retained() ?? [];
  }

  /** As `OwnMessages.publishThrough`. */
  publishThrough(message: RetainedMessage & { readonly retain: boolean }): Promise<void> {
    return this.#own.publishThrough(message);
  }

  /** As `OwnMessages.publish`. */
  publish(
    topic: string,
    payload: Uint8Array | string,
    options: { qos: 0 | 1; retain: boolean },
  ): Promise<void> {
    return this.#own.publish(topic, payload, options);
  }

  /** Nobody needs a connection to a broker in the same process. */
  access(): undefined {
    return undefined;
  }

  /** Ends the connections and sessions of an account that was removed or got a new password. */
  disconnectAccount(username: string): void {
    for (const id of this.#core?.sessions.removeAccount(username) ?? []) this.#forget(id);
  }

  async #open(config: BrokerConfig, running: AsyncDisposer): Promise<void> {
    const core = makeCore({
      ...this.#options,
      log: this.#log,
      tally: this.#tally,
      traffic: this.traffic,
      refusals: this.#refusals,
      retained: this.#retained,
      connectLimitMs: config.connectLimitMs ?? defaultConnectLimitMs,
      onClients: () => this.#changes.tell(),
      onLogin: (login) => this.#logins.tell(login),
    });
    const { aedes, sessions, gate } = core;
    this.#core = core;
    running.defer('broker core', () => new Promise<void>((resolve) => aedes.close(() => resolve())));
    running.defer('retained messages', () => this.#retained.flushed());
    await aedes.listen();
    for (const { topic, payload, qos } of await this.#retained.load())
      await publishPacket(aedes, topic, Buffer.from(payload), { qos, retain: true });
    running.defer('messages on their way', () => gate.idle());
    running.defer('connections', () => sessions.endAll());
    await this.#openListeners(config, running);
    const clock = setInterval(() => this.#everyTenSeconds(config, core), timeIntervalMs);
    running.defer('time', () => clearInterval(clock));
    this.#everyTenSeconds(config, core);
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
    const ports = wishes.flatMap(({ port }) => (port === null ? [] : [port]));
    const opened: OpenListener[] = [];
    for (const { name, port } of wishes) {
      if (port === null) continue;
      const listener = await openListener({
        address: config.address,
        name,
        port,
        otherPorts: ports,
        maxPacketBytes: config.maxPacketBytes,
        connectLimitMs: config.connectLimitMs ?? defaultConnectLimitMs,
        credentials: name === 'mqtts' ? await this.#credentials(config) : undefined,
        onConnection: (connection, carrier) => this.#accept(connection, carrier, name, config),
      });
      running.defer(`listener ${name}`, () => listener.close());
      opened.push(listener);
      this.#log.info(`listening on ${listener.url}`);
    }
    this.#listeners = opened;
  }

  #credentials({ address }: BrokerConfig): Promise<ServerCredentials> {
    return this.#options.authority.serverCredentials(
      isAny(address) ? localAddresses().map((local) => local.address) : [address],
    );
  }

  #accept(connection: Duplex, carrier: Socket, listener: ListenerName, config: BrokerConfig): void {
    const address = carrier.remoteAddress ?? '';
    const core = this.#core;
    if (core === undefined || this.#phase === 'stopping') {
      connection.destroy();
      return;
    }
    const limit = config.maxConnections ?? defaultMaxConnections;
    if (core.sessions.connections >= limit) {
      this.#tally.count('refusedConnections', address, 'refused a connection: too many are open', {
        address,
        limit,
      });
      connection.destroy();
      return;
    }
    core.sessions.opened(connection, {
      address,
      listener,
      use: () => ({ bytesIn: carrier.bytesRead, bytesOut: carrier.bytesWritten }),
    });
    guardPacketSize(connection, config.maxPacketBytes, (bytes) =>
      this.#tally.count('oversizedPackets', address, 'closed a connection: packet too large', {
        address,
        bytes,
        limit: config.maxPacketBytes,
      }),
    );
    core.aedes.handle(connection);
  }

  #everyTenSeconds(config: BrokerConfig, { sessions }: BrokerCore): void {
    drop(this.#own.publishTime(), this.#log, 'publishing the time');
    for (const id of sessions.expired()) {
      this.#tally.note('expired', 'the session of a client that stayed away is forgotten', { client: id });
      this.#forget(id);
    }
    this.#lookAtAddress(config.address);
    drop(this.#renewCertificate(config), this.#log, 'renewing the certificate');
  }

  #forget(clientId: string): void {
    const forgotten = this.#core?.persistence.forget(clientId) ?? Promise.resolve();
    drop(forgotten, this.#log, 'forgetting a session');
  }

  /** A laptop that changed its network keeps a listener on an address where no sensor finds it: said, not hidden. */
  #lookAtAddress(address: string): void {
    if (this.#phase !== 'running') return;
    const there =
      isAny(address) || isLoopback(address) || localAddresses().some((local) => local.address === address);
    if (there === (this.#error === null)) return;
    this.#error = there
      ? null
      : reportOf(
          new AppError('broker.address-unavailable', `This machine has no address ${address} now.`, {
            address,
          }),
        );
    if (!there) this.#log.warn('the address of the broker is gone', { address });
    this.#changes.tell();
  }

  /** The names and addresses of this machine may have changed, or the certificate's end be near. */
  async #renewCertificate(config: BrokerConfig): Promise<void> {
    const tls = this.#listeners.find(({ name }) => name === 'mqtts');
    if (tls !== undefined && tls.renew(await this.#credentials(config)))
      this.#log.info('the TLS listener has a new certificate');
  }

  async #shut(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running
      ?.close()
      .catch((error: unknown) => this.#log.warn('the broker did not close cleanly', { error }));
    this.#core = undefined;
    this.#listeners = [];
    this.#serviceName = null;
  }

  #setPhase(phase: BrokerState['phase']): void {
    this.#phase = phase;
    if (phase === 'running' || phase === 'stopped') this.#error = null;
    this.#changes.tell();
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
