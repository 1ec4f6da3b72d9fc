import type {
  MessageOutcome,
  MessageProperties,
  PayloadForm,
} from '../../shared/contract/traffic-messages.ts';
import type { FilteredMessage } from './message-filter.ts';
import { NameTable } from './name-table.ts';
import { PayloadChunks } from './payload-chunks.ts';
import { formOf } from './payload-preview.ts';
import type { SeenMessage } from './source.ts';

export interface RingLimits {
  /** At most 131 072. */
  readonly messages: number;
  /** Payloads, and each topic once. */
  readonly bytes: number;
}

export const usualLimits: RingLimits = { messages: 100_000, bytes: 64_000_000 };
/** Of one payload; the rest of a longer one is not kept. */
export const keptPayloadBytes = 16_000_000;

/** A power of two above the most messages, so that a place is a sequence number's lowest bits. */
const places = 131_072;
const mask = places - 1;
const forms = [null, 'empty', 'json', 'text', 'binary'] as const;
const outcomeKinds = [null, 'waiting', 'stored', 'passed', 'quarantined', 'failed'] as const;

/** One kept message. Its payload is a view into the ring: copy it before anything is added. */
export interface KeptMessage extends FilteredMessage {
  readonly seq: number;
  readonly timeMs: number;
  readonly topicId: number;
  /** As it came; `payload` is shorter where it was over 16 MB. */
  readonly bytes: number;
}

/**
 * The last messages in columns: a number or two per property and message, no object. Sequence numbers begin at 1 and
 * have no gaps; a message goes when it is one of too many, by number or by bytes.
 */
export class MessageRing {
  readonly topics = new NameTable();
  readonly #limits: RingLimits;
  readonly #clients = new NameTable();
  readonly #reasons: string[] = [''];
  readonly #payloads = new PayloadChunks();
  readonly #properties = new Map<number, MessageProperties>();
  /** Of each topic, its newest message. */
  readonly #newestOf: number[] = [];
  readonly #times = new Float64Array(places);
  readonly #topicIds = new Int32Array(places);
  readonly #clientIds = new Int32Array(places);
  readonly #accountIds = new Int32Array(places);
  readonly #sizes = new Float64Array(places);
  readonly #chunks = new Int32Array(places);
  readonly #offsets = new Uint32Array(places);
  /** The one before it on its topic, whether it is kept still or not; 0: none was. */
  readonly #previous = new Float64Array(places);
  /** Bits 0 and 1: QoS, bit 2: retain. */
  readonly #flags = new Uint8Array(places);
  /** Found out at the first look. */
  readonly #forms = new Uint8Array(places);
  readonly #outcomes = new Uint8Array(places);
  readonly #outcomeReasons = new Uint8Array(places);
  readonly #outcomeTimes = new Float32Array(places);
  #oldest = 1;
  #newest = 0;
  #payloadBytes = 0;

  constructor(limits: RingLimits = usualLimits) {
    this.#limits = { ...limits, messages: Math.min(limits.messages, places) };
  }

  /** One above `newestSeq` where nothing is kept. */
  get oldestSeq(): number {
    return this.#oldest;
  }

  get newestSeq(): number {
    return this.#newest;
  }

  get size(): number {
    return this.#newest - this.#oldest + 1;
  }

  get bytes(): number {
    return this.#payloadBytes + this.topics.characters;
  }

  /** Of the buffers that payloads lie in. */
  get allocatedBytes(): number {
    return this.#payloads.allocatedBytes;
  }

