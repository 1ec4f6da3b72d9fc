import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { generate, parser as newParser, type Packet } from 'mqtt-packet';
import { AppError } from '../../shared/domain/app-error.ts';
import type { MessageSink } from '../../shared/domain/inbound-message.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Closable } from '../foundation/disposer.ts';
import { Listeners } from '../foundation/listeners.ts';
import type { Log } from '../foundation/log.ts';
import { pause } from '../foundation/watch-state.ts';
import { PublishStream, type PublishPacket } from './publish-stream.ts';

export interface AckingMqttClientOptions {
  readonly host: string;
  readonly port: number;
  /** Authorities to trust (PEM), or `true` for those of the system; absent: no TLS. */
  readonly tls?: { readonly ca?: string };
  readonly username?: string;
  readonly password?: string;
  /** The same at every start: under it the broker keeps what arrives while this client is away. */
  readonly clientId: string;
  readonly filters: readonly string[];
  readonly sink: MessageSink;
  readonly log: Log;
  readonly clock: Clock;
}

export type SubscriberPhase = 'connecting' | 'connected' | 'refused' | 'closed';

const keepAliveSeconds = 30;
const connectLimitMs = 10_000;
const firstRetryMs = 500;
const longestRetryMs = 15_000;
/** Reading stops above so many unacknowledged messages and goes on below half. */
const unacknowledgedAtMost = 20_000;
/** MQTT 3.1.1, table 3.1. */
const connackReasons: Readonly<Record<number, string>> = {
  1: 'the broker does not speak MQTT 3.1.1',
  2: 'the broker does not accept the client id',
  3: 'the broker is not available',
  4: 'wrong user name or password',
  5: 'not authorised',
};

interface Pending {
  readonly messageId: number;
  readonly qos: 1 | 2;
  durable: boolean;
}

/**
 * An MQTT 3.1.1 subscriber that acknowledges a message only once its row is committed, many at a time and in
 * order (section 4.6), which the usual client library cannot: it waits for each message alone.
 */
export class AckingMqttClient implements Closable {
  readonly #options: AckingMqttClientOptions;
  readonly #log: Log;
  readonly #stop = new AbortController();
  readonly #changes = new Listeners<void>();
  #phase: SubscriberPhase = 'connecting';
  #error: AppError | null = null;
  #socket: Socket | undefined;
  #running: Promise<void> | undefined;
  #received = 0;
  #acknowledged = 0;

  constructor(options: AckingMqttClientOptions) {
    this.#options = options;
    this.#log = options.log.from('ingest');
  }

