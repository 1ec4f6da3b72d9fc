import type {
  MessageOutcome,
  MessageProperties,
  SourceState,
} from '../../shared/contract/traffic-messages.ts';
import type { Profile } from '../../shared/contract/traffic-parts.ts';
import type { Observable } from '../foundation/watch-state.ts';

/** A message as a source saw it. Its bytes are nobody's to change; who keeps them for long copies them. */
export interface SeenMessage {
  readonly timeMs: number;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  /** Asked to be retained (embedded broker), or is a retained copy (all others). */
  readonly retain: boolean;
  /** Empty where they are not known. */
  readonly client: string;
  readonly account: string;
  /** Of MQTT 5, where there are any. */
  readonly properties: MessageProperties | null;
}

/** What the ingest did with a message: told after the message itself, of the embedded broker alone. */
export interface SeenOutcome {
  /** The very object that the listeners got. */
  readonly message: SeenMessage;
  readonly outcome: MessageOutcome;
}

/** A message to publish, its topic checked already. The last two go to brokers of MQTT 5 only. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly contentType: string;
  readonly user: readonly { readonly name: string; readonly value: string }[];
}

export interface RetainedCopy {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
}

export interface RetainedCopies {
  /** In no order, one per topic. */
  readonly messages: readonly RetainedCopy[];
  /** `false` where the broker had more than are taken: 50 000 and 32 MB. */
  readonly complete: boolean;
}

/** One broker whose messages can be looked at. */
export interface TrafficSource extends Observable<SourceState> {
  readonly id: string;
  /**
   * Every message in the order of its arrival, called at once as it comes: a listener takes microseconds and never
   * throws. `$SYS` is not among them. Without `hold` nothing comes, except on the embedded broker.
   */
  onMessage(listener: (message: SeenMessage) => void): () => void;
  onOutcomes(listener: (outcomes: readonly SeenOutcome[]) => void): () => void;
  /**
   * Connects it where it is not, and keeps it so until the returned function is called; a minute after the last holder
   * left it is disconnected. Loss is answered by connecting again, longer each time up to 15 s.
   */
  hold(): () => void;
  /**
   * Connects where it must, and resolves when the broker has it (QoS 0: when it is sent).
   * @returns `reasonCode` of MQTT 5, else `null`
   * @throws AppError `traffic.source-away` (not connected within 10 s), `traffic.publish-refused` (data: reasonCode)
   */
  publish(message: OutgoingMessage, signal: AbortSignal): Promise<{ readonly reasonCode: number | null }>;
  /**
   * What the broker retains now. A fresh look each time: other brokers than the embedded one are asked over a
   * connection of its own and take some tenths of a second. @throws AppError `traffic.source-away`
   */
  retained(signal: AbortSignal): Promise<RetainedCopies>;
}

export interface TrafficSources extends Observable<readonly SourceState[]> {
  /** The stack first, then the profiles in their order. */
  items(): readonly TrafficSource[];
  /** @throws AppError `traffic.source-unknown` */
  get(id: string): TrafficSource;
}

/** The profiles that the person keeps, as the sources need them. */
export interface ProfileSource {
  profiles(): readonly Profile[];
  /** Read at each connection; `null` where there is none. */
  secretsOf(id: string): Promise<ProfileSecrets>;
  /** Told after a profile was added, changed or removed: its connection ends and a held one begins anew. */
  onChange(listener: (id: string) => void): () => void;
}

export interface ProfileSecrets {
  readonly password: string | null;
  /** Of the client's certificate, PEM. */
  readonly key: string | null;
}
