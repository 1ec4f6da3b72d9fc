import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import type { Log } from '../../foundation/log.ts';
import { DiskWatch } from './disk-watch.ts';

test('what the system says of a real folder, and a log line at each step down', async () => {
  const lines: string[] = [];
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (text) => lines.push(text),
    error: (text) => lines.push(text),
    from: () => log,
  };
  const real = new DiskWatch(log);
  expect(real.space).toBeNull();
  await real.measure(tmpdir());
  expect(real.space?.totalBytes).toBeGreaterThanOrEqual(real.space?.freeBytes ?? Infinity);
  await expect(real.measure('/nowhere/at/all')).rejects.toThrow();

  lines.length = 0;
  let freeBytes = 50e9;
  const watch = new DiskWatch(log, () => Promise.resolve({ freeBytes, totalBytes: 100e9 }));
  for (freeBytes of [50e9, 9e9, 8e9, 0.5e9, 0.4e9, 60e9, 4e9]) await watch.measure('/data');
  expect(lines).toEqual([
    'the disk of the database gets full',
    'the disk of the database is nearly full',
    'the disk of the database gets full',
  ]);
  expect(watch.space).toEqual({ freeBytes: 4e9, totalBytes: 100e9 });
});
