import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { climateAt } from './room-climate.ts';

const room = { mean: 4.5, swing: 0.8, cycleMinutes: 14, humidity: 70 };

test('a simulated cold room stays within what a DHT22 can report, in steps of a tenth', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_600_000_000_000, max: 2_000_000_000_000 }), (time) => {
      const { temperature, humidity } = climateAt(room, time);
      expect(temperature).toBeGreaterThan(2.5);
      expect(temperature).toBeLessThan(7.5);
      expect(humidity).toBeGreaterThanOrEqual(0);
      expect(humidity).toBeLessThanOrEqual(100);
      expect(Math.abs(temperature * 10 - Math.round(temperature * 10))).toBeLessThan(1e-9);
    }),
  );
});

test('the compressor swings the temperature by about twice the swing within a cycle', () => {
  const start = Date.UTC(2025, 10, 3, 10, 20);
  const values = Array.from(
    { length: 140 },
    (_, i) => climateAt(room, start + i * 6_000, () => 0.5).temperature,
  );
  expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(1.3);
});
