import fc from 'fast-check';
import { expect, test } from 'vitest';
import { criticality, metricType, type ConformityRule } from '../../shared/contract/conformity.ts';
import { ruleFault } from '../../shared/domain/conformity-rules.ts';
import { readRuleFile, ruleFileText } from './rule-file.ts';

const never = new AbortController().signal;
const read = (text: string | Uint8Array<ArrayBuffer>) => readRuleFile(new Blob([text]), never);
const head = 'id,site_ref,metric_type,min_allowed,max_allowed,criticality,description,created_at,updated_at';

test("the warehouse's own file is read as it is", async () => {
  const { rules, faults } = await read(
    `${head}\n7,HCS,temperature_range,2.0,8.0,HIGH,"Cold, dry",2025-01-02 03:04:05.678+00,2025-01-02T03:04:06Z\n8,HCS,uptime_ratio,0.95,,LOW,,,\n`,
  );
  expect(faults).toEqual([]);
  expect(rules).toEqual([
    {
      line: 2,
      rule: {
        id: 7,
        siteRef: 'HCS',
        metricType: 'temperature_range',
        minAllowed: 2,
        maxAllowed: 8,
        criticality: 'HIGH',
        description: 'Cold, dry',
        createdMs: Date.UTC(2025, 0, 2, 3, 4, 5, 678),
        updatedMs: Date.UTC(2025, 0, 2, 3, 4, 6),
      },
    },
    {
      line: 3,
      rule: {
        id: 8,
        siteRef: 'HCS',
        metricType: 'uptime_ratio',
        minAllowed: 0.95,
        maxAllowed: null,
        criticality: 'LOW',
        description: '',
        createdMs: null,
        updatedMs: null,
      },
    },
  ]);
});

test('a French spreadsheet: mark, semicolons, decimal commas, CRLF, columns in another order, others between', async () => {
  const { rules, faults } = await read(
    '\uFEFFMax_allowed;note;site_ref;METRIC_TYPE;min_allowed\r\n8,5;x;HCS;temperature_range;-2,25\r\n\r\n;;A.b-1;humidity_floor;30\r\n',
  );
  expect(faults).toEqual([]);
  expect(rules.map(({ line, rule }) => [line, rule.siteRef, rule.minAllowed, rule.maxAllowed])).toEqual([
    [2, 'HCS', -2.25, 8.5],
    [4, 'A.b-1', 30, null],
  ]);
  expect(
    (await read('site_ref\tmetric_type\tmin_allowed\tmax_allowed\nA\thumidity_floor\t3\t\n')).rules,
  ).toHaveLength(1);
});

test('what is wrong with a line is named with its number', async () => {
  const lines: readonly (readonly [string, string])[] = [
    ['x,HCS,humidity_floor,30,,,,,', 'id'],
    ['0,HCS,humidity_floor,30,,,,,', 'id'],
    ['2147483647,HCS,humidity_floor,30,,,,,', 'id'],
    [',H S,humidity_floor,30,,,,,', 'site'],
    [',HCS,humidity,30,,,,,', 'metric'],
    [',HCS,humidity_floor,1e999,,,,,', 'out-of-range'],
    [',HCS,humidity_floor,NaN,,,,,', 'min'],
    [',HCS,humidity_floor,"3,5",,,,,', 'min'],
    [',HCS,humidity_ceiling,,Infinity,,,,', 'max'],
    [',HCS,humidity_ceiling,30,,,,,', 'max-missing'],
    [',HCS,temperature_range,,8,,,,', 'min-missing'],
    [',HCS,temperature_range,9,8,,,,', 'crossed'],
    [',HCS,temperature_range,2,8,URGENT,,,', 'criticality'],
    [`,HCS,temperature_range,2,8,,${'x'.repeat(2001)},,`, 'description'],
    [',HCS,temperature_range,2,8,,,2025-02-30T00:00:00Z,', 'time'],
    [',HCS,temperature_range,2,8,,,', 'cells'],
    [',HCS,temperature_range,2,8,,a\0b,,', 'encoding'],
    ['5,HCS,temperature_range,2,8,,,,', ''],
    ['5,HCS,temperature_range,2,8,,,,', 'id-twice'],
  ];
  const { rules, faults } = await read([head, ...lines.map(([line]) => line)].join('\n'));
  expect(faults.map(({ line, reason }) => [line, reason])).toEqual(
    lines.flatMap(([, reason], index) => (reason === '' ? [] : [[index + 2, reason]])),
  );
  expect(faults.every(({ value }) => value.length <= 61)).toBe(true);
  expect(rules).toHaveLength(1);
});

