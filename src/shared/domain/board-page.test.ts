import { expect, test } from 'vitest';
import { isBoardPage } from './board-page.ts';

test.each([
  ['http://192.168.4.23', true],
  ['http://10.0.0.7:8080/setup?x=1', true],
  ['https://172.31.0.9/', true],
  ['http://169.254.1.2', true],
  ['http://lamp-7.local', true],
  ['HTTP://LAMP.LOCAL/', true],
  ['http://172.32.0.9/', false],
  ['http://127.0.0.1:5432', false],
  ['http://localhost', false],
  ['http://192.168.4.23.evil.example', false],
  ['http://local', false],
  ['http://admin:admin@192.168.4.1', false],
  ['https://example.org', false],
  ['javascript:alert(1)//.local', false],
  ['file://lamp.local/etc/passwd', false],
  ['nonsense', false],
])('%s is the page of a board: %s', (text, is) => {
  expect(isBoardPage(text)).toBe(is);
});
