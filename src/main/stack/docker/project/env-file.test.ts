import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEnvFile, writeEnvFile } from './env-file.ts';

test('values of any characters come back as they were', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
      fc.string({ maxLength: 60 }),
      (a, b) => {
        const values = { PG_PASSWORD: a, OTHER: b.replace(/\r/g, '') };
        expect(parseEnvFile(writeEnvFile(values, 'made by a test'))).toEqual(values);
      },
    ),
  );
});

test('what people and other tools write is read', () => {
  const text = `# comment\r\n\nexport A=1\nB = two words # note\nC='it # is'\nD="a \\"b\\" \\$c"\nE=\nF=x#y\n`;
  expect(parseEnvFile(text)).toEqual({
    A: '1',
    B: 'two words',
    C: 'it # is',
    D: 'a "b" $c',
    E: '',
    F: 'x#y',
  });
});

test.each(['no sign', '1A=x', "A='open", 'A="open', '=x'])('%s is refused with its line', (line) => {
  expect(() => parseEnvFile(`A=1\n${line}\n`)).toThrow(/line 2/);
});
