import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { defaultSettings } from '../../shared/domain/default-settings.ts';
import { checkSerial } from './check-serial.ts';
import { runDoctor } from './doctor.ts';

interface Sentences {
  readonly finding: string;
  readonly remedy?: string;
}
const { checks: words } = JSON.parse(
  readFileSync(new URL('../../renderer/locales/en.json', import.meta.url), 'utf8'),
) as { readonly checks: Readonly<Record<string, Sentences>> };
type Data = Awaited<ReturnType<typeof checkSerial>>['data'];
const filled = (text: string | undefined, data: Data): string | null =>
  text?.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => String(data[name] ?? '?')) ?? null;

test('what a check says is what the catalogue says of it, so that every language says the same', async () => {
  const nowhere = { dataFolder: '/proc/nowhere', postgresFolder: undefined, electronFolder: '/nowhere' };
  const here = { dataFolder: tmpdir(), postgresFolder: '/nowhere', electronFolder: '/nowhere' };
  const fine = { ports: [], denied: [], symptom: null, command: null };
  const parts = { settings: () => defaultSettings, ownPorts: () => [], engines: () => Promise.resolve([]) };
  const checks = [
    ...(await runDoctor({ ...parts, ...here, serialAccess: () => Promise.resolve(fine) })),
    ...(await runDoctor({ ...parts, ...nowhere, serialAccess: () => Promise.reject(new Error('broken')) })),
    ...(await Promise.all(
      ['permission-group', 'permission-relogin', 'flatpak', 'snap'].flatMap((symptom) =>
        [[], ['/dev/ttyUSB0']].map((denied) =>
          checkSerial(
            () =>
              Promise.resolve({
                ports: denied,
                denied,
                symptom,
                command: symptom === 'permission-relogin' ? null : 'sudo something',
              }),
            'linux',
          ),
        ),
      ),
    )),
  ];
  expect(checks.length).toBeGreaterThan(20);
  for (const { word, finding, remedy, data } of checks)
    expect([word, filled(words[word]?.finding, data), filled(words[word]?.remedy, data)]).toEqual([
      word,
      finding,
      remedy,
    ]);
});

test('every word that a check names has its sentence', () => {
  const folder = new URL('.', import.meta.url);
  const source = readdirSync(folder)
    .filter((name) => /^(?:check-|doctor)/.test(name) && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
  const named = [...source.matchAll(/\b(?:result|hint)\(\s*(?:(?:id|'[\w.]+'),\s*)?'([a-z]+(?:-[a-z]+)+)'/g)];
  expect(named.length).toBeGreaterThan(20);
  expect(named.map(([, word = '']) => word).filter((word) => words[word] === undefined)).toEqual([]);
});
