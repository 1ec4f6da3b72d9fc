import { expect, test } from 'vitest';
import type { ProcessUsage } from '../../foundation/process-usage.ts';
import { ProcessMeter } from './process-meter.ts';

const process = (cpuMs: number, ownBytes = 0, sharedBytes = 0): ProcessUsage => ({
  cpuMs,
  cpuPercent: undefined,
  ownBytes,
  sharedBytes,
});

test('processor time is what was used since the look before, also by a process that came since', () => {
  const meter = new ProcessMeter();
  expect(meter.measure(new Map([[1, process(5_000)]]), 0).cpuPercent).toBeNull();
  const second = new Map([
    [1, process(5_400)],
    [2, process(100)],
  ]);
  expect(meter.measure(second, 2_000).cpuPercent).toBe(25);
  // One that has ended takes nothing away.
  expect(meter.measure(new Map([[1, process(5_400)]]), 4_000).cpuPercent).toBe(0);
});

test('what processes share counts once', () => {
  const use = new ProcessMeter().measure(
    new Map([
      [1, process(0, 10, 100)],
      [2, process(0, 20, 130)],
    ]),
    0,
  );
  expect(use).toMatchObject({ memoryBytes: 160, processes: 2 });
});

test('where the system tells a share only, the shares are added', () => {
  const share = (cpuPercent: number): ProcessUsage => ({
    cpuMs: undefined,
    cpuPercent,
    ownBytes: 1,
    sharedBytes: 0,
  });
  const use = new ProcessMeter().measure(
    new Map([
      [1, share(2)],
      [2, share(1.5)],
    ]),
    0,
  );
  expect(use.cpuPercent).toBe(3.5);
});
