import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { errorCodes } from '../../shared/domain/app-error.ts';
import { configurationReasons, deviceConfiguration } from '../../shared/domain/device-configuration.ts';
import en from './en.json';
import fr from './fr.json';

type Catalogue = { readonly [key: string]: string | Catalogue };

function flatten(catalogue: Catalogue, prefix = ''): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(catalogue).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...flatten(value, `${prefix}${key}.`)],
    ),
  );
}

const english = flatten(en);
const french = flatten(fr);
const placeholders = (text: string | undefined): readonly string[] =>
  [...(text ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort();

test('both languages have the same keys with the same placeholders', () => {
  expect([...french.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [key, text] of english)
    expect([key, placeholders(french.get(key))]).toEqual([key, placeholders(text)]);
});

test('every error code has its words', () => {
  for (const code of errorCodes)
    for (const part of ['what', 'safe', 'next'])
      expect([code, english.has(`errors.${code}.${part}`)]).toEqual([code, true]);
});

test('every field of a configuration has its name, every reason its words', () => {
  const fields = Object.keys(deviceConfiguration.unwrap().in.shape);
  expect(fields).toContain('wifiSsid');
  for (const key of [
    ...fields.map((field) => `deviceConfiguration.fields.${field}`),
    ...configurationReasons.map((reason) => `deviceConfiguration.reasons.${reason}`),
  ])
    expect([key, english.has(key)]).toEqual([key, true]);
});

test('every key that a component names is there', () => {
  const source = readSources(fileURLToPath(new URL('..', import.meta.url)));
  const named = [...source.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map(([, key]) => key ?? '');
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((key) => !english.has(key) && !english.has(`${key}_other`))).toEqual([]);
});

test('no component carries text of its own', () => {
  const source = readSources(fileURLToPath(new URL('..', import.meta.url)));
  const texts = [...source.matchAll(/>\s*([A-Z][a-z]+ [a-z][^<>{}]{3,})\s*</g)].map(([, text]) => text);
  expect(texts).toEqual([]);
});

function readSources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8'))
    .join('\n');
}
