import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keptPayloadBytes, MessageRing, type RingLimits } from './message-ring.ts';
import type { SeenMessage } from './source.ts';

const message = (topic: string, payload: Buffer | string, rest: Partial<SeenMessage> = {}): SeenMessage => ({
  timeMs: 1,
  topic,
  payload: Buffer.from(payload),
  qos: 0,
  retain: false,
  client: '',
  account: '',
  properties: null,
  ...rest,
});

interface Kept {
  readonly seq: number;
  readonly message: SeenMessage;
}

/** The same bounds over a plain list. */
class SlowRing {
  kept: Kept[] = [];
  #seq = 0;
  readonly #limits: RingLimits;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  add(one: SeenMessage): void {
    if (this.kept.length >= this.#limits.messages) this.kept.shift();
    this.kept.push({ seq: ++this.#seq, message: one });
    while (this.bytes > this.#limits.bytes && this.kept.length > 1) this.kept.shift();
  }

  get bytes(): number {
    const topics = new Set(this.kept.map((entry) => entry.message.topic));
    const ofTopics = [...topics].reduce((sum, topic) => sum + topic.length, 0);
    return this.kept.reduce((sum, entry) => sum + entry.message.payload.length, ofTopics);
  }
}

const messages = fc.record({
  topic: fc.constantFrom('a', 'a/b', '', '/', 'x'.repeat(60), 'é'),
  size: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(300)),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  retain: fc.boolean(),
  client: fc.constantFrom('', 'one', 'two'),
});

describe('the ring of messages', () => {
  test('holds what a plain list with the same bounds holds, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(messages, { minLength: 1, maxLength: 120 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 50, max: 2_000 }),
        (wishes, most, bytes) => {
          const limits = { messages: most, bytes };
          const ring = new MessageRing(limits);
          const slow = new SlowRing(limits);
          for (const [index, { size, ...wish }] of wishes.entries()) {
            const one = message(wish.topic, Buffer.alloc(size, index), { ...wish, timeMs: index });
            expect(ring.add(one)).toBe(index + 1);
            slow.add(one);
          }
          expect(ring.bytes).toBe(slow.bytes);
          expect([ring.oldestSeq, ring.newestSeq]).toEqual([slow.kept[0]?.seq, slow.kept.at(-1)?.seq]);
          for (const { seq, message: one } of slow.kept) {
            const { topic, payload, qos, retain, client, timeMs, bytes: length } = ring.at(seq);
            expect({ topic, payload, qos, retain, client, timeMs, bytes: length }).toEqual({
              topic: one.topic,
              payload: one.payload,
              qos: one.qos,
              retain: one.retain,
              client: one.client,
              timeMs: one.timeMs,
              bytes: one.payload.length,
            });
            const before = slow.kept.findLast(
              (other) => other.seq < seq && other.message.topic === one.topic,
            );
            expect(ring.previousOf(seq)).toBe(before?.seq ?? 0);
          }
          for (const topic of ['a', 'a/b', '', 'never'])
            expect(ring.newestOfTopic(topic)).toBe(
              slow.kept.findLast((entry) => entry.message.topic === topic)?.seq ?? 0,
            );
        },
      ),
      { numRuns: 400 },
    );
  });

  test('a hundred thousand messages go round, and the memory of payloads does not grow', () => {
    const ring = new MessageRing();
    for (let index = 0; index < 250_000; index++) ring.add(message(`t/${index % 500}`, `value ${index}`));
    expect(ring.size).toBe(100_000);
    expect(ring.oldestSeq).toBe(150_001);
    expect(ring.at(150_001).payload.toString()).toBe('value 150000');
    expect(ring.at(250_000).payload.toString()).toBe('value 249999');
    expect(ring.topics.size).toBe(500);
    expect(ring.allocatedBytes).toBeLessThan(5_000_000);
  });

  test('payloads of a megabyte go by their bytes', () => {
    const ring = new MessageRing();
    for (let index = 0; index < 100; index++) ring.add(message('t', Buffer.alloc(1_000_000, index)));
    expect(ring.size).toBe(63);
    expect(ring.at(100).payload.every((byte) => byte === 99)).toBe(true);
    expect(ring.allocatedBytes).toBeLessThan(70_000_000);
  });

  test('of a payload over 16 MB the first of it is kept, and its size', () => {
    const ring = new MessageRing();
    const seq = ring.add(message('t', Buffer.alloc(20_000_000, 1)));
    expect(ring.at(seq).bytes).toBe(20_000_000);
    expect(ring.at(seq).payload).toHaveLength(keptPayloadBytes);
  });

  test('properties and outcomes belong to their message alone, and go with it', () => {
    const ring = new MessageRing({ messages: 2, bytes: 10_000 });
    const properties = {
      contentType: 'text/plain',
      responseTopic: null,
      correlationData: null,
      payloadIsUtf8: null,
      expirySeconds: 5,
      user: [{ name: 'a', value: 'b' }],
    };
    ring.add(message('t', 'one', { properties }));
    ring.add(message('t', 'two'));
    ring.setOutcome(1, { kind: 'quarantined', tookMs: 12, reason: 'unknown-device' });
    expect(ring.propertiesOf(1)).toEqual(properties);
    expect(ring.propertiesOf(2)).toBeNull();
    expect(ring.outcomeOf(1)).toEqual({ kind: 'quarantined', tookMs: 12, reason: 'unknown-device' });
    expect(ring.outcomeOf(2)).toBeNull();
    const withThem = ring.bytes;
    ring.add(message('t', 'six'));
    expect(ring.bytes).toBe(withThem - 'text/plainab'.length);
    ring.setOutcome(1, { kind: 'stored', tookMs: 1, reason: null });
    expect(ring.outcomeOf(3)).toBeNull();
  });
});
