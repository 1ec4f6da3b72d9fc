import { expect, test } from 'vitest';
import { jsonLines, type JsonLine } from './json-lines.ts';

const none = new Set<string>();
const text = (line: JsonLine): string =>
  `${' '.repeat(line.depth)}${line.name === null ? '' : `${line.name}: `}${line.text}${line.comma ? ',' : ''}`;

test('a payload line by line, with paths that can be asked for', () => {
  const { lines } = jsonLines({ a: { b: [1, 'x'] }, 'odd name': null, e: {} }, undefined, none);
  expect(lines.map(text)).toEqual([
    '{',
    ' "a": {',
    '  "b": [',
    '   1,',
    '   "x"',
    '  ]',
    ' },',
    ' "odd name": null,',
    ' "e": {}',
    '}',
  ]);
  expect(lines.map(({ path }) => path)).toEqual([
    '',
    'a',
    'a.b',
    'a.b[0]',
    'a.b[1]',
    'a.b',
    'a',
    '["odd name"]',
    'e',
    '',
  ]);
  expect(lines.filter(({ number }) => number).map(({ path }) => path)).toEqual(['a.b[0]']);
});

test('what changed, what is new, what is gone', () => {
  const { lines, changes } = jsonLines(
    { t: 8.6, same: 1, fresh: true, list: [1, 2], kind: [] },
    { value: { t: 8.5, same: 1, old: 'x', list: [1, 3, 4], kind: 'text' } },
    none,
  );
  expect(
    lines.filter(({ change }) => change !== 'same').map((line) => [line.path, line.change, line.was]),
  ).toEqual([
    ['t', 'changed', '8.5'],
    ['fresh', 'added', null],
    ['list[1]', 'changed', '3'],
    ['list[2]', 'gone', null],
    ['kind', 'changed', '"text"'],
    ['old', 'gone', null],
  ]);
  expect(changes).toBe(6);
});

test('what is folded counts its changes still', () => {
  const { lines, changes } = jsonLines(
    { a: { b: 2, c: 3 } },
    { value: { a: { b: 1, c: 3 } } },
    new Set(['a']),
  );
  expect(lines.map(text)).toEqual(['{', ' "a": {…}', '}']);
  expect(lines[1]).toMatchObject({ kind: 'closed', members: 2, change: 'changed' });
  expect(changes).toBe(1);
});

test('members of Object.prototype are none of the payload', () => {
  const { lines } = jsonLines(JSON.parse('{"constructor":1,"__proto__":{"x":2}}'), { value: {} }, none);
  expect(lines.filter(({ change }) => change === 'added').map(({ path }) => path)).toEqual([
    'constructor',
    '__proto__',
    '__proto__.x',
  ]);
});

test('a payload that nests or lists without end is cut, and says so', () => {
  const deep: unknown = JSON.parse('['.repeat(5_000) + ']'.repeat(5_000));
  expect(jsonLines(deep, undefined, none)).toMatchObject({ cut: true });
  const long = jsonLines(
    Array.from({ length: 50_000 }, (_, index) => index),
    undefined,
    none,
  );
  expect(long.cut).toBe(true);
  expect(long.lines.length).toBeLessThanOrEqual(20_000);
});

test('control characters in names and values are seen', () => {
  const { lines } = jsonLines({ 'a\u202Eb': '<b>\u0000' }, undefined, none);
  expect(lines.map(text)[1]).toBe(' "a⟨202E⟩b": "<b>\\u0000"');
});
