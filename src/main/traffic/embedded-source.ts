import type { MessageOutcome, SourceState } from '../../shared/contract/traffic-messages.ts';
import type { BrokerState } from '../../shared/contract/stack.ts';
import type { BrokerClientInfo, RefusedLogin } from '../../shared/contract/traffic-parts.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { InboundMessage } from '../../shared/domain/inbound-message.ts';
import type { Clock } from '../foundation/clock.ts';
import { Listeners } from '../foundation/listeners.ts';
import type {
  OutgoingMessage,
  RetainedCopies,
  RetainedCopy,
  SeenMessage,
  SeenOutcome,
  TrafficSource,
} from './source.ts';
import { sourceAway } from './when-connected.ts';

interface Taken extends InboundMessage {
  readonly payload: Buffer;
  readonly client: string;
  readonly account: string;
  /** The ingest has it, and says what becomes of it. */
  readonly ingested: boolean;
}

/** The broker in this process, as the traffic needs it. */
export interface OwnBroker {
  state(): BrokerState;
  onChange(listener: () => void): () => void;
  readonly traffic: {
    readonly taken: { add(listener: (message: Taken) => void): () => void };
    readonly failed: { add(listener: (message: Taken) => void): () => void };
  };
  publishThrough(message: RetainedMessage & { readonly retain: boolean }): Promise<void>;
  retained(): Promise<readonly RetainedMessage[]>;
  clients(): readonly BrokerClientInfo[];
  refusedLogins(): readonly RefusedLogin[];
  disconnectClient(clientId: string): boolean;
}

interface RetainedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
}

/** A message that the ingest committed: the reason is that of the quarantine. */
export interface SettledMessage {
  readonly message: Pick<InboundMessage, 'receivedMs'>;
  readonly decoded: { readonly kind: string };
  readonly reason: string | null;
}

/** Messages whose outcome is not told yet; above it they are forgotten. */
const unsettledAtMost = 200_000;
const bytesAtMost = 32_000_000;
const copiesAtMost = 50_000;

/** Every message of the embedded broker, with its client and account, always: there is nothing to connect. */
export class EmbeddedSource implements TrafficSource {
  readonly id: string;
  readonly #broker: OwnBroker;
  readonly #clock: Clock;
  readonly #messages = new Listeners<SeenMessage>();
  readonly #outcomes = new Listeners<readonly SeenOutcome[]>();
  readonly #unsettled = new Map<SettledMessage['message'], SeenMessage>();

  constructor(id: string, broker: OwnBroker, clock: Clock) {
    this.id = id;
    this.#broker = broker;
    this.#clock = clock;
    broker.traffic.taken.add((message) => this.#take(message));
    broker.traffic.failed.add((message) => this.#fail(message));
  }

  state(): SourceState {
    const { phase, error } = this.#broker.state();
    return {
      id: this.id,
      kind: 'embedded',
      name: '',
      phase: phase === 'running' ? 'connected' : phase === 'starting' ? 'connecting' : 'stopped',
      retryMs: null,
      error,
      losses: 0,
      sys: [],
    };
  }

  onChange(listener: () => void): () => void {
    return this.#broker.onChange(listener);
  }

  onMessage(listener: (message: SeenMessage) => void): () => void {
    return this.#messages.add(listener);
  }

  onOutcomes(listener: (outcomes: readonly SeenOutcome[]) => void): () => void {
    return this.#outcomes.add(listener);
  }

  hold(): () => void {
    return () => undefined;
  }

  /** The ingest committed these, of this broker or another. */
  committed(settled: readonly SettledMessage[]): void {
    const outcomes: SeenOutcome[] = [];
    for (const { message, decoded, reason } of settled) {
      const quarantined = reason !== null;
      const stored = decoded.kind === 'reading' || decoded.kind === 'heartbeat';
      this.#settle(outcomes, message, quarantined ? 'quarantined' : stored ? 'stored' : 'passed', reason);
    }
    if (outcomes.length > 0) this.#outcomes.tell(outcomes);
  }

  async publish(message: OutgoingMessage): Promise<{ readonly reasonCode: number | null }> {
    const { topic, payload, qos, retain } = message;
    try {
      await this.#broker.publishThrough({ topic, payload, qos, retain });
    } catch (error) {
      if (error instanceof AppError && error.code === 'stack.not-running') throw sourceAway(this);
      if (error instanceof AppError) throw error;
      // aedes has a limit of levels of its own.
      const text = error instanceof Error ? error.message : String(error);
      throw new AppError('traffic.publish-refused', text, { reasonCode: null }, error);
    }
    return { reasonCode: null };
  }

  async retained(): Promise<RetainedCopies> {
    if (this.#broker.state().phase !== 'running') throw sourceAway(this);
    const messages: RetainedCopy[] = [];
    let bytes = 0;
    for (const { topic, payload, qos } of await this.#broker.retained()) {
      bytes += payload.length + topic.length;
      if (messages.length >= copiesAtMost || bytes > bytesAtMost) return { messages, complete: false };
      messages.push({ topic, payload: Buffer.from(payload), qos });
    }
    return { messages, complete: true };
  }

  #take(message: Taken): void {
    const { receivedMs, topic, payload, qos, retain, client, account, ingested } = message;
    const seen: SeenMessage = {
      timeMs: receivedMs,
      topic,
      payload,
      qos,
      retain,
      client,
      account,
      properties: null,
    };
    this.#messages.tell(seen);
    if (!ingested) return;
    if (this.#unsettled.size >= unsettledAtMost) this.#unsettled.clear();
    this.#unsettled.set(message, seen);
    this.#outcomes.tell([{ message: seen, outcome: waiting }]);
  }

  #fail(message: Taken): void {
    const outcomes: SeenOutcome[] = [];
    this.#settle(outcomes, message, 'failed', null);
    this.#outcomes.tell(outcomes);
  }

  #settle(
    into: SeenOutcome[],
    message: SettledMessage['message'],
    kind: MessageOutcome['kind'],
    reason: string | null,
  ): void {
    const seen = this.#unsettled.get(message);
    if (seen === undefined) return;
    this.#unsettled.delete(message);
    const tookMs = Math.max(0, this.#clock.now() - message.receivedMs);
    into.push({ message: seen, outcome: { kind, tookMs, reason } });
  }
}

const waiting = { kind: 'waiting', tookMs: null, reason: null } as const;
