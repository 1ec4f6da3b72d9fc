import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../../shared/domain/app-error.ts';
import { hideSecrets, redact } from './redact.ts';

test.each([
  'password',
  'dbPassword',
  'wifi_psk',
  'PSK',
  'controlSecret',
  'access-token',
  'apiKey',
  'key',
  'Authorization',
  'set-cookie',
])('the value of %s is hidden at any depth', (name) => {
  expect(redact({ a: [{ [name]: 'hunter2', other: 1 }] })).toEqual({ a: [{ [name]: '[hidden]', other: 1 }] });
});

test('what only sounds alike stays', () => {
  const facts = { passed: 3, tokens: 4, passedMs: 5, singleKeyShortcuts: true, keyboard: 'fr', bypass: 1 };
  expect(redact(facts)).toEqual(facts);
});

test.each([
  ['mqtt://jo:hunter2@host:1883', 'mqtt://…@host:1883'],
  ['http://127.0.0.1:8740/open?token=hunter2&x=1', 'http://127.0.0.1:8740/open?token=[hidden]&x=1'],
  ["host=db password='hunter2 hunter2' user=jo", 'host=db password=[hidden] user=jo'],
  ['{"password":"hunter2"}', '{"password":[hidden]}'],
  ['a -----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY----- b', 'a [hidden] b'],
  ['nothing to hide: 3 messages passed', 'nothing to hide: 3 messages passed'],
])('%j is written as %j', (text, expected) => {
  expect(hideSecrets(text)).toBe(expected);
});

test('an error is written with its code, its facts and its causes, without secrets', () => {
  const cause = Object.assign(new Error('postgres://jo:hunter2@db refused'), { code: 'ECONNREFUSED' });
  const error = new AppError(
    'database.unreachable',
    'password=hunter2',
    { port: 5432 },
    new AggregateError([cause]),
  );
  const written = redact({ error });
  expect(written).toMatchObject({
    error: {
      type: 'AppError',
      code: 'database.unreachable',
      data: { port: 5432 },
      cause: { errors: [{ code: 'ECONNREFUSED', message: 'postgres://…@db refused' }] },
    },
  });
  expect(JSON.stringify(written)).not.toContain('hunter2');
});

test('whatever is handed in, the answer is small plain JSON', () => {
  const ring: Record<string, unknown> = {};
  ring['self'] = ring;
  expect(() => JSON.stringify(redact(ring))).not.toThrow();
  expect(redact(Buffer.alloc(1_000_000))).toBe('[1000000 bytes]');
  expect(redact(10n)).toBe('10');
  expect(redact(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
  expect(redact(new Map([['password', 'hunter2']]))).toEqual({ password: '[hidden]' });
  expect((redact(Array.from({ length: 100_000 }, () => 0)) as unknown[]).length).toBe(201);
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true }), (value) => {
      JSON.stringify(redact({ value }));
    }),
  );
});
