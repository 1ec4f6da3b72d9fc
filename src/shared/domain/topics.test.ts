import { expect, test } from 'vitest';
import { publishTopicFault } from './topics.ts';

test.each([
  ['', 'empty'],
  ['a/+/b', 'wildcard'],
  ['a/b#', 'wildcard'],
  ['a\0b', 'null-character'],
  ['a/\uD800/b', 'not-unicode'],
  ['a/\uDC00', 'not-unicode'],
  ['x'.repeat(65_536), 'too-long'],
  ['é'.repeat(32_768), 'too-long'],
  ['$SYS', 'reserved'],
  ['$SYS/broker/uptime', 'reserved'],
])('nothing can be published on %j', (topic, fault) => {
  expect(publishTopicFault(topic)).toBe(fault);
});

test.each([
  '/',
  '//',
  'a//b',
  ' ',
  'a\u0001b',
  'x'.repeat(65_535),
  'é/😀/\u202Eمرحبا',
  '$SYSTEM/a',
  '$other',
])('a message may have the topic %j', (topic) => {
  expect(publishTopicFault(topic)).toBeUndefined();
});