  state(): { phase: SubscriberPhase; error: AppError | null; received: number; acknowledged: number } {
    return {
      phase: this.#phase,
      error: this.#error,
      received: this.#received,
      acknowledged: this.#acknowledged,
    };
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** Begins to connect, and connects again after every loss, until closed. */
  start(): void {
    this.#running ??= this.#keepConnected();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    const socket = this.#socket;
    if (socket !== undefined && !socket.destroyed) {
      // The session stays at the broker on purpose: what arrives meanwhile is delivered at the next start.
      socket.end(generate({ cmd: 'disconnect' }));
      setTimeout(() => socket.destroy(), 500).unref();
    }
    await this.#running;
    this.#set('closed', null);
  }

  async #keepConnected(): Promise<void> {
    let delay = firstRetryMs;
    while (!this.#stop.signal.aborted) {
      const connectedAt = this.#options.clock.now();
      const error = await this.#session();
      if (this.#stop.signal.aborted) return;
      if (this.#options.clock.now() - connectedAt > longestRetryMs) delay = firstRetryMs;
      this.#set(error.code === 'mqtt.access-denied' ? 'refused' : 'connecting', error);
      this.#log.warn(`the broker is gone: ${error.message}`);
      await pause(delay / 2 + (Math.random() * delay) / 2, this.#stop.signal);
      delay = Math.min(delay * 2, longestRetryMs);
    }
  }

  /** One connection from its beginning to its end; resolves with why it ended. */
  #session(): Promise<AppError> {
    const { host, port, tls } = this.#options;
    return new Promise((resolve) => {
      const socket =
        tls === undefined
          ? connectTcp(port, host)
          : connectTls({ host, port, servername: host, ...(tls.ca === undefined ? {} : { ca: tls.ca }) });
      this.#socket = socket;
      const parser = newParser({ protocolVersion: 4 });
      const pending: Pending[] = [];
      let why: AppError | undefined;
      let lastHeard = this.#options.clock.now();
      const end = (error: AppError): void => {
        why ??= error;
        socket.destroy();
      };
      const lost = (text: string, cause?: unknown): AppError =>
        new AppError('mqtt.unreachable', text, { host, port }, cause);
      const connectTimer = setTimeout(() => end(lost(`no answer from ${host}:${port}`)), connectLimitMs);
      const pingTimer = setInterval(
        () => {
          if (this.#options.clock.now() - lastHeard > keepAliveSeconds * 1_500 && !socket.isPaused())
            end(lost('the broker fell silent'));
          else socket.write(generate({ cmd: 'pingreq' }));
        },
        (keepAliveSeconds * 1_000) / 2,
      );

      socket.once(tls === undefined ? 'connect' : 'secureConnect', () => this.#sayHello(socket));
      const noMqtt = (error: unknown): void =>
        end(lost(`the broker sent something that is not MQTT: ${String(error)}`, error));
      const stream = new PublishStream({
        publish: (packet) => this.#onPublish(packet, socket, pending, end),
        other: (packet) => parser.parse(packet),
      });
      socket.on('data', (chunk: Buffer) => {
        lastHeard = this.#options.clock.now();
        try {
          stream.feed(chunk);
        } catch (error) {
          noMqtt(error);
        }
      });
      parser.on('error', noMqtt);
      parser.on('packet', (packet: Packet) => {
        if (packet.cmd === 'connack') {
          clearTimeout(connectTimer);
          if (packet.returnCode !== 0) {
            const reason = connackReasons[packet.returnCode ?? 0] ?? `code ${packet.returnCode ?? '?'}`;
            end(
              new AppError('mqtt.access-denied', `The broker refuses this client: ${reason}.`, {
                host,
                port,
                reason,
              }),
            );
            return;
          }
          socket.write(
            generate({
              cmd: 'subscribe',
              messageId: 1,
              subscriptions: this.#options.filters.map((topic) => ({ topic, qos: 1 as const })),
            }),
          );
        } else if (packet.cmd === 'suback') {
          if (packet.granted.some((granted) => granted === 0x80))
            end(
              new AppError('mqtt.access-denied', 'The broker refuses the subscription.', {
                host,
                port,
                reason: 'subscription',
              }),
            );
          else this.#set('connected', null);
        } else if (packet.cmd === 'pubrel')
          socket.write(generate({ cmd: 'pubcomp', messageId: packet.messageId ?? 0 }));
      });
      socket.on('error', (error: Error) => {
        why ??= lost(error.message, error);
      });
      socket.once('close', () => {
        clearTimeout(connectTimer);
        clearInterval(pingTimer);
        resolve(why ?? lost('the connection was closed'));
      });
    });
  }

  #sayHello(socket: Socket): void {
    const { clientId, username, password } = this.#options;
    socket.setNoDelay(true);
    socket.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: false,
        clientId,
        keepalive: keepAliveSeconds,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password: Buffer.from(password) }),
      }),
    );
  }

  #onPublish(
    packet: PublishPacket,
    socket: Socket,
    pending: Pending[],
    end: (error: AppError) => void,
  ): void {
    this.#received++;
    const entry: Pending | undefined =
      packet.qos === 0 ? undefined : { messageId: packet.messageId, qos: packet.qos, durable: false };
    if (entry !== undefined) {
      pending.push(entry);
      if (pending.length >= unacknowledgedAtMost) socket.pause();
    }
    this.#options.sink.submit(
      {
        topic: packet.topic,
        payload: packet.payload,
        qos: packet.qos,
        retain: packet.retain,
        receivedMs: this.#options.clock.now(),
      },
      (error) => {
        if (error !== undefined) {
          // Unacknowledged, so the broker sends it again after the next connection.
          end(new AppError('mqtt.unreachable', 'the ingest takes no more messages', {}, error));
          return;
        }
        if (entry === undefined) return;
        entry.durable = true;
        // A committed batch reports its messages one by one in a row; they are acknowledged together after it.
        if (pending[0] === entry) queueMicrotask(() => this.#acknowledge(socket, pending));
      },
    );
  }

  /** In the order of arrival, in one write for all that have become durable. */
  #acknowledge(socket: Socket, pending: Pending[]): void {
    let ready = 0;
    while (pending[ready]?.durable === true) ready++;
    if (ready === 0 || socket.destroyed) return;
    const done = pending.splice(0, ready);
    this.#acknowledged += ready;
    const bytes = Buffer.allocUnsafe(ready * 4);
    done.forEach(({ messageId, qos }, index) => {
      // MQTT 3.1.1, sections 3.4.1 and 3.5.1: PUBACK is 0x40, PUBREC 0x50, then length 2 and the identifier.
      bytes.writeUInt8(qos === 1 ? 0x40 : 0x50, index * 4);
      bytes.writeUInt8(2, index * 4 + 1);
      bytes.writeUInt16BE(messageId, index * 4 + 2);
    });
    socket.write(bytes);
    if (socket.isPaused() && pending.length < unacknowledgedAtMost / 2) socket.resume();
  }

  #set(phase: SubscriberPhase, error: AppError | null): void {
    this.#phase = phase;
    this.#error = error;
    this.#changes.tell();
  }
}
