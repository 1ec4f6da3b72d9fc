import { connect, type IPublishPacket, type MqttClient } from 'mqtt';
import type { MessageProperties } from '../../shared/contract/traffic-messages.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { pause } from '../foundation/watch-state.ts';
import type { MqttTarget } from './mqtt-target.ts';
import { connectionFailure } from './profile-connection.ts';
import type { OutgoingMessage, SeenMessage } from './source.ts';

const connectLimitMs = 10_000;
const leaveLimitMs = 1_000;
const sysFilter = '$SYS/#';
const sysBegin = '$SYS/';
/** Of MQTT 5: nobody subscribes; no error. */
const noSubscribers = 16;
/** Of the answer to a SUBSCRIBE (MQTT 3.1.1, section 3.9.3; MQTT 5 likewise): from here on it is a refusal. */
const refusedFrom = 0x80;

export interface SessionListeners {
  /** The broker granted the subscription. */
  readonly connected: () => void;
  readonly message: (message: SeenMessage) => void;
  readonly sys: (topic: string, payload: Buffer) => void;
}

/** One connection to a broker from its beginning to its end; it does not connect again. */
export class MqttSession {
  readonly #target: MqttTarget;
  readonly #client: MqttClient;
  readonly #now: () => number;
  /** Reason codes of MQTT 5, by packet number, until the one who published asks. */
  readonly #reasons = new Map<number, number>();
  /** To be told when the connection ends before the broker answered. */
  readonly #pending = new Set<(error: AppError) => void>();
  /** Resolves when it is over, with why. */
  readonly ended: Promise<AppError>;
  #end: (error: AppError) => void = () => undefined;

  constructor(target: MqttTarget, listeners: SessionListeners, now: () => number) {
    this.#target = target;
    this.#now = now;
    let settled = false;
    this.ended = new Promise((resolve) => {
      this.#end = (error) => {
        if (settled) return;
        settled = true;
        resolve(error);
        for (const gone of this.#pending) gone(error);
        this.#pending.clear();
        this.#client.end(true);
      };
    });
    const client = connect({
      ...target.options,
      reconnectPeriod: 0,
      resubscribe: false,
      connectTimeout: connectLimitMs,
    });
    this.#client = client;
    const fail = (error: unknown): void => this.#end(connectionFailure(error, target));
    client.on('error', fail);
    // A broker that wants a certificate says so after the handshake, of which the client tells nobody.
    client.stream.on('error', fail);
    // So that a refusal that comes with the end is told before the end itself.
    client.on('close', () => setImmediate(() => fail(new Error('the connection was closed'))));
    client.on('disconnect', ({ reasonCode }) =>
      fail(new Error(`the broker ended the connection, reason ${reasonCode ?? 0}`)),
    );
    client.on('packetreceive', (packet) => {
      if (packet.cmd !== 'puback' && packet.cmd !== 'pubrec') return;
      if (packet.messageId !== undefined && packet.reasonCode !== undefined)
        this.#reasons.set(packet.messageId, packet.reasonCode);
    });
    client.on('message', (topic, payload, packet) => {
      if (settled) return;
      if (topic.startsWith(sysBegin)) listeners.sys(topic, payload);
      else listeners.message(this.#seen(topic, payload, packet));
    });
    client.on('connect', () => this.#subscribe(listeners));
  }

  /**
   * @throws AppError `traffic.publish-refused` (data: reasonCode), `traffic.source-away` where the connection ended
   * before the broker had it
   */
  publish(message: OutgoingMessage): Promise<{ readonly reasonCode: number | null }> {
    const { topic, payload, qos, retain, contentType, user } = message;
    const five = this.#target.options.protocolVersion === 5;
    const properties = five ? { properties: propertiesOf(contentType, user) } : {};
    return new Promise((resolve, reject) => {
      const gone = (error: AppError): void =>
        reject(new AppError('traffic.source-away', 'The connection to the broker ended.', {}, error));
      this.#pending.add(gone);
      this.#client.publish(topic, payload, { qos, retain, ...properties }, (error, packet) => {
        this.#pending.delete(gone);
        if (error) reject(publishError(error));
        else resolve({ reasonCode: five && qos > 0 ? this.#takeReason(packet?.messageId) : null });
      });
    });
  }

  /** Ends it; nothing is told any more. What was published with QoS 0 may be on its way still: it leaves first. */
  async close(): Promise<void> {
    if (this.#client.connected) {
      const left = new AbortController();
      const gone = this.#client.endAsync(false).then(
        () => left.abort(),
        () => left.abort(),
      );
      // A broker that does not answer holds nobody up.
      await Promise.race([gone, pause(leaveLimitMs, left.signal)]);
      left.abort();
    }
    this.#end(new AppError('mqtt.unreachable', 'the connection was closed here'));
    await this.#client.endAsync(true).catch(() => undefined);
  }

  #subscribe({ connected }: SessionListeners): void {
    const { host, port, filter } = this.#target;
    // The highest QoS, so that each message comes with the one it was published with.
    this.#client.subscribe(filter, { qos: 2 }, (error, _granted, packet) => {
      const codes = (packet?.granted ?? []).map(Number);
      if (!error && codes.every((code) => code < refusedFrom)) connected();
      else
        this.#end(
          new AppError(
            'mqtt.access-denied',
            `The broker refuses the subscription to ${filter}.`,
            { host, port, reason: 'subscription' },
            error ?? undefined,
          ),
        );
    });
    // A broker that has none, or shows it to nobody, is fine.
    this.#client.subscribe(sysFilter, { qos: 0 }, () => undefined);
  }

  #takeReason(messageId: number | undefined): number | null {
    if (messageId === undefined) return null;
    const reason = this.#reasons.get(messageId) ?? 0;
    this.#reasons.delete(messageId);
    return reason;
  }

  #seen(topic: string, payload: Buffer, packet: IPublishPacket): SeenMessage {
    return {
      timeMs: this.#now(),
      topic,
      payload,
      qos: packet.qos,
      retain: packet.retain,
      client: '',
      account: '',
      properties: packet.properties === undefined ? null : seenProperties(packet.properties),
    };
  }
}

function publishError(error: unknown): AppError {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const text = error instanceof Error ? error.message : String(error);
  if (typeof code === 'number' && code !== noSubscribers)
    return new AppError('traffic.publish-refused', text, { reasonCode: code }, error);
  return new AppError('traffic.source-away', text, {}, error);
}

function propertiesOf(
  contentType: string,
  user: OutgoingMessage['user'],
): { contentType?: string; userProperties?: Record<string, string[]> } {
  const named: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const { name, value } of user) (named[name] ??= []).push(value);
  return {
    ...(contentType === '' ? {} : { contentType }),
    ...(user.length === 0 ? {} : { userProperties: named }),
  };
}

function seenProperties(properties: NonNullable<IPublishPacket['properties']>): MessageProperties | null {
  const { contentType, responseTopic, correlationData, payloadFormatIndicator, messageExpiryInterval } =
    properties;
  const user = Object.entries(properties.userProperties ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value) => ({ name, value })),
  );
  const seen: MessageProperties = {
    contentType: contentType ?? null,
    responseTopic: responseTopic ?? null,
    correlationData: correlationData?.toString('hex') ?? null,
    payloadIsUtf8: payloadFormatIndicator ?? null,
    expirySeconds: messageExpiryInterval ?? null,
    user,
  };
  const empty = user.length === 0 && Object.values(seen).every((value) => value === null || value === user);
  return empty ? null : seen;
}
