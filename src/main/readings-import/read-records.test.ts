import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guessForm } from './guess-form.ts';
import { readRecords, type FileRecord } from './read-records.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-records-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function records(
  content: string | Buffer,
  form: Parameters<typeof readRecords>[1] = { encoding: 'utf-8', separator: ',' },
): Promise<readonly FileRecord[]> {
  const path = join(folder, 'file.csv');
  writeFileSync(path, content);
  const all: FileRecord[] = [];
  for await (const some of readRecords({ path }, form)) all.push(...some);
  return all;
}

const cellsOf = async (content: string): Promise<unknown> =>
  (await records(content)).map(({ line, cells, fault }) => [line, fault ?? cells]);

test('every line end, quotes, empty lines and no last line end', async () => {
  expect(await cellsOf('a,b\r\n"c ""x"", y",d\n\n\re,f')).toEqual([
    [1, ['a', 'b']],
    [2, ['c "x", y', 'd']],
    [5, ['e', 'f']],
  ]);
  expect(await cellsOf('a,"line one\nline two",b\nc,d,e\n')).toEqual([
    [1, ['a', 'line one\nline two', 'b']],
    [3, ['c', 'd', 'e']],
  ]);
});

test('a quote that is never closed spoils its own line', async () => {
  const rest = Array.from({ length: 30 }, (_, i) => `x,${i}`);
  const read = await records(['a,"b', ...rest].join('\n'));
  expect(read[0]).toMatchObject({ line: 1, fault: 'quotes', text: 'a,"b' });
  expect(read.slice(1).map(({ line, cells }) => [line, cells])).toEqual(
    rest.map((_, i) => [i + 2, ['x', String(i)]]),
  );
});

test('two lines with a stray quote each are two faults', async () => {
  expect(await cellsOf('"a\n"b\nc,d\n')).toEqual([
    [1, 'quotes'],
    [2, 'quotes'],
    [3, ['c', 'd']],
  ]);
});

test('a line of many megabytes is one fault, and what follows is read', async () => {
  const read = await records(`a,b\n${'x'.repeat(5_000_000)}\nc,d\n`);
  expect(read.map(({ line, fault, cells }) => [line, fault ?? cells])).toEqual([
    [1, ['a', 'b']],
    [2, 'too-long'],
    [3, ['c', 'd']],
  ]);
});

test.each([
  ['utf-8', Buffer.from('\ufeffgerät;é\n1;2\n', 'utf8')],
  ['utf-16le', Buffer.from('\ufeffgerät;é\n1;2\n', 'utf16le')],
  ['utf-16be', Buffer.from('\ufeffgerät;é\n1;2\n', 'utf16le').swap16()],
  ['utf-16le', Buffer.from('gerat;e\n1;2\n', 'utf16le')],
  ['windows-1252', Buffer.from('gerät;é\n1;2\n', 'latin1')],
] as const)('%s is recognised and read', async (encoding, content) => {
  const form = guessForm(content);
  expect([form.encoding, form.separator]).toEqual([encoding, ';']);
  const [first, second] = await records(content, form);
  expect(first?.cells).toEqual(
    content.includes(0x67) && form.text.includes('ä') ? ['gerät', 'é'] : ['gerat', 'e'],
  );
  expect(second?.cells).toEqual(['1', '2']);
});

test('what is no text, or nothing, is refused', () => {
  const noise = Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256));
  expect(() => guessForm(noise)).toThrow(expect.objectContaining({ code: 'import.not-text' }));
  expect(() => guessForm(Buffer.from(' \n \n'))).toThrow(expect.objectContaining({ code: 'import.empty' }));
});

test('whatever is written as RFC 4180 says comes back, however it is cut', async () => {
  const cell = fc.stringMatching(/^[a-z0-9 ;,"\n]{0,12}$/);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 20 }),
      fc.constantFrom('\n', '\r\n'),
      async (rows, end) => {
        const text = rows
          .map((cells) => cells.map((value) => `"${value.replaceAll('"', '""')}"`).join(','))
          .join(end);
        const breaks = rows.map((cells) => cells.join('').split('\n').length - 1);
        fc.pre(breaks.every((count) => count < 10));
        expect((await records(text)).map(({ cells }) => cells)).toEqual(rows);
      },
    ),
    { numRuns: 200 },
  );
});
