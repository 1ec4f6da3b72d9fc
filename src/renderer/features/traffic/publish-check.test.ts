import { expect, test } from 'vitest';
import { publishCheck } from './publish-check.ts';

const check = (topic: string, text: string) => publishCheck({ topic, payload: { form: 'text', text } });

test('a topic with wildcards, or none, cannot be published on', () => {
  expect(check('', 'x').topic).toBe('empty');
  expect(check('a/+', 'x').topic).toBe('wildcard');
  expect(check('a//b', 'x').topic).toBeNull();
});

test('what begins like JSON and is none is said to be broken', () => {
  expect(check('a', '{"a":1}').payload).toBe('json');
  expect(check('a', '12').payload).toBe('json');
  expect(check('a', '{"a":1').payload).toBe('broken');
  expect(check('a', '{"a":1').detail).not.toBe('');
  expect(check('a', 'online').payload).toBe('other');
  expect(check('a', '').payload).toBe('empty');
});
