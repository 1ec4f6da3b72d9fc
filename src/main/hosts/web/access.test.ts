import { expect, test } from 'vitest';
import { Access, hostIsOurs, originIsOurs } from './access.ts';

test('a link opens one session, once', () => {
  const access = new Access(undefined);
  const token = access.makeLink();
  const cookie = access.useLink(token, false) ?? '';
  expect(cookie).toMatch(/; Max-Age=2592000; HttpOnly; SameSite=Strict$/);
  expect(access.useLink(token, false)).toBeUndefined();
  expect(access.useLink('guess', false)).toBeUndefined();
  expect(access.hasSession(cookie.split(';')[0])).toBe(true);
  expect(access.hasSession('datayoti_session=guess')).toBe(false);
  expect(access.hasSession(undefined)).toBe(false);
});

test('a passphrase opens sessions; after ten wrong ones in a minute even the right one waits', async () => {
  const access = new Access('correct horse');
  expect(await access.usePassphrase('correct horse', true, 0)).toHaveProperty('cookie');
  for (let i = 0; i < 10; i++) expect(await access.usePassphrase('wrong', true, i)).toBe('wrong');
  expect(await access.usePassphrase('correct horse', true, 20)).toBe('wait');
  expect(await access.usePassphrase('correct horse', true, 70_000)).toHaveProperty('cookie');
  expect(await new Access(undefined).usePassphrase('', false, 0)).toBe('wrong');
});

test('only our own host names and our own page pass', () => {
  const allowed = new Set(['127.0.0.1:8740', 'localhost:8740']);
  expect(hostIsOurs('LOCALHOST:8740', allowed)).toBe(true);
  expect(hostIsOurs('evil.example:8740', allowed)).toBe(false);
  expect(hostIsOurs(undefined, allowed)).toBe(false);
  expect(originIsOurs('http://localhost:8740', 'localhost:8740', false)).toBe(true);
  expect(originIsOurs('https://localhost:8740', 'localhost:8740', false)).toBe(false);
  expect(originIsOurs('null', 'localhost:8740', false)).toBe(false);
  expect(originIsOurs(undefined, 'localhost:8740', false)).toBe(false);
});
