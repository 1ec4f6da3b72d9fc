import { expect, test } from 'vitest';
import { nextName } from './next-name.ts';

test.each([
  ['CR2-06', 'CR2-07'],
  ['CR2-09', 'CR2-10'],
  ['CR2-99', 'CR2-100'],
  ['Rack 3 left', 'Rack 4 left'],
  ['Vault', 'Vault 2'],
  ['', ''],
])('after %s comes %s', (name, next) => {
  expect(nextName(name)).toBe(next);
});
