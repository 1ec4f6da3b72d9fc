import { expect, test } from 'vitest';
import { nextFor, parseRoster } from './roster-csv.ts';

test('boards by address and by order, whatever a spreadsheet puts between the columns', () => {
  for (const separator of [',', ';', '\t']) {
    const text = [
      ['MAC', 'Site', 'Name', 'Position'],
      ['24-6f-28-8b-40-1c', 'HCS', 'CR2-06', '"Rack D, top"'],
      ['', 'HCS', 'CR2-07', ''],
    ]
      .map((row) => row.join(separator))
      .join('\r\n');
    expect(parseRoster(`\uFEFF${text}\r\n\r\n`)).toEqual({
      entries: [
        { mac: '24:6F:28:8B:40:1C', siteRef: 'HCS', name: 'CR2-06', position: 'Rack D, top', used: false },
        { mac: null, siteRef: 'HCS', name: 'CR2-07', position: '', used: false },
      ],
      problems: [],
    });
  }
});

test('lines that cannot be used are named by number, the others are taken', () => {
  const text = `site,mac,name
HCS,24:6F:28:8B:40:1C,one
HCS,not a mac,two
"bad site!",,three
HCS,246F288B401C,four
HCS,,${'x'.repeat(61)}
HCS,,six`;
  const { entries, problems } = parseRoster(text);
  expect(entries.map((entry) => entry.name)).toEqual(['one', 'six']);
  expect(problems).toEqual([
    { line: 3, reason: 'mac' },
    { line: 4, reason: 'site' },
    { line: 5, reason: 'twice' },
    { line: 6, reason: 'name' },
  ]);
});

test('a file that is no roster says so', () => {
  expect(parseRoster('a,b\n1,2').problems).toEqual([{ line: 1, reason: 'columns' }]);
  expect(parseRoster('').problems).toEqual([{ line: 1, reason: 'columns' }]);
  expect(parseRoster('site\n"never closed').problems[0]?.reason).toBe('csv');
});

test('a board gets its own line, else the next free one in order', () => {
  const { entries } = parseRoster('site,mac,name\nA,,first\nA,24:6F:28:8B:40:1C,own\nA,,second');
  expect(nextFor(entries, '24:6F:28:8B:40:1C')?.name).toBe('own');
  expect(nextFor(entries, '00:00:00:00:00:01')?.name).toBe('first');
  const used = entries.map((entry) => ({ ...entry, used: entry.name === 'first' }));
  expect(nextFor(used, '00:00:00:00:00:01')?.name).toBe('second');
});
