import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import {
  booleanArray,
  integerArray,
  realArray,
  textArray,
  timestampArray,
} from '../../src/main/storage/binary-arrays.ts';
import { Database } from '../../src/main/storage/index.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';

let server: PlainPostgres;
let database: Database;

beforeAll(async () => {
  server = await startPlainPostgres();
  database = new Database({
    address: server.address,
    applicationName: 'test',
    poolSize: 1,
    log: silentLog,
  });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

/** What PostgreSQL understood, in its own text form. */
async function understood(type: string, array: Buffer): Promise<readonly (string | null)[]> {
  const { rows } = await database.query<{ value: string | null }>(
    `select value::text from unnest($1::${type}[]) with ordinality as a (value, position) order by position`,
    [array],
  );
  return rows.map((row) => row.value);
}

const runs = { numRuns: 60 };

test('integers and their nulls arrive as they were, also none at all', async () => {
  const values = fc.array(fc.option(fc.integer({ min: -2_147_483_648, max: 2_147_483_647 })));
  await fc.assert(
    fc.asyncProperty(values, async (numbers) => {
      expect(await understood('int', integerArray(numbers))).toEqual(
        numbers.map((value) => (value === null ? null : String(value))),
      );
    }),
    runs,
  );
  expect(() => integerArray([2_147_483_648])).toThrow(RangeError);
});

test('texts of any length and script arrive as they were', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 }).filter((value) => !value.includes('\0'));
  await fc.assert(
    fc.asyncProperty(fc.array(text), async (texts) => {
      expect(await understood('text', textArray(texts))).toEqual(texts);
    }),
    runs,
  );
});

test('times of the years 1 to 9999 arrive to the millisecond, on both sides of 2000', async () => {
  const time = fc.integer({ min: -62_135_596_800_000, max: Date.UTC(9999, 11, 31) });
  await fc.assert(
    fc.asyncProperty(fc.array(time), async (times) => {
      const { rows } = await database.query<{ ms: string }>(
        `select (extract(epoch from value) * 1000)::bigint as ms from unnest($1::timestamptz[]) with ordinality as a (value, position) order by position`,
        [timestampArray(times)],
      );
      expect(rows.map((row) => Number(row.ms))).toEqual(times);
    }),
    runs,
  );
});

test('measured values arrive in single precision, booleans as they were', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true })),
      fc.array(fc.boolean()),
      async (numbers, flags) => {
        const got = (await understood('real', realArray(numbers))).map(Number);
        expect(got.map(Math.fround)).toEqual(numbers.map(Math.fround));
        expect(await understood('bool', booleanArray(flags))).toEqual(flags.map(String));
      },
    ),
    runs,
  );
});
