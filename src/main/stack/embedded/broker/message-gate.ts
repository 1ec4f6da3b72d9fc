import type { Client, PublishPacket, Subscription } from 'aedes';
import type { MessageSink } from '../../../../shared/domain/inbound-message.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { BoundedPersistence } from './bounded-persistence.ts';
import type { BrokerTally } from './broker-tally.ts';
import type { BrokerTraffic, TakenMessage } from './broker-traffic.ts';
import type { ClientSessions } from './client-sessions.ts';
import type { RetainedKeeper } from './retained-keeper.ts';
import { mayPublish, mayReceive, maySubscribe } from './topic-rights.ts';

/** A reader that leaves this much unread is not written to: what waits for it would stop the others. */
const unreadBytes = 128 * 1024;

export interface MessageGateParts {
  readonly sink: MessageSink;
  readonly sessions: ClientSessions;
  readonly persistence: BoundedPersistence;
  readonly retained: RetainedKeeper;
  readonly tally: BrokerTally;
  readonly traffic: BrokerTraffic;
  readonly clock: Clock;
}

/** Every message and subscription passes here, in and out. */
export class MessageGate {
  readonly #parts: MessageGateParts;
  #inFlight = 0;
  #whenIdle: (() => void)[] = [];

  constructor(parts: MessageGateParts) {
    this.#parts = parts;
  }

  /** Resolves when nothing waits for the sink. */
  idle(): Promise<void> {
    return this.#inFlight === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /**
   * Runs before aedes sends PUBACK, so waiting here holds the acknowledgement back until the row is committed.
   * A topic that is not the account's ends the connection: MQTT 3.1.1 knows no refusal of a single message
   * (section 3.3.5), and a silent loss would look to the technician like a working sensor.
   */
  publish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    if (client === null) {
      done(null);
      return;
    }
    const { sessions, tally } = this.#parts;
    const { topic } = packet;
    const account = sessions.accountOf(client);
    if (account === undefined || topic.includes('\0') || !mayPublish(account, topic)) {
      tally.count('refusedMessages', account?.username ?? '', 'closed a connection: not its topic', {
        client: client.id,
        account: account?.username ?? '',
        topic,
      });
      done(new Error('not allowed on this topic'));
      return;
    }
    sessions.countMessage(client);
    this.take(packet, { client: client.id, account: account.username }, done);
  }

  /** Hands a message to the ingest; `done` when its row is committed, and kept where it is to be retained. */
  take(
    packet: PublishPacket,
    { client, account }: { readonly client: string; readonly account: string },
    done: (error?: Error | null) => void,
  ): void {
    const { sink, traffic, clock } = this.#parts;
    const { topic, qos, retain } = packet;
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    const message: TakenMessage = {
      topic,
      payload,
      qos,
      retain,
      receivedMs: clock.now(),
      client,
      account,
      ingested: true,
    };
    const settle = this.#enter(done);
    traffic.taken.tell(message);
    sink.submit(message, (error) => {
      if (error !== undefined) {
        traffic.failed.tell(message);
        settle(error);
      } else if (retain) this.#retain(packet, payload, settle);
      else settle(null);
    });
  }

  subscribe(
    client: Client,
    subscription: Subscription,
    done: (error: Error | null, subscription?: Subscription | null) => void,
  ): void {
    const { sessions, tally } = this.#parts;
    const account = sessions.accountOf(client);
    const allowed = account !== undefined && maySubscribe(account, subscription.topic);
    if (!allowed) {
      tally.count('refusedSubscriptions', account?.username ?? '', 'refused a subscription', {
        client: client.id,
        account: account?.username ?? '',
        filter: subscription.topic,
      });
    }
    done(null, allowed ? subscription : null);
  }

  /** Is this delivery right, and can the client take it? */
  forward(client: Client, packet: PublishPacket & { readonly brokerCounter?: number }): boolean {
    const { sessions, persistence, tally } = this.#parts;
    const account = sessions.accountOf(client);
    if (account === undefined || !mayReceive(account, packet.topic)) return false;
    // Counted when it was not queued.
    if (!client.clean && persistence.wasTurnedAway(client.id, packet)) return false;
    if (client.conn.writableLength <= unreadBytes) return true;
    tally.count('queueOverflows', client.id, 'a client does not read; messages for it are dropped', {
      client: client.id,
      account: account.username,
    });
    return false;
  }

  #retain(packet: PublishPacket, payload: Buffer, settle: (error: Error | null) => void): void {
    const { retained, tally } = this.#parts;
    const message = { topic: packet.topic, payload, qos: packet.qos };
    if (retained.hasRoom(message)) {
      retained.keep(message, (error) => settle(error ?? null));
      return;
    }
    tally.count('queueOverflows', packet.topic, 'too many retained messages; this one is only passed on', {
      topic: packet.topic,
    });
    packet.retain = false;
    settle(null);
  }

  #enter(done: (error?: Error | null) => void): (error: Error | null) => void {
    this.#inFlight++;
    return (error) => {
      done(error);
      if (--this.#inFlight > 0) return;
      for (const resolve of this.#whenIdle.splice(0)) resolve();
    };
  }
}
