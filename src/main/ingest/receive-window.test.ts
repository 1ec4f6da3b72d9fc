import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReceiveWindow } from './receive-window.ts';

const body = Buffer.from('{"a":1}');
const arrive = (
  window: ReceiveWindow,
  messageId: number,
  { qos = 1, dup = false, payload = body }: { qos?: 1 | 2; dup?: boolean; payload?: Buffer } = {},
) => window.arrived({ topic: 't', dup }, messageId, qos, payload);
const answers = (window: ReceiveWindow): string => window.takeAnswers()?.bytes.toString('hex') ?? '';

test('answers go out in the order of arrival, whatever becomes durable first', () => {
  fc.assert(
    fc.property(
      fc
        .uniqueArray(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 30 })
        .chain((ids) => fc.tuple(fc.constant(ids), fc.shuffledSubarray(ids, { minLength: ids.length }))),
      ([ids, durableOrder]) => {
        const window = new ReceiveWindow();
        window.connected(false);
        const held = new Map(ids.map((id) => [id, arrive(window, id).held]));
        const sent: number[] = [];
        for (const id of durableOrder) {
          const one = held.get(id);
          if (one !== undefined) one.durable = true;
          const bytes = window.takeAnswers()?.bytes ?? Buffer.alloc(0);
          for (let at = 0; at < bytes.length; at += 4) sent.push(bytes.readUInt16BE(at + 2));
        }
        expect(sent).toEqual(ids);
        expect(window.size).toBe(0);
      },
    ),
  );
});

test('at QoS 2 the same identifier is the same message until PUBREL, and is answered again', () => {
  const window = new ReceiveWindow();
  window.connected(false);
  const first = arrive(window, 7, { qos: 2 });
  first.held.durable = true;
  expect(answers(window)).toBe('50020007');
  expect(arrive(window, 7, { qos: 2, dup: true })).toEqual({ held: first.held, again: true });
  expect(answers(window)).toBe('50020007');
  expect(window.released(7).toString('hex')).toBe('70020007');
  expect(arrive(window, 7, { qos: 2 }).again).toBe(false);
});

test('what comes again after a lost connection is known, and answered on the new one', () => {
  const window = new ReceiveWindow();
  window.connected(false);
  const waiting = arrive(window, 1);
  const answered = arrive(window, 2);
  answered.held.durable = true;
  window.connected(true);
  expect(arrive(window, 1, { dup: true }).again).toBe(true);
  expect(arrive(window, 2, { dup: true }).again).toBe(true);
  expect(answers(window)).toBe('');
  waiting.held.durable = true;
  expect(answers(window)).toBe('4002000140020002');
});

test('an answer that was lost with the connection is given again without a second row', () => {
  const window = new ReceiveWindow();
  window.connected(false);
  const { held } = arrive(window, 3);
  held.durable = true;
  expect(answers(window)).toBe('40020003');
  window.connected(true);
  expect(arrive(window, 3, { dup: true })).toEqual({ held, again: true });
  expect(answers(window)).toBe('40020003');
});

test.each([
  ['without DUP', { dup: false }, true],
  ['with another content', { dup: true, payload: Buffer.from('other') }, true],
  ['at another QoS', { dup: true, qos: 2 as const }, true],
  ['after the broker lost the session', { dup: true }, false],
])('an identifier used again %s is a new message', (_, packet, sessionPresent) => {
  const window = new ReceiveWindow();
  window.connected(false);
  arrive(window, 5);
  window.connected(sessionPresent);
  expect(arrive(window, 5, packet).again).toBe(false);
});

test('what the ingest refused is new when it comes again', () => {
  const window = new ReceiveWindow();
  window.connected(false);
  const { held } = arrive(window, 9);
  expect(window.refused(held)).toBe(true);
  window.connected(true);
  expect(arrive(window, 9, { dup: true }).again).toBe(false);
});
