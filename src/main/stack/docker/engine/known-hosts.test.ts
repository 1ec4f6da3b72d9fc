import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { fingerprint, keyType, KnownHosts, knownHostLine, withoutHost } from './known-hosts.ts';

function keyOf(type: string, fill: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.alloc(32, fill)]);
}
const key = keyOf('ssh-ed25519', 1);
const other = keyOf('ssh-ed25519', 2);
const line = (hosts: string, of = key): string =>
  `${hosts} ${keyType(of)} ${of.toString('base64')} a comment`;

test('known, unknown and changed, also on another port', () => {
  const hosts = new KnownHosts([
    `# comment\n\n${line('pi.local,192.168.1.20')}\n${line('[pi.local]:2222', other)}`,
  ]);
  expect(hosts.verdict('pi.local', 22, key)).toBe('known');
  expect(hosts.verdict('PI.local', 22, key)).toBe('known');
  expect(hosts.verdict('192.168.1.20', 22, key)).toBe('known');
  expect(hosts.verdict('pi.local', 22, other)).toBe('changed');
  expect(hosts.verdict('pi.local', 2222, other)).toBe('known');
  expect(hosts.verdict('pi.local', 2223, other)).toBe('unknown');
  expect(hosts.types('pi.local', 22)).toEqual(['ssh-ed25519']);
});

test('another type of key of a known host is a change, not a new host', () => {
  const hosts = new KnownHosts([line('pi.local')]);
  expect(hosts.verdict('pi.local', 22, keyOf('ssh-rsa', 1))).toBe('changed');
});

test('hashed names, patterns and their exceptions, revoked keys, authorities', () => {
  const salt = Buffer.alloc(20, 7);
  const hash = createHmac('sha1', salt).update('[pi.local]:2222').digest('base64');
  const hosts = new KnownHosts([
    line(`|1|${salt.toString('base64')}|${hash}`),
    line('*.site.example,!old.site.example'),
    `@revoked ${line('revoked.example')}\n${line('revoked.example')}`,
    `@cert-authority ${line('signed.example')}`,
    'damaged line',
  ]);
  expect(hosts.verdict('pi.local', 2222, key)).toBe('known');
  expect(hosts.verdict('pi.local', 2222, other)).toBe('changed');
  expect(hosts.verdict('a.site.example', 22, key)).toBe('known');
  expect(hosts.verdict('old.site.example', 22, key)).toBe('unknown');
  expect(hosts.verdict('revoked.example', 22, key)).toBe('changed');
  expect(hosts.verdict('signed.example', 22, key)).toBe('unknown');
});

test('a line is written and taken out again', () => {
  const text = knownHostLine('pi.local', 2222, key) + knownHostLine('next.local', 22, other);
  expect(new KnownHosts([text]).verdict('pi.local', 2222, key)).toBe('known');
  const left = withoutHost(text, 'pi.local', 2222);
  expect(left).toBe(knownHostLine('next.local', 22, other));
  expect(withoutHost(left, 'pi.local', 2222)).toBe(left);
});

test('the fingerprint is that of ssh-keygen -l', () => {
  // Of the public key below, as `ssh-keygen -lf` prints it.
  const known = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
  expect(fingerprint(Buffer.from(known, 'base64'))).toBe(
    'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
  );
});
