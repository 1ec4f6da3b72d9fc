import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get as httpsGet } from 'node:https';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket as Socket } from 'ws';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Access } from '../../src/main/hosts/web/access.ts';
import {
  startWebServer,
  type WebServer,
  type WebServerOptions,
} from '../../src/main/hosts/web/web-server.ts';
import { CertificateAuthority } from '../../src/main/stack/index.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let folder: string;
let server: WebServer;
let served: number;

async function start(more: Partial<WebServerOptions> = {}): Promise<void> {
  server = await startWebServer({
    address: '127.0.0.1',
    port: await freePort(),
    bundle: join(folder, 'bundle'),
    access: new Access(undefined),
    hostNames: [],
    serve: () => {
      served++;
      return Promise.resolve();
    },
    log: silentLog,
    ...more,
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-web-'));
  mkdirSync(join(folder, 'bundle', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'bundle', 'index.html'), '<title>x</title><meta nonce="__CSP_NONCE__">');
  writeFileSync(join(folder, 'bundle', 'assets', 'a-1.js'), 'export {};');
  writeFileSync(join(folder, 'package.json'), '{"outside":"the bundle"}');
  served = 0;
  await start();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** The path goes out exactly as it is written, which `fetch` would not do. */
function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET', body = ''): Promise<Answer> {
  const { hostname, port } = new URL(server.origin);
  return new Promise((resolve, reject) => {
    const asking = httpRequest({ hostname, port, path, method, headers, timeout: 5_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    asking.on('timeout', () => asking.destroy(new Error('no answer')));
    asking.on('error', reject);
    asking.end(body);
  });
}

async function session(): Promise<string> {
  const { pathname, search } = new URL(server.makeLink());
  const { headers } = await ask(`${pathname}${search}`);
  const [cookie] = headers['set-cookie'] ?? [];
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
  return cookie?.split(';')[0] ?? '';
}

/** What becomes of a socket to /rpc: the status of the refusal, or `open`. */
function upgrade(headers: OutgoingHttpHeaders, path = '/rpc'): Promise<number | 'open'> {
  const socket = new Socket(`${server.origin.replace('http', 'ws')}${path}`, {
    headers: headers as Record<string, string>,
  });
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', reject);
  });
}

test('a link opens one browser, once; nothing is shown without a session', async () => {
  expect((await ask('/')).status).toBe(401);
  expect((await ask('/assets/a-1.js')).status).toBe(401);
  const { pathname, search } = new URL(server.makeLink());
  expect((await ask(`${pathname}${search}`)).headers['set-cookie']).toHaveLength(1);
  const again = await ask(`${pathname}${search}`);
  expect([again.status, again.headers['set-cookie']]).toEqual([401, undefined]);
  const cookie = await session();
  expect((await ask('/', { cookie })).body).toContain('<title>x</title>');
  expect((await ask('/assets/a-1.js', { cookie })).body).toBe('export {};');
  expect((await ask('/', { cookie: 'datayoti_session=guessed' })).status).toBe(401);
});

test('another host name is refused before anything else, as a rebound name would send it', async () => {
  const cookie = await session();
  const { port } = new URL(server.origin);
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.2:${port}`])
    expect([host, (await ask('/', { cookie, host })).status]).toEqual([host, 421]);
  expect((await ask('/', { cookie, host: `localhost:${port}` })).status).toBe(200);
});

test('every answer carries the policy and shuts out other origins', async () => {
  const cookie = await session();
  for (const path of ['/', '/assets/a-1.js', '/assets/none.js', '//', '/favicon.ico']) {
    const { headers } = await ask(path, { cookie, origin: 'https://evil.example' });
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src");
    expect(headers['content-security-policy']).toContain("form-action 'none'; frame-ancestors 'none'");
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
  const [first, second] = [await ask('/', { cookie }), await ask('/', { cookie })];
  const nonce = /nonce="([^"]+)"/.exec(first.body)?.[1] ?? 'none';
  expect(first.headers['content-security-policy']).toContain(`'nonce-${nonce}'`);
  expect(second.body).not.toContain(nonce);
});

test.each([
  '/../package.json',
  '/%2e%2e/package.json',
  '/..%2fpackage.json',
  '/assets/..%2f..%2fpackage.json',
  '/%00.js',
  '/%',
])('nothing outside the bundle: %s', async (path) => {
  const { status, body } = await ask(path, { cookie: await session() });
  expect(body).not.toContain('outside');
  expect([200, 404]).toContain(status);
});

test('no folder is listed, an address that is none is answered, other methods are not taken', async () => {
  const cookie = await session();
  expect((await ask('/assets/', { cookie })).body).not.toContain('a-1.js');
  expect((await ask('//', { cookie })).status).toBe(400);
  expect((await ask('/', { cookie }, 'DELETE')).status).toBe(405);
  expect((await ask('/', { cookie, origin: server.origin }, 'POST')).status).toBe(403);
  expect((await ask('/', { cookie }, 'OPTIONS')).status).toBe(405);
});

test('a socket needs session, origin and host', async () => {
  const cookie = await session();
  const { origin } = server;
  const { port } = new URL(origin);
  expect(await upgrade({ origin })).toBe(403);
  expect(await upgrade({ cookie })).toBe(403);
  expect(await upgrade({ cookie, origin: 'http://evil.example' })).toBe(403);
  expect(await upgrade({ cookie, origin: origin.replace('http', 'https') })).toBe(403);
  const rebound = `evil.example:${port}`;
  expect(await upgrade({ cookie, host: rebound, origin: `http://${rebound}` })).toBe(403);
  expect(await upgrade({ cookie, origin }, '/other')).toBe(403);
  expect(served).toBe(0);
  expect(await upgrade({ cookie, origin })).toBe('open');
  expect(served).toBe(1);
});

test('what is no HTTP at all ends that connection and nothing else', async () => {
  const { port } = new URL(server.origin);
  const socket = connect(Number(port), '127.0.0.1', () => socket.write('\0\xff garbage\r\n\r\n'));
  let ended = false;
  socket
    .on('close', () => (ended = true))
    .on('error', () => undefined)
    .resume();
  await until(() => ended, { what: 'the connection ends' });
  expect((await ask('/', { cookie: await session() })).status).toBe(200);
});

test('a page can ask whether its session is good', async () => {
  expect((await ask('/session')).status).toBe(401);
  expect((await ask('/session', { cookie: await session() })).status).toBe(204);
});

describe('bound to other addresses', () => {
  const lan = Object.values(networkInterfaces())
    .flat()
    .find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address;

  test('the passphrase opens it from its own form alone', async () => {
    await server.close();
    await start({ access: new Access('correct horse') });
    const form = { origin: server.origin, 'content-type': 'application/x-www-form-urlencoded' };
    const page = await ask('/');
    expect([page.status, page.headers['content-security-policy']]).toEqual([
      401,
      expect.stringContaining("form-action 'self'"),
    ]);
    expect(
      (await ask('/login', { ...form, origin: 'http://evil.example' }, 'POST', 'passphrase=correct+horse'))
        .status,
    ).toBe(403);
    expect((await ask('/login', form, 'POST', 'passphrase=wrong')).status).toBe(401);
    expect((await ask('/login', form, 'POST', `passphrase=${'x'.repeat(5_000)}`)).status).toBe(401);
    const inside = await ask('/login', form, 'POST', 'passphrase=correct+horse');
    expect(inside.headers['set-cookie']).toHaveLength(1);
  });

  test.skipIf(lan === undefined)('it answers, by TLS, on the address that is asked for', async () => {
    await server.close();
    const authority = new CertificateAuthority(join(folder, 'tls'), systemClock);
    await start({
      address: '0.0.0.0',
      access: new Access('correct horse'),
      tls: await authority.serverCredentials([lan ?? '']),
    });
    const { port } = new URL(server.origin);
    const status = (host?: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const options = {
          hostname: lan,
          port,
          rejectUnauthorized: false,
          ...(host === undefined ? {} : { headers: { host } }),
        };
        httpsGet(options, (response) => resolve(response.resume().statusCode)).on('error', reject);
      });
    expect(await status()).toBe(401);
    expect(await status('evil.example')).toBe(421);
  });
});
