import { defineConfig } from 'vitest/config';

/** `unit` needs nothing but Node; `integration` starts real servers (PostgreSQL, brokers, containers). */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
          environment: 'node',
          // Ends one that hangs; a property tried many times over may take seconds on a busy machine.
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Two cores: parallel servers would only make every test slower and the timings less honest.
          fileParallelism: false,
          pool: 'forks',
        },
      },
    ],
  },
});
