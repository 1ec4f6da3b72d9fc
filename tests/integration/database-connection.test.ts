import { createServer, connect, type Socket } from 'node:net';

import { TLSSocket, createSecureContext } from 'node:tls';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { CertificateAuthority } from '../../src/main/stack/index.ts';
import { Database, type DatabaseTls } from '../../src/main/storage/index.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { until } from '../support/until.ts';

let server: PlainPostgres;
let silent = false;
const sockets = new Set<Socket>();
const folder = mkdtempSync(join(tmpdir(), 'datayoti-db-tls-'));
let ca: string;
let port: number;
let plainPort: number;
const closers: (() => void)[] = [];

/** Ends PostgreSQL's TLS before a real server, which the published binaries are built without; or passes on as it is. */
async function front(tls: { key: string | Buffer; cert: string | Buffer } | undefined): Promise<number> {
  const listener = createServer((raw) => {
    sockets.add(raw);
    raw.on('error', () => undefined);
    const join = (client: Socket): void => {
      const back = connect(server.address.port, '127.0.0.1');
      sockets.add(back);
      back.on('error', () => client.destroy());
      client.on('error', () => back.destroy());
      client.on('close', () => back.destroy());
      client.on('data', (chunk: Buffer) => void (silent || back.write(chunk)));
      back.on('data', (chunk: Buffer) => void client.write(chunk));
      back.on('close', () => client.destroy());
    };
    if (tls === undefined) join(raw);
    else
      raw.once('data', () => {
        raw.write('S');
        join(new TLSSocket(raw, { isServer: true, secureContext: createSecureContext(tls) }));
      });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  closers.push(() => listener.close());
  const address = listener.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

beforeAll(async () => {
  server = await startPlainPostgres();
  const authority = new CertificateAuthority(folder, systemClock);
  const credentials = await authority.serverCredentials([]);
  ca = (await authority.info()).pem;
  port = await front(credentials);
  plainPort = await front(undefined);
});
afterAll(async () => {
  for (const close of closers) close();
  for (const socket of sockets) socket.destroy();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(tls: DatabaseTls | undefined, host = '127.0.0.1', at = port): Promise<unknown> {
  const address = { ...server.address, host, port: at, ...(tls === undefined ? {} : { tls }) };
  const database = new Database({ address, applicationName: 'test', poolSize: 1, log: silentLog });
  try {
    return (await database.query('select 1 as one')).rows;
  } finally {
    await database.close();
  }
}

const refused = { code: 'database.unreachable', message: expect.stringContaining('certificate') as string };

test('sslmode: each asks for what it says and no less', async () => {
  const one = [{ one: 1 }];
  expect(await ask({ mode: 'require' })).toEqual(one);
  expect(await ask({ mode: 'verify-ca', ca })).toEqual(one);
  expect(await ask({ mode: 'verify-full', ca })).toEqual(one);
  await expect(ask({ mode: 'verify-ca' })).rejects.toMatchObject(refused);
  await expect(ask({ mode: 'verify-full' })).rejects.toMatchObject(refused);
  await expect(ask({ mode: 'require' }, '127.0.0.1', plainPort)).rejects.toMatchObject({
    code: 'database.unreachable',
  });
});

test('a server that falls silent counts as gone after a while', async () => {
  const database = new Database({
    address: { ...server.address, port: plainPort },
    applicationName: 'test',
    poolSize: 1,
    log: silentLog,
    statementTimeoutMs: 300,
    silenceMs: 200,
  });
  await database.query('select 1');
  silent = true;
  await expect(database.query('select 1')).rejects.toMatchObject({ code: 'database.unreachable' });
  silent = false;
  expect((await database.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
  await database.close();
});

test('a copy whose connection breaks before anybody reads it fails, and keeps nobody waiting', async () => {
  const address = { ...server.address, port: plainPort };
  const database = new Database({ address, applicationName: 'test', poolSize: 1, log: silentLog });
  const copy = database.connection((connection) =>
    connection.copyOut('copy (select generate_series(1, 10)) to stdout', async (source) => {
      const stream = source as Readable;
      for (const socket of sockets) socket.resetAndDestroy();
      await until(() => stream.errored !== null, { timeoutMs: 10_000, what: 'the copy has failed' });
      await text(stream);
    }),
  );
  await expect(copy).rejects.toMatchObject({ code: 'database.unreachable' });
  await database.close();
});
