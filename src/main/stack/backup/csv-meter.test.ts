import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CsvMeter } from './csv-meter.ts';

const cell = (value: string): string =>
  /[",\r\n]/.test(value) || value === '' ? `"${value.replaceAll('"', '""')}"` : value;

test('rows are counted whatever they hold and wherever the chunks are cut', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', '\n', ',', '\r', 'é') });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), fc.integer({ min: 1, max: 7 }), (rows, size) => {
      const bytes = Buffer.from(
        ['a,b', ...rows.map((row) => row.map(cell).join(','))].map((line) => `${line}\n`).join(''),
      );
      const meter = new CsvMeter();
      for (let at = 0; at < bytes.length; at += size) meter.add(bytes.subarray(at, at + size));
      expect(meter.rows).toBe(rows.length);
      expect(meter.bytes).toBe(bytes.length);
    }),
  );
});
