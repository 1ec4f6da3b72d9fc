import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMessage } from './decode-message.ts';
import { seenAtMs } from './inbound-message.ts';
import { isMacAddress, parseMacAddress } from './mac-address.ts';
import type { Decoded, RejectReason } from './telemetry.ts';
import { judgeTime, parseTimestamp } from './timestamps.ts';
import { parseSensorTopic, sensorTopic, topicMatches } from './topics.ts';

const mac = '1C:69:20:E9:18:24';
const reasons: readonly RejectReason[] = [
  'unknown-topic',
  'bad-topic-mac',
  'not-json',
  'not-an-object',
  'mac-mismatch',
  'missing-field',
  'wrong-type',
  'implausible-value',
  'too-large',
  'unknown-age',
];
const now = Date.UTC(2025, 10, 3, 14, 30, 30);
const data = `datayoti/sensor/${mac}/data`;
const heartbeat = `datayoti/sensor/${mac}/heartbeat`;
const decode = (topic: string, body: unknown) =>
  decodeMessage(topic, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), now);
const anyMac = fc
  .uint8Array({ minLength: 6, maxLength: 6 })
  .map((octets) => [...octets].map((octet) => octet.toString(16).padStart(2, '0').toUpperCase()).join(':'));

describe('MAC addresses', () => {
  test('every spelling of the same address gives the canonical one', () => {
    fc.assert(
      fc.property(anyMac, (canonical) => {
        expect(isMacAddress(canonical)).toBe(true);
        for (const text of [
          canonical,
          canonical.toLowerCase(),
          canonical.replaceAll(':', '-'),
          ` ${canonical.replaceAll(':', '')} `,
        ]) {
          expect(parseMacAddress(text)).toBe(canonical);
        }
      }),
    );
  });
  test('anything else is none, one character beside the form included', () => {
    const hex = '0123456789ABCDEF';
    // Judged letter by letter, in another way than the code under test does it.
    const inForm = (text: string): boolean =>
      text.length === 17 &&
      Array.from(text).every((letter, at) => (at % 3 === 2 ? letter === ':' : hex.includes(letter)));
    const letter = fc.oneof(
      fc.constantFrom(':', '-', 'a', 'f', 'g', 'G', '@', '/', ' ', '\n', '\0', '０', 'Ａ', '1', 'F', ''),
      fc.string({ unit: 'grapheme', maxLength: 2 }),
    );
    const at = fc.integer({ min: 0, max: 17 });
    const nearMiss = fc.oneof(
      fc.tuple(anyMac, at, letter).map(([text, i, other]) => text.slice(0, i) + other + text.slice(i + 1)),
      fc.tuple(anyMac, at, letter).map(([text, i, other]) => text.slice(0, i) + other + text.slice(i)),
      fc.tuple(anyMac, anyMac).map(([one, two]) => `${one}:${two}`),
      fc.tuple(anyMac, at).map(([text, i]) => text.slice(i)),
    );
    let misses = 0;
    fc.assert(
      fc.property(fc.oneof(nearMiss, fc.string()), (text) => {
        expect(isMacAddress(text)).toBe(inForm(text));
        if (inForm(text)) return;
        misses++;
        expect(parseSensorTopic(`datayoti/sensor/${text}/data`)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
    expect(misses).toBeGreaterThan(1_000);
    expect(parseMacAddress('1C:69-20:E9:18:24')).toBeUndefined();
    expect(isMacAddress(`${mac}\n`)).toBe(false);
  });
});

describe('topics', () => {
  test('what is built is read back', () => {
    fc.assert(
      fc.property(anyMac, fc.constantFrom('data', 'heartbeat', 'status', 'cmd'), (address, channel) => {
        const known = parseMacAddress(address);
        if (known === undefined) throw new Error(address);
        expect(parseSensorTopic(sensorTopic(known, channel))).toEqual({ mac: address, channel });
      }),
    );
  });
  test.each([
    ['a/+/c', 'a/b/c', true],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
    ['a/+', 'a', false],
    ['a/+', 'a/', true],
    ['a/b', 'a/b/c', false],
  ])('filter %s on %s: %s', (filter, topic, matches) => {
    expect(topicMatches(filter, topic)).toBe(matches);
  });
});

describe('timestamps', () => {
  test.each([
    ['2025-11-03T14:30:25.000Z', Date.UTC(2025, 10, 3, 14, 30, 25)],
    ['2025-11-03T14:30:25+00:00', Date.UTC(2025, 10, 3, 14, 30, 25)],
    ['2025-11-03T16:30:25+02:00', Date.UTC(2025, 10, 3, 14, 30, 25)],
    ['2025-11-03T09:30:25-0500', Date.UTC(2025, 10, 3, 14, 30, 25)],
    ['2025-11-03T14:30:25', Date.UTC(2025, 10, 3, 14, 30, 25)],
    ['2025-11-03 14:30:25', Date.UTC(2025, 10, 3, 14, 30, 25)],
    ['2025-11-03T14:30:25.123456Z', Date.UTC(2025, 10, 3, 14, 30, 25, 123)],
  ])('%s', (text, expected) => {
    expect(parseTimestamp(text)).toBe(expected);
  });
  test.each([
    '',
    'now',
    '2025-02-30T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-11-03',
    '2025-11-03T25:00:00Z',
    '0000-01-01T00:00:00Z',
    '2025-11-03T14:30:25+99:00',
    '1762180225',
  ])('%s is none', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });
  test('the usual spelling means the same as any other, true dates or not', () => {
    const two = (max: number): fc.Arbitrary<string> =>
      fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'));
    const parts = fc.tuple(fc.integer({ min: 0, max: 9999 }), two(13), two(32), two(25), two(61), two(61));
    fc.assert(
      fc.property(parts, fc.integer({ min: 0, max: 999 }), ([year, month, day, hour, minute, second], ms) => {
        const time = `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}.${String(ms).padStart(3, '0')}`;
        expect(parseTimestamp(`${time}Z`)).toBe(parseTimestamp(`${time}+00:00`));
      }),
      { numRuns: 2_000 },
    );
  });
  test.each(['2025-11-03T14:30:2x.000Z', '2025/11/03T14:30:25.000Z', '2025-11-03T14:30:25.00xZ'])(
    '%s has the length of the usual spelling but is none',
    (text) => {
      expect(parseTimestamp(text)).toBeUndefined();
    },
  );
  test('every ISO time between 2020 and a day ahead is taken as it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2020, 0, 1), max: now + 86_400_000 }), (time) => {
        expect(judgeTime(new Date(time).toISOString(), now)).toEqual({
          timeMs: time,
          clockFaulty: false,
          own: true,
        });
      }),
    );
  });
  test('a time that cannot be true gives way to the reception time and faults the clock', () => {
    for (const bad of [
      '1970-01-01 01:00:02',
      '2019-12-31T23:59:59Z',
      new Date(now + 86_400_001).toISOString(),
      'soon',
      12,
      true,
      {},
    ]) {
      expect(judgeTime(bad, now)).toEqual({ timeMs: now, clockFaulty: true, own: false });
    }
    expect(judgeTime(undefined, now)).toEqual({ timeMs: now, clockFaulty: false, own: false });
  });
});

