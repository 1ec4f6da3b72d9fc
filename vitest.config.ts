import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './tests/support/slowest-first.ts';

/** `unit` needs nothing but Node; `integration` starts real servers (PostgreSQL, brokers, containers). */
export default defineConfig({
  test: {
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
          environment: 'node',
          // Ends one that hangs; a property tried many times over may take seconds on a busy machine.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          environment: 'node',
          testTimeout: 180_000,
          hookTimeout: 300_000,
          // Servers and containers are waited for most of the time: three files side by side fill two cores.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          pool: 'forks',
          globalSetup: ['tests/support/global-run.ts', 'tests/support/global-engine.ts'],
        },
      },
    ],
  },
});
