import { expect, test } from 'vitest';
import { cutTo, topicEnd, visibleLines, visibleText } from './visible-text.ts';

test('what cannot be seen is shown', () => {
  expect(visibleText('a\u0000b\nc\u007Fd')).toBe('a⟨00⟩b⟨0A⟩c⟨7F⟩d');
  expect(visibleText('x\u202Egnp.exe')).toBe('x⟨202E⟩gnp.exe');
  expect(visibleText('\u0085')).toBe('⟨85⟩');
  expect(visibleText('مرحبا <b>é😀')).toBe('مرحبا <b>é😀');
});

test('over several lines, line ends and tabs stay what they are', () => {
  expect(visibleLines('a\r\nb\tc\u0001\n')).toBe('a\nb\tc⟨01⟩\n');
  expect(visibleLines('a\rb')).toBe('a⟨0D⟩b');
});

test('a cut is marked and never parts a character', () => {
  expect(cutTo('abcdef', 6)).toBe('abcdef');
  expect(cutTo('abcdefg', 6)).toBe('abcdef…');
  expect(cutTo('ab😀cd', 3)).toBe('ab…');
});

test('a topic is told by its last levels', () => {
  expect(topicEnd('datayoti/sensor/24:6F:28:7D:1F:B4/data', 2)).toBe('…24:6F:28:7D:1F:B4/data');
  expect(topicEnd('a/b', 2)).toBe('a/b');
  expect(topicEnd('a', 2)).toBe('a');
  expect(topicEnd('x//', 2)).toBe('…/');
  expect(topicEnd('//', 2)).toBe('//');
});
