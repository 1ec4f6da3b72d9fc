import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileSecrets } from '../../foundation/file-secrets.ts';
import { desktopSecrets } from './desktop-secrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A key store that can be told apart: it turns the text round. */
const turned = (text: string): string => text.split('').reverse().join('');
const keys = (available: boolean) => ({
  isEncryptionAvailable: () => available,
  encryptStringAsync: (plain: string) => Promise.resolve(Buffer.from(turned(plain))),
  decryptStringAsync: (sealed: Buffer) => Promise.resolve({ result: turned(sealed.toString()) }),
});

test.each([true, false])(
  'the other hosts read the passwords of the database (key store: %s)',
  async (available) => {
    await desktopSecrets(folder, keys(available)).set('postgres.owner', 'made by the window');
    expect(await new FileSecrets(join(folder, 'secrets')).get('postgres.owner')).toBe('made by the window');
    await new FileSecrets(join(folder, 'secrets')).set('postgres.owner', 'made by the page');
    expect(await desktopSecrets(folder, keys(available)).get('postgres.owner')).toBe('made by the page');
  },
);

test('every other secret is sealed by the key store', async () => {
  const secrets = desktopSecrets(folder, keys(true));
  await secrets.set('wifi.cellar', 'four words');
  expect(await secrets.get('wifi.cellar')).toBe('four words');
  expect(JSON.parse(readFileSync(join(folder, 'sealed-secrets.json'), 'utf8'))).toEqual({
    'wifi.cellar': Buffer.from('sdrow ruof').toString('base64'),
  });
  expect(await new FileSecrets(join(folder, 'secrets')).get('wifi.cellar')).toBeUndefined();
  await secrets.delete('wifi.cellar');
  expect(await secrets.get('wifi.cellar')).toBeUndefined();
});