describe('messages', () => {
  const good = { device_id: mac, timestamp: '2025-11-03T14:30:25.000Z', temperature: 22.5, humidity: 65.3 };

  test('a reading as published', () => {
    expect(decode(data, good)).toEqual({
      kind: 'reading',
      mac,
      timeMs: Date.UTC(2025, 10, 3, 14, 30, 25),
      temperature: 22.5,
      humidity: 65.3,
      clockFaulty: false,
    });
  });
  test('every plausible reading is decoded to its own values', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -40, max: 80, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (temperature, humidity, extra) => {
          const decoded = decode(data, { ...extra, ...good, temperature, humidity });
          expect(decoded).toMatchObject({
            kind: 'reading',
            temperature: temperature + 0,
            humidity: humidity + 0,
          });
        },
      ),
    );
  });
  test.each([
    ['not-json', 'temperature=20'],
    ['not-json', '{"device_id":"1C:69:20:E9:18:24","temperature":NaN,"humidity":1}'],
    ['not-an-object', '[1,2]'],
    ['not-an-object', 'null'],
    ['missing-field', { ...good, device_id: undefined }],
    ['wrong-type', { ...good, device_id: 5 }],
    ['mac-mismatch', { ...good, device_id: '1C:69:20:E9:18:25' }],
    ['mac-mismatch', { ...good, device_id: mac.toLowerCase() }],
    ['missing-field', { ...good, temperature: undefined }],
    ['missing-field', { ...good, humidity: null }],
    ['wrong-type', { ...good, temperature: '22.5' }],
    ['wrong-type', { ...good, humidity: true }],
    ['implausible-value', { ...good, temperature: 80.1 }],
    ['implausible-value', { ...good, temperature: -40.1 }],
    ['implausible-value', { ...good, humidity: 100.5 }],
    ['implausible-value', '{"device_id":"1C:69:20:E9:18:24","temperature":1e999,"humidity":1}'],
    ['missing-field', '{"__proto__":{"device_id":"1C:69:20:E9:18:24"},"temperature":1,"humidity":1}'],
    ['too-large', `{"device_id":"${'x'.repeat(8_200)}"}`],
    ['not-json', '['.repeat(4_000)],
  ])('%s: %j', (reason, body) => {
    expect(decode(data, body)).toMatchObject({ kind: 'rejected', reason, mac });
  });
  test.each([
    ['unknown-topic', 'home/kitchen', null],
    ['unknown-topic', `datayoti/sensor/${mac}/other`, mac],
    ['unknown-topic', `datayoti/sensor/${mac}/data/x`, mac],
    ['bad-topic-mac', `datayoti/sensor/${mac.toLowerCase()}/data`, null],
    ['bad-topic-mac', 'datayoti/sensor//data', null],
  ])('%s: topic %s', (reason, topic, of) => {
    expect(decode(topic, good)).toMatchObject({ kind: 'rejected', reason, mac: of });
  });
  test('a heartbeat keeps null for what is missing, false for a missing ntp_sync', () => {
    expect(decode(heartbeat, { device_id: mac })).toMatchObject({
      kind: 'heartbeat',
      timeMs: now,
      rssi: null,
      freeHeap: null,
      uptime: null,
      minHeap: null,
      ntpSync: false,
      clockFaulty: false,
    });
    expect(
      decode(heartbeat, {
        device_id: mac,
        rssi: -45,
        free_heap: 234567,
        uptime: 3600,
        min_heap: 198000,
        ntp_sync: true,
        site_id: 'SITE_001',
        fw: '2.4.1',
      }),
    ).toMatchObject({
      rssi: -45,
      freeHeap: 234_567,
      uptime: 3600,
      minHeap: 198_000,
      ntpSync: true,
      siteRef: 'SITE_001',
      firmware: '2.4.1',
    });
    expect(decode(heartbeat, { device_id: mac, rssi: '-45' })).toMatchObject({ reason: 'wrong-type' });
    expect(decode(heartbeat, { device_id: mac, uptime: 3e9 })).toMatchObject({ reason: 'implausible-value' });
  });
  test.each([
    ['online', 'online'],
    ['offline', 'offline'],
    ['{"device_id":"1C:69:20:E9:18:24","timestamp":"x"}', null],
    ['{"device_id":"1C:69:20:E9:18:24","status":"offline"}', 'offline'],
    ['', null],
  ])('status %s', (body, status) => {
    expect(decode(`datayoti/sensor/${mac}/status`, body)).toEqual({ kind: 'status', mac, status });
  });
  test.each([
    [undefined, 'rejected'],
    ['1970-01-01 01:00:02', 'rejected'],
    ['2031-01-01T00:00:00Z', 'rejected'],
    ['2025-03-01T08:00:00Z', 'own'],
  ])('a copy that a broker kept, with the time %s', (timestamp, outcome) => {
    const body = Buffer.from(JSON.stringify({ device_id: mac, temperature: 20, humidity: 50, timestamp }));
    for (const [topic, kind] of [
      [data, 'reading'],
      [heartbeat, 'heartbeat'],
    ] as const) {
      const kept = decodeMessage(topic, body, now, true);
      const live = decodeMessage(topic, body, now, false);
      expect(live.kind).toBe(kind);
      if (outcome === 'own') expect(kept).toEqual(live);
      else expect(kept).toEqual({ kind: 'rejected', mac, reason: 'unknown-age', detail: 'timestamp' });
      expect(seenAtMs(live, { receivedMs: now })).toBe(now);
      expect(seenAtMs(kept, { receivedMs: now, keptCopy: true })).toBe(
        outcome === 'own' ? Date.UTC(2025, 2, 1, 8) : 0,
      );
    }
  });
  test('commands and the time are not ours to store', () => {
    expect(decode(`datayoti/sensor/${mac}/cmd`, '{"cmd":"blink"}')).toEqual({ kind: 'passed' });
    expect(decode('datayoti/time', '{"epoch_ms":1}')).toEqual({ kind: 'passed' });
  });
  test('any bytes on any topic give an answer and never an exception', () => {
    const topics = fc.oneof(
      fc.string(),
      fc.constantFrom(data, heartbeat, `datayoti/sensor/${mac}/status`, 'datayoti/sensor/'),
      fc
        .tuple(anyMac, fc.constantFrom('data', 'heartbeat', 'status', 'cmd', 'other'))
        .map(([address, channel]) => `datayoti/sensor/${address}/${channel}`),
    );
    // Nearly right, so that every field is met with every kind of value.
    const value = fc.oneof(
      fc.double({ min: -60, max: 120 }),
      fc.integer(),
      fc.constantFrom(
        null,
        true,
        '',
        '2025-11-03T14:30:25Z',
        '1970-01-01 01:00:02',
        '2031-01-01T00:00:00Z',
        mac,
      ),
      fc.jsonValue(),
    );
    const fields = [
      'device_id',
      'timestamp',
      'temperature',
      'humidity',
      'rssi',
      'free_heap',
      'uptime',
      'min_heap',
    ];
    const nearly = fc
      .dictionary(fc.constantFrom(...fields, 'ntp_sync', 'fw', 'queued', 'status'), value)
      .map((body) => Buffer.from(JSON.stringify({ device_id: mac, temperature: 20, humidity: 50, ...body })));
    const kinds = new Set<string>();
    fc.assert(
      fc.property(
        topics,
        fc.oneof(
          nearly,
          fc.uint8Array({ maxLength: 300 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (topic, payload) => {
          const decoded = decodeMessage(topic, payload, now);
          kinds.add(decoded.kind);
          expectInvariants(topic, decoded);
        },
      ),
      { numRuns: 3_000 },
    );
    expect([...kinds].sort()).toEqual(['heartbeat', 'passed', 'reading', 'rejected', 'status']);
  });
});

/** What holds of every answer, whatever came in. */
function expectInvariants(topic: string, decoded: Decoded): void {
  if (decoded.kind === 'passed') {
    expect(topic === 'datayoti/time' || /^datayoti\/sensor\/[^/]{17}\/cmd$/.test(topic)).toBe(true);
    return;
  }
  const level = topic.startsWith('datayoti/sensor/') ? (topic.split('/')[2] ?? null) : null;
  if (decoded.kind === 'rejected') {
    expect(reasons).toContain(decoded.reason);
    if (decoded.mac !== null) expect(decoded.mac).toBe(level);
    return;
  }
  expect(decoded.mac).toBe(level);
  if (decoded.kind === 'status') {
    expect(['online', 'offline', null]).toContain(decoded.status);
    return;
  }
  expect(decoded.timeMs).toBeGreaterThanOrEqual(Date.UTC(2020, 0, 1));
  expect(decoded.timeMs).toBeLessThanOrEqual(now + 86_400_000);
  if (decoded.clockFaulty) expect(decoded.timeMs).toBe(now);
  if (decoded.kind === 'reading') {
    expect(decoded.temperature).toBeGreaterThanOrEqual(-40);
    expect(decoded.temperature).toBeLessThanOrEqual(80);
    expect(decoded.humidity).toBeGreaterThanOrEqual(0);
    expect(decoded.humidity).toBeLessThanOrEqual(100);
    return;
  }
  for (const number of [decoded.rssi, decoded.freeHeap, decoded.uptime, decoded.minHeap, decoded.queued]) {
    if (number === null) continue;
    expect(Number.isInteger(number)).toBe(true);
    expect(Math.abs(number)).toBeLessThanOrEqual(2_147_483_647);
  }
}
