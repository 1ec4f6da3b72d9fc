import { expect, test } from 'vitest';
import { remedyFor } from './words.ts';

test('the fact "context" picks the words, as on the screens; without words for it the general ones stay', async () => {
  const address = 'unix:///var/run/docker.sock';
  expect(await remedyFor('engine.not-running', { address, context: 'linux' })).toContain(
    'systemctl start docker',
  );
  expect(await remedyFor('engine.not-running', { address, context: 'desktop' })).toContain('Docker Desktop');
  const general = await remedyFor('engine.not-running', { address });
  expect(general).toBeDefined();
  expect(await remedyFor('engine.not-running', { address, context: 'none-such' })).toBe(general);
});
