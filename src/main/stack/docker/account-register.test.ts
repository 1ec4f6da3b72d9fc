import { expect, test } from 'vitest';
import { readRegister, registerLines } from './account-register.ts';

const register = {
  installation: 'a1b2c3',
  shared: {
    accounts: [
      { username: 'field-1', role: 'sensors', mac: null, createdMs: 1, changedMs: 2, hash: '$7$101$aa$bb' },
    ],
    removed: [{ username: 'gone', removedMs: 3 }],
  },
  applications: [{ username: 'field-app-a1b2c3', hash: '$7$101$cc$dd' }],
} as const;
const passwords = 'field-1:$7$101$aa$bb\nfield-app-a1b2c3:$7$101$cc$dd\nfield-health:$7$101$ee$ff\n';

test('what one installation writes, the other reads; no hash stands in the rights file', () => {
  const lines = registerLines(register);
  expect(lines.every((line) => line.startsWith('# '))).toBe(true);
  expect(lines.join('')).not.toContain('$7$');
  expect(readRegister([...lines, 'user field-1', 'topic read #'].join('\n'), passwords)).toEqual(register);
});

test('files that nobody of ours wrote say nothing; lines that somebody edited are passed over', () => {
  expect(readRegister('user x\ntopic read #\n', 'x:y\n')).toBeUndefined();
  const edited = registerLines(register).map((line) => line.replace('"role":"sensors"', '"role":"root"'));
  expect(readRegister(edited.join('\n'), passwords)?.shared.accounts).toEqual([]);
  // Without a password there is nothing to take over.
  expect(readRegister(registerLines(register).join('\n'), '')?.shared.accounts).toEqual([]);
});