  /** @returns its sequence number */
  add(message: SeenMessage): number {
    if (this.size >= this.#limits.messages) this.#dropOldest();
    const { topic, payload } = message;
    const seq = this.#newest + 1;
    const at = seq & mask;
    const kept = Math.min(payload.length, keptPayloadBytes);
    const topicId = this.topics.use(topic);
    const place = this.#payloads.add(payload, kept);
    this.#times[at] = message.timeMs;
    this.#topicIds[at] = topicId;
    this.#clientIds[at] = this.#clients.use(message.client);
    this.#accountIds[at] = this.#clients.use(message.account);
    this.#sizes[at] = payload.length;
    this.#chunks[at] = place.chunk;
    this.#offsets[at] = place.offset;
    this.#previous[at] = this.#newestOf[topicId] ?? 0;
    this.#flags[at] = message.qos | (message.retain ? 4 : 0);
    this.#outcomes[at] = 0;
    this.#forms[at] = 0;
    if (message.properties !== null) {
      this.#properties.set(seq, message.properties);
      this.#payloadBytes += characters(message.properties);
    }
    this.#newestOf[topicId] = seq;
    this.#newest = seq;
    this.#payloadBytes += kept;
    // The newest stays in any case: it alone is below the limit of one payload.
    while (this.bytes > this.#limits.bytes && this.size > 1) this.#dropOldest();
    return seq;
  }

  setOutcome(seq: number, { kind, tookMs, reason }: MessageOutcome): void {
    if (!this.has(seq)) return;
    const at = seq & mask;
    this.#outcomes[at] = outcomeKinds.indexOf(kind);
    this.#outcomeTimes[at] = tookMs ?? Number.NaN;
    this.#outcomeReasons[at] = this.#reasonNumber(reason ?? '');
  }

  has(seq: number): boolean {
    return seq >= this.#oldest && seq <= this.#newest;
  }

  timeOf(seq: number): number {
    return this.#times[seq & mask] ?? 0;
  }

  topicIdOf(seq: number): number {
    return this.#topicIds[seq & mask] ?? 0;
  }

  /** The message with this sequence number, which must be kept. */
  at(seq: number): KeptMessage {
    return new RingView(this, seq);
  }

  topicOf(seq: number): string {
    return this.topics.nameOf(this.topicIdOf(seq));
  }

  sizeOf(seq: number): number {
    return this.#sizes[seq & mask] ?? 0;
  }

  payloadOf(seq: number): Buffer {
    const at = seq & mask;
    const length = Math.min(this.#sizes[at] ?? 0, keptPayloadBytes);
    return this.#payloads.at(this.#chunks[at] ?? 0, this.#offsets[at] ?? 0, length);
  }

  formOf(seq: number): PayloadForm {
    const at = seq & mask;
    const known = forms[this.#forms[at] ?? 0];
    if (known !== undefined && known !== null) return known;
    const form = formOf(this.payloadOf(seq));
    this.#forms[at] = forms.indexOf(form);
    return form;
  }

  flagsOf(seq: number): number {
    return this.#flags[seq & mask] ?? 0;
  }

  clientOf(seq: number): string {
    return this.#clients.nameOf(this.#clientIds[seq & mask] ?? 0);
  }

  accountOf(seq: number): string {
    return this.#clients.nameOf(this.#accountIds[seq & mask] ?? 0);
  }

  propertiesOf(seq: number): MessageProperties | null {
    return this.#properties.get(seq) ?? null;
  }

  outcomeOf(seq: number): MessageOutcome | null {
    const at = seq & mask;
    const kind = outcomeKinds[this.#outcomes[at] ?? 0] ?? null;
    if (kind === null) return null;
    const tookMs = this.#outcomeTimes[at] ?? Number.NaN;
    const reason = this.#reasons[this.#outcomeReasons[at] ?? 0] ?? '';
    return { kind, tookMs: Number.isNaN(tookMs) ? null : tookMs, reason: reason === '' ? null : reason };
  }

  /** The kept message before this one on its topic; 0: none. */
  previousOf(seq: number): number {
    const previous = this.#previous[seq & mask] ?? 0;
    return previous >= this.#oldest ? previous : 0;
  }

  /** The newest kept message of a topic; 0: none. */
  newestOfTopic(topic: string): number {
    const id = this.topics.idOf(topic);
    return id === undefined ? 0 : (this.#newestOf[id] ?? 0);
  }

  #dropOldest(): void {
    const seq = this.#oldest;
    const at = seq & mask;
    const topicId = this.#topicIds[at] ?? 0;
    this.#payloadBytes -= Math.min(this.#sizes[at] ?? 0, keptPayloadBytes);
    if (this.topics.leave(topicId)) this.#newestOf[topicId] = 0;
    this.#clients.leave(this.#clientIds[at] ?? 0);
    this.#clients.leave(this.#accountIds[at] ?? 0);
    const properties = this.#properties.size === 0 ? undefined : this.#properties.get(seq);
    if (properties !== undefined) {
      this.#properties.delete(seq);
      this.#payloadBytes -= characters(properties);
    }
    this.#oldest++;
    if (this.#oldest <= this.#newest) this.#payloads.letGoBefore(this.#chunks[this.#oldest & mask] ?? 0);
  }

  /** The codes of a few reasons; one beyond 255 is not told. */
  #reasonNumber(reason: string): number {
    const known = this.#reasons.indexOf(reason);
    if (known !== -1) return known;
    return this.#reasons.length > 255 ? 0 : this.#reasons.push(reason) - 1;
  }
}

function characters({ contentType, responseTopic, correlationData, user }: MessageProperties): number {
  let sum = (contentType?.length ?? 0) + (responseTopic?.length ?? 0) + (correlationData?.length ?? 0);
  for (const { name, value } of user) sum += name.length + value.length;
  return sum;
}

/** Reads only what a filter asks for. */
class RingView implements KeptMessage {
  readonly #ring: MessageRing;
  readonly seq: number;

  constructor(ring: MessageRing, seq: number) {
    this.#ring = ring;
    this.seq = seq;
  }

  get timeMs(): number {
    return this.#ring.timeOf(this.seq);
  }

  get topicId(): number {
    return this.#ring.topicIdOf(this.seq);
  }

  get topic(): string {
    return this.#ring.topicOf(this.seq);
  }

  get payload(): Buffer {
    return this.#ring.payloadOf(this.seq);
  }

  get bytes(): number {
    return this.#ring.sizeOf(this.seq);
  }

  get qos(): 0 | 1 | 2 {
    const qos = this.#ring.flagsOf(this.seq) & 3;
    return qos === 2 ? 2 : qos === 1 ? 1 : 0;
  }

  get retain(): boolean {
    return (this.#ring.flagsOf(this.seq) & 4) !== 0;
  }

  get client(): string {
    return this.#ring.clientOf(this.seq);
  }

  get account(): string {
    return this.#ring.accountOf(this.seq);
  }
}