test('a file in another encoding, one of another kind, an empty one, a quote never closed', async () => {
  const latin = new Uint8Array([
    ...new TextEncoder().encode(`${head}\n,HCS,humidity_floor,3,,,`),
    0xe9,
    0x2c,
    0x2c,
  ]);
  expect((await read(latin)).faults).toMatchObject([{ line: 2, reason: 'encoding' }]);
  expect((await read('a,b\n1,2\n')).faults).toMatchObject([{ line: 1, reason: 'columns' }]);
  expect((await read('')).faults).toEqual([{ line: 1, reason: 'columns', value: '' }]);
  expect((await read('site_ref,site_ref,metric_type,min_allowed,max_allowed\n')).faults).toMatchObject([
    { reason: 'columns' },
  ]);
  expect((await read(`${head}\n,HCS,humidity_floor,3,,,"never closed,,\n,HCS`)).faults).toMatchObject([
    { reason: 'csv' },
  ]);
  expect((await read(`${head}\n"${'x'.repeat(100_000)}`)).faults).toMatchObject([{ reason: 'csv' }]);
});

test('a million bad lines cost a hundred of them', async () => {
  const chunk = 'x\n'.repeat(100_000);
  const file = new Blob([`${head}\n`, ...Array.from({ length: 10 }, () => chunk)]);
  const { rules, faults, moreFaults } = await readRuleFile(file, never);
  expect(rules).toEqual([]);
  expect(faults).toHaveLength(100);
  expect(faults[0]).toEqual({ line: 2, reason: 'cells', value: 'x' });
  expect(moreFaults).toBe(999_900);
}, 60_000);

test('a reader that lost interest ends the reading', async () => {
  const stop = new AbortController();
  stop.abort();
  await expect(
    readRuleFile(new Blob([`${head}\n`, 'x\n'.repeat(10_000)]), stop.signal),
  ).rejects.toMatchObject({ name: 'AbortError' });
});

test('what is written is read back as it was', async () => {
  const bound = fc.option(
    fc
      .double({ min: -1000, max: 1000, noNaN: true })
      .map((value) => (value === 0 ? 0 : Number(value.toFixed(6)) + 0)),
  );
  const one: fc.Arbitrary<ConformityRule> = fc
    .record({
      id: fc.integer({ min: 1, max: 1_000_000 }),
      siteRef: fc.stringMatching(/^[\w.-]{1,50}$/),
      metricType: fc.constantFrom(...metricType.options),
      minAllowed: bound,
      maxAllowed: bound,
      criticality: fc.constantFrom(...criticality.options),
      description: fc
        .oneof(
          fc.string({ unit: 'grapheme' }),
          fc.constantFrom('=1+1', '-25 °C', '-a', '+b', '@c', 'a\nb;"c",d'),
        )
        .map((text) => text.replaceAll(/[\0\uFFFD]/g, '').trim())
        .filter((text) => !/^'(?:[=+@\t\r]|-(?!\s?\d))/.test(text)),
      createdMs: fc.integer({ min: 1_000_000_000_000, max: 2_000_000_000_000 }),
      updatedMs: fc.integer({ min: 1_000_000_000_000, max: 2_000_000_000_000 }),
    })
    .filter((rule) => ruleFault(rule) === null);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(one, { selector: ({ id }) => id, maxLength: 12 }), async (rules) => {
      const { rules: back, faults } = await read(ruleFileText(rules));
      expect(faults).toEqual([]);
      expect(back.map(({ rule }) => rule)).toEqual(rules);
    }),
  );
});
