import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { cpuMsOf, usageElsewhere, usageOf } from './process-usage.ts';

test('the processor time stands after a name that may hold anything', () => {
  const stat = '42 (post) gres: x) 1) S 1 42 42 0 -1 4194560 900 0 0 0 150 50 7 8 20 0 1 0 123 1000 200';
  expect(cpuMsOf(stat)).toBe(2_000);
});

test.skipIf(process.platform === 'win32').each([
  ['through the system itself', usageOf],
  ['through the programs of other systems', usageElsewhere],
] as const)('a process of our own and one that ended, %s', async (_name, ask) => {
  const ended = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await once(ended, 'exit');
  const found = await ask([process.pid, ended.pid ?? 0]);
  expect([...found.keys()]).toEqual([process.pid]);
  const own = found.get(process.pid);
  const { rss } = process.memoryUsage();
  const bytes = (own?.ownBytes ?? 0) + (own?.sharedBytes ?? 0);
  expect(bytes / rss).toBeGreaterThan(0.7);
  expect(bytes / rss).toBeLessThan(1.3);
  expect((own?.cpuMs ?? own?.cpuPercent ?? -1) >= 0).toBe(true);
});
