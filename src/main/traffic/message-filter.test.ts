import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageFilter } from '../../shared/contract/traffic-messages.ts';
import { compileFilter, type FilteredMessage } from './message-filter.ts';
import { compileTopicFilter, compileTopicSearch, topicFilterFault } from './topic-filter.ts';

const message = (topic: string, payload: string | Buffer = '', rest: object = {}): FilteredMessage => ({
  topic,
  payload: Buffer.from(payload),
  qos: 0,
  retain: false,
  client: 'board-1',
  account: 'boards',
  ...rest,
});
const matches = (filter: object, ...args: Parameters<typeof message>): boolean =>
  compileFilter(messageFilter.parse(filter)).matches(message(...args));

describe('topic filters', () => {
  // MQTT 3.1.1, sections 4.7.1.2, 4.7.1.3 and 4.7.2.
  test.each([
    ['sport/tennis/player1/#', 'sport/tennis/player1', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
    ['sport/tennis/player1/#', 'sport/tennis/player10', false],
    ['sport/#', 'sport', true],
    ['#', 'anything/at/all', true],
    ['sport/tennis/+', 'sport/tennis/player1', true],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['+/+', '/finance', true],
    ['/+', '/finance', true],
    ['+', '/finance', false],
    ['#', '$SYS/broker', false],
    ['+/monitor/Clients', '$SYS/monitor/Clients', false],
    ['$SYS/#', '$SYS/broker', true],
    ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
    ['+/+/+', '//', true],
    ['a//b', 'a//b', true],
    ['a/+/b', 'a//b', true],
    ['/', '/', true],
    ['a', 'A', false],
  ])('%j and %j: %j', (filter, topic, expected) => {
    expect(compileTopicFilter(filter)(topic)).toBe(expected);
  });

  test.each([
    ['sport/tennis#', 'wildcard-in-level', 12],
    ['sport/tennis/#/ranking', 'hash-not-last', 13],
    ['sport+', 'wildcard-in-level', 5],
    ['a\0', 'null-character', 1],
    ['x'.repeat(65_536), 'too-long', 0],
  ])('%.30j is none: %s', (filter, reason, at) => {
    expect(topicFilterFault(filter)).toEqual({ reason, at });
    expect(() => compileFilter(messageFilter.parse({ topic: filter.slice(0, 65_535) }))).not.toThrow(
      TypeError,
    );
  });

  const level = fc.constantFrom('', 'a', 'b', 'ab', '$a', 'é', ' ');
  const topics = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'));
  const filters = fc
    .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'));

  test('a slow matcher, written level by level, says the same', () => {
    fc.assert(
      fc.property(filters, topics, (filter, topic) => {
        fc.pre(filter !== '');
        expect(compileTopicFilter(filter)(topic)).toBe(slowMatch(filter.split('/'), topic.split('/')));
      }),
      { numRuns: 3_000 },
    );
  });

  test('in a list of topics text is looked for whatever its case, and a whole level of a wildcard is a filter', () => {
    expect(compileTopicSearch('CELLAR')('site/cellar/1')).toBe(true);
    expect(compileTopicSearch('site/+/1')('site/cellar/1')).toBe(true);
    expect(compileTopicSearch('a+b')('x/a+b/y')).toBe(true);
    expect(compileTopicSearch('#/a')('x/#/a')).toBe(true);
    expect(compileTopicSearch('')('$SYS')).toBe(true);
  });
});

describe('message filters', () => {
  test('all parts must hold, an empty one always does', () => {
    expect(compileFilter(messageFilter.parse({})).all).toBe(true);
    expect(matches({ topic: 'a/#', qos: [0], retained: false, client: 'boards' }, 'a/b')).toBe(true);
    expect(matches({ topic: 'a/#', qos: [1, 2] }, 'a/b')).toBe(false);
    expect(matches({ retained: true }, 'a')).toBe(false);
    expect(matches({ retained: true }, 'a', '', { retain: true })).toBe(true);
    expect(matches({ client: 'board' }, 'a')).toBe(false);
    expect(matches({ client: 'board-1' }, 'a')).toBe(true);
  });

  test.each([
    ['warm', 'a', 'It is WARM here', true],
    ['WARM', 'it/is/warm', '', true],
    ['cold', 'a', 'warm', false],
    ['.*', 'a', 'abc', false],
    ['a.c', 'x', 'abc', false],
    ['ÉTÉ', 'x', 'un été', true],
    ['(', 'x', '((', true],
    ['<script>', 'x', '<SCRIPT>alert(1)</script>', true],
  ])('text %j in %j or %j: %j', (text, topic, payload, expected) => {
    expect(matches({ text }, topic, payload)).toBe(expected);
  });

  const reading =
    '{"temperature":8.5,"site":{"name":"Cold room","ids":[1,"x"]},"ok":true,"odd name":null,"n":"10"}';
  test.each([
    ['temperature > 8', true],
    ['temperature>8.5', false],
    ['temperature >= 8.5 && ok = true', true],
    ['temperature >= 8.5 && ok = false', false],
    ['site.name ~ "cold"', true],
    ['site.name ~ warm', false],
    ['site.ids[0] = 1', true],
    ['site.ids[1] = x', true],
    ['site.ids ~ x', true],
    ['site.ids[2]', false],
    ['site.ids[-1]', 'bracket'],
    ['["odd name"]', true],
    ['["odd name"] = null', true],
    ['missing != 1', false],
    ['temperature != 1', true],
    ['n = 10', false],
    ['n = "10"', true],
    ['constructor', false],
    ['toString', false],
    ['__proto__', false],
    ['temperature < 1e1', true],
    ['temperature > -3', true],
  ])('%s: %j', (json, expected) => {
    if (expected === 'bracket') expect(() => matches({ json }, 'a', reading)).toThrow();
    else expect(matches({ json }, 'a', reading)).toBe(expected);
  });

  test('a payload that is a number itself is compared without a path', () => {
    expect(matches({ json: '> 8' }, 'a', ' 9.5')).toBe(true);
    expect(matches({ json: '> 8' }, 'a', '7')).toBe(false);
    expect(matches({ json: '> 8' }, 'a', 'warm')).toBe(false);
  });

  test.each([
    ['a >', 'value-missing', 3],
    ['a = 1 &&', 'name-missing', 8],
    ['a b', 'operator-missing', 2],
    ['a = b c', 'operator-missing', 6],
    ['a[', 'index-missing', 2],
    ['a[0', 'bracket-open', 3],
    ['a = "x', 'text-open', 4],
    ['a..b', 'name-missing', 2],
    ['a = 1 || b = 2', 'operator-missing', 6],
  ])('%s is refused: %s at %i', (json, reason, at) => {
    expect(() => compileFilter(messageFilter.parse({ json }))).toThrow(
      expect.objectContaining({ code: 'traffic.bad-filter', data: { field: 'json', reason, at } }),
    );
  });

  test('nothing that comes from outside makes a filter throw', () => {
    const filter = compileFilter(messageFilter.parse({ text: 'é<', json: 'a.b[0] > 1' }));
    const deep = Buffer.from('['.repeat(500_000));
    const closed = Buffer.from(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
    for (const payload of [deep, closed, Buffer.from([0xff, 0xfe, 0x00]), Buffer.alloc(0)])
      expect(filter.matches(message('a/é<', payload))).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.string(), (bytes, topic) => {
        filter.matches(message(topic, Buffer.from(bytes)));
      }),
    );
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('a', 'b', '.', '[', ']', '"', '0', ' ', '=', '!', '<', '>', '~', '&', '\\'),
        }),
        (json) => {
          try {
            compileFilter(messageFilter.parse({ json })).matches(message('a', reading));
          } catch (error) {
            expect(error).toMatchObject({ code: 'traffic.bad-filter' });
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

/** As sections 4.7.1 and 4.7.2 say it, without a thought of speed. */
function slowMatch(filter: readonly string[], topic: readonly string[]): boolean {
  if (topic[0]?.startsWith('$') === true && (filter[0] === '+' || filter[0] === '#')) return false;
  const [head, ...rest] = filter;
  if (head === '#') return true;
  if (topic.length === 0) return filter.length === 0;
  if (head === undefined) return false;
  if (head !== '+' && head !== topic[0]) return false;
  const left = topic.slice(1);
  return left.length === 0 && rest[0] === '#' ? true : slowMatchRest(rest, left);
}

function slowMatchRest(filter: readonly string[], topic: readonly string[]): boolean {
  if (filter[0] === '#') return true;
  if (filter.length === 0 || topic.length === 0) return filter.length === topic.length;
  return (filter[0] === '+' || filter[0] === topic[0]) && slowMatchAfter(filter.slice(1), topic.slice(1));
}

function slowMatchAfter(filter: readonly string[], topic: readonly string[]): boolean {
  return topic.length === 0 ? filter.length === 0 || filter[0] === '#' : slowMatchRest(filter, topic);
}
