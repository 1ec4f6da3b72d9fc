import type { Socket } from 'node:net';
import { generate, parser as newParser, type Packet } from 'mqtt-packet';
import { AppError } from '../../shared/domain/app-error.ts';
import type { MessageSink } from '../../shared/domain/inbound-message.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Closable } from '../foundation/disposer.ts';
import { Listeners } from '../foundation/listeners.ts';
import type { Log } from '../foundation/log.ts';
import { pause } from '../foundation/watch-state.ts';
import {
  connackReason,
  connectPacket,
  openSocket,
  socketErrorText,
  type BrokerAddress,
} from './mqtt-handshake.ts';
import { PublishStream, type PublishPacket } from './publish-stream.ts';
import { ReceiveWindow, type Held } from './receive-window.ts';

export interface AckingMqttClientOptions extends BrokerAddress {
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
/** At closing, what was received may still be committed and acknowledged for so long. */
const drainLimitMs = 3_000;

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
  readonly #window = new ReceiveWindow();
  #socket: Socket | undefined;
  #running: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  #draining = false;
  #onDrained: () => void = () => undefined;
  #answersDue = false;
  #hadSession = false;
  /** CONNACK is in: the broker takes answers, also before the subscription is confirmed. */
  #sessionOpen = false;
  #lastHeard = 0;
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

  /** Takes nothing more, acknowledges what is committed soon, and says goodbye. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#draining = true;
    if (this.#window.size > 0 && this.#sessionOpen) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#onDrained = resolve;
        timer = setTimeout(resolve, drainLimitMs);
      });
      clearTimeout(timer);
    }
    this.#stop.abort();
    const socket = this.#socket;
    if (socket !== undefined && !socket.destroyed) {
      // The session stays at the broker on purpose: what arrives meanwhile is delivered at the next start.
      socket.resume();
      if (socket.connecting) socket.destroy();
      else socket.end(generate({ cmd: 'disconnect' }));
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
    const { host, port } = this.#options;
    return new Promise((resolve) => {
      const socket = openSocket(this.#options, (opened) =>
        opened.write(connectPacket(this.#options, keepAliveSeconds)),
      );
      this.#socket = socket;
      const parser = newParser({ protocolVersion: 4 });
      let why: AppError | undefined;
      this.#lastHeard = this.#options.clock.now();
      const end = (error: AppError): void => {
        why ??= error;
        socket.destroy();
      };
      const lost = (text: string, cause?: unknown): AppError =>
        new AppError('mqtt.unreachable', text, { host, port }, cause);
      const connectTimer = setTimeout(() => end(lost(`no answer from ${host}:${port}`)), connectLimitMs);
      const pingTimer = setInterval(
        () => {
          if (this.#options.clock.now() - this.#lastHeard > keepAliveSeconds * 1_500 && !socket.isPaused())
            end(lost('the broker fell silent'));
          else socket.write(generate({ cmd: 'pingreq' }));
        },
        (keepAliveSeconds * 1_000) / 2,
      );

      const noMqtt = (error: unknown): void =>
        end(lost(`the broker sent something that is not MQTT: ${String(error)}`, error));
      const stream = new PublishStream({
        publish: (packet) => {
          // A session that waited begins to deliver before the subscription is confirmed.
          clearTimeout(connectTimer);
          this.#onPublish(packet, socket, end);
        },
        other: (packet) => parser.parse(packet),
      });
      socket.on('data', (chunk: Buffer) => {
        this.#lastHeard = this.#options.clock.now();
        try {
          stream.feed(chunk);
        } catch (error) {
          noMqtt(error);
        }
      });
      parser.on('error', noMqtt);
      parser.on('packet', (packet: Packet) => {
        if (packet.cmd === 'connack') {
          if (packet.returnCode !== 0) {
            const reason = connackReason(packet.returnCode);
            end(
              new AppError('mqtt.access-denied', `The broker refuses this client: ${reason}.`, {
                host,
                port,
                reason,
              }),
            );
            return;
          }
          this.#beginSession(packet.sessionPresent);
          socket.write(
            generate({
              cmd: 'subscribe',
              messageId: 1,
              subscriptions: this.#options.filters.map((topic) => ({ topic, qos: 1 as const })),
            }),
          );
        } else if (packet.cmd === 'suback') {
          clearTimeout(connectTimer);
          if (packet.granted.includes(0))
            this.#log.warn('the broker grants QoS 0 only: it will not send again what is lost on the way');
          if (packet.granted.some((granted) => granted === 0x80))
            end(
              new AppError('mqtt.access-denied', 'The broker refuses the subscription.', {
                host,
                port,
                reason: 'subscription',
              }),
            );
          else this.#set('connected', null);
        } else if (packet.cmd === 'pubrel') socket.write(this.#window.released(packet.messageId ?? 0));
      });
      socket.on('error', (error: Error) => {
        why ??= lost(socketErrorText(error), error);
      });
      socket.once('close', () => {
        clearTimeout(connectTimer);
        clearInterval(pingTimer);
        this.#sessionOpen = false;
        this.#onDrained();
        resolve(why ?? lost('the connection was closed'));
      });
    });
  }

  #beginSession(sessionPresent: boolean): void {
    this.#window.connected(sessionPresent);
    if (this.#hadSession && !sessionPresent && this.#options.onlooker !== true)
      this.#log.warn('the broker kept no session: what was published meanwhile did not wait here');
    this.#hadSession = true;
    this.#sessionOpen = true;
  }

  #onPublish(packet: PublishPacket, socket: Socket, end: (error: AppError) => void): void {
    // What comes while closing is not answered and so comes again at the next start.
    if (this.#draining) return;
    this.#received++;
    let held: Held | undefined;
    if (packet.qos !== 0) {
      const arrival = this.#window.arrived(packet, packet.messageId, packet.qos, packet.payload);
      if (this.#window.size >= unacknowledgedAtMost) socket.pause();
      if (arrival.again) {
        if (arrival.held.durable) this.#answerSoon();
        return;
      }
      held = arrival.held;
    }
    this.#options.sink.submit(
      {
        topic: packet.topic,
        payload: packet.payload,
        qos: packet.qos,
        retain: packet.retain,
        // A broker sets the flag towards a subscriber for nothing else.
        keptCopy: packet.retain,
        receivedMs: this.#options.clock.now(),
      },
      (error) => {
        if (error !== undefined) {
          // Unacknowledged, so the broker sends it again after the next connection.
          if (held === undefined || this.#window.refused(held))
            end(new AppError('mqtt.unreachable', 'the ingest takes no more messages', {}, error));
          return;
        }
        if (held === undefined) return;
        held.durable = true;
        this.#answerSoon();
      },
    );
  }

  /** A committed batch reports its messages one by one in a row; they are answered together after it. */
  #answerSoon(): void {
    if (this.#answersDue) return;
    this.#answersDue = true;
    queueMicrotask(() => {
      this.#answersDue = false;
      this.#answer();
    });
  }

  #answer(): void {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed || !this.#sessionOpen) return;
    const answers = this.#window.takeAnswers();
    if (answers === undefined) return;
    this.#acknowledged += answers.count;
    socket.write(answers.bytes);
    if (this.#window.size === 0) this.#onDrained();
    if (socket.isPaused() && this.#window.size < unacknowledgedAtMost / 2) {
      // Nothing was heard because nothing was read.
      this.#lastHeard = this.#options.clock.now();
      socket.resume();
    }
  }

  #set(phase: SubscriberPhase, error: AppError | null): void {
    this.#phase = phase;
    this.#error = error;
    this.#changes.tell();
  }
}
