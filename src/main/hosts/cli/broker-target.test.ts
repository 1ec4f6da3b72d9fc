import { expect, test } from 'vitest';
import { clientIdFor } from './broker-target.ts';

test('the client id is the same at each start and another one for other topics', () => {
  const usual = clientIdFor(['datayoti/sensor/#']);
  const other = clientIdFor(['datayoti/sensor/+/data']);
  const two = clientIdFor(['a/#', 'b/#']);
  expect(new Set([usual, other, two]).size).toBe(3);
  expect(clientIdFor(['b/#', 'a/#'])).toBe(two);
  expect(usual).toMatch(/^datayoti-ingest-/);
});
