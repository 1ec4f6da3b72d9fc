import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { join } from 'node:path';
import pg from 'pg';
import { ensureEngine, succeeds } from './container-engine.ts';
import { debianTree } from './debian-tree.ts';
import type { DatabaseServer } from './database-servers.ts';
import { alone } from './file-lock.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const image = 'datayoti-test/timescaledb:1';
const packages = ['postgresql-17', 'postgresql-17-timescaledb'];

/**
 * The entry point stands in for the official image's: same variables, user, data path and behaviour on a first
 * start, as its documentation says.
 */
const entryPoint = `#!/bin/sh
set -eu
bin=/usr/lib/postgresql/17/bin
data=\${PGDATA:-/var/lib/postgresql/data}
user=\${POSTGRES_USER:-postgres}
if [ ! -s "$data/PG_VERSION" ]; then
  mkdir -p "$data" && chown -R postgres "$data"
  printf %s "$POSTGRES_PASSWORD" > /tmp/password && chown postgres /tmp/password
  su postgres -c "$bin/initdb -D $data -U $user -A scram-sha-256 --pwfile=/tmp/password" > /dev/null
  rm /tmp/password
  echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
fi
exec su postgres -c "exec $bin/postgres -D $data -c listen_addresses='*' -c shared_preload_libraries=timescaledb -c timescaledb.telemetry_level=off -c unix_socket_directories=/tmp"
`;

/** TimescaleDB (Debian's build: Apache edition) in a real container, published on loopback only. */
export async function startTimescaleContainer(): Promise<DatabaseServer> {
  const stopEngine = await ensureEngine();
  await alone('timescale-image', ensureImage);
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const environment = { ...process.env, POSTGRES_PASSWORD: password };
  const args = [
    'run',
    '-d',
    '--rm',
    '-e',
    'POSTGRES_PASSWORD',
    '-e',
    'POSTGRES_USER=owner',
    '-p',
    `127.0.0.1:${port}:5432`,
    image,
    '/entry-point.sh',
  ];
  const { stdout } = await run('docker', args, { env: environment });
  const container = stdout.trim();
  const admin = { host: '127.0.0.1', port, user: 'owner', password, database: 'postgres' };
  let databases = 0;
  await until(() => accepts(admin), { timeoutMs: 60_000, what: 'TimescaleDB accepts connections' });
  return {
    address: admin,
    createDatabase: async () => {
      const database = `datayoti_db_${++databases}`;
      const client = new pg.Client(admin);
      await client.connect();
      await client.query(`create database ${database} template template0`);
      await client.end();
      return { ...admin, database };
    },
    crash: async () => {
      await run('docker', ['restart', '--time', '0', container]);
      await until(() => accepts(admin), { timeoutMs: 60_000, what: 'TimescaleDB accepts connections again' });
    },
    stop: async () => {
      await run('docker', ['rm', '-f', container]);
      await stopEngine();
    },
  };
}

async function ensureImage(): Promise<void> {
  if (await succeeds('docker', ['image', 'inspect', image])) return;
  const tree = await debianTree(packages, 'usr/lib/postgresql/17/bin/postgres');
  writeFileSync(join(tree, 'entry-point.sh'), entryPoint, { mode: 0o755 });
  await run(
    'sh',
    [
      '-c',
      `tar -C ${tree} --exclude=./proc --exclude=./sys --exclude=./var/cache/apt/archives -c . | docker import - ${image}`,
    ],
    { maxBuffer: 50_000_000 },
  );
}

async function accepts(address: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client(address);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
