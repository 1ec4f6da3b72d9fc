import { expect, test } from 'vitest';
import { GuessLimit, guessesInWindow } from './guess-limit.ts';

test('tries are limited for each key in a minute; a right one is given back', () => {
  let now = 0;
  const limit = new GuessLimit({ now: () => now });
  for (let at = 0; at < 100; at++) {
    expect(limit.take('a')).toBe(true);
    limit.giveBack('a');
  }
  for (let at = 0; at < guessesInWindow; at++) expect(limit.take('a')).toBe(true);
  expect(limit.take('a')).toBe(false);
  expect(limit.take('b')).toBe(true);
  now += 60_001;
  expect(limit.take('a')).toBe(true);
});
