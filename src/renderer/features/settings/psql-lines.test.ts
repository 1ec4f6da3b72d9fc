import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { passwordLine, psqlLine } from './psql-lines.ts';

test('the line for psql names all but the password', () => {
  const database = { address: '127.0.0.1', databaseName: 'datayoti_db', user: 'datayoti_owner' };
  expect(psqlLine(database, 5433)).toBe(
    'psql "host=127.0.0.1 port=5433 dbname=datayoti_db user=datayoti_owner"',
  );
});

test.skipIf(process.platform === 'win32')('a shell passes on the folder as it is, whatever its name', () => {
  // Stands in for npm and shows its last argument; what it prints is what `eval` runs.
  const shell = (line: string): string =>
    execFileSync(
      'sh',
      [
        '-c',
        `npm() { for last; do :; done; printf 'folder=%s' "'$last'"; }; psql() { :; }; ${line}; printf %s "$folder"`,
      ],
      { encoding: 'utf8' },
    );
  const name = fc.string({
    unit: fc.constantFrom('a', ' ', '$', '`', '"', '\\', '*', ';', '&', 'é', '(', '/'),
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(name, (folder) => {
      expect(shell(passwordLine('linux', folder))).toBe(folder);
    }),
    { numRuns: 30 },
  );
});

test('a quote in the name of the folder ends nothing', () => {
  expect(passwordLine('darwin', "/Users/o'neil")).toContain(String.raw`--data '/Users/o'\''neil')" && psql`);
  expect(passwordLine('win32', 'C:\\Users\\me')).toMatch(/^npm .* --data "C:\\Users\\me"$/);
});
