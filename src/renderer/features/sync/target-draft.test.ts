import { expect, test } from 'vitest';
import { addressOf, draftOf, isComplete } from './target-draft.ts';

const draft = { ...draftOf(undefined), name: 'office', host: ' db.example.org ' };

test('a new central database is verified by default, and needs a name and a place', () => {
  expect(draft.tls).toBe('verify-full');
  expect(isComplete(draft)).toBe(true);
  for (const part of [
    { name: ' ' },
    { host: 'a b' },
    { host: '' },
    { port: '0' },
    { port: 'x' },
    { user: '' },
  ])
    expect([part, isComplete({ ...draft, ...part })]).toEqual([part, false]);
  expect(isComplete({ ...draft, host: '', filesOnly: true })).toBe(true);
});

test('an address without a certificate trusts the known authorities', () => {
  expect(addressOf(draft)).toEqual({
    host: 'db.example.org',
    port: 5432,
    database: 'datayoti_db',
    user: 'mqtt_ingestor',
    tls: 'verify-full',
    ca: null,
  });
});
