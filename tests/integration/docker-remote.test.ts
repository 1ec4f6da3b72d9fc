import { X509Certificate } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { FileSecrets } from '../../src/main/foundation/file-secrets.ts';
import { connectEngine } from '../../src/main/stack/docker/engine/engine-connection.ts';
import { parseEngineAddress } from '../../src/main/stack/docker/engine/engine-address.ts';
import { databasePlace } from '../../src/main/stack/docker/prepare-database.ts';
import {
  AccountStore,
  CertificateAuthority,
  EngineFinder,
  StackDefinition,
  StackSecrets,
  systemMachine,
  type DockerEngine,
} from '../../src/main/stack/index.ts';
import { defaultSettings } from '../../src/shared/contract/settings.ts';
import { startCommand, type Outcome } from '../support/command-line.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { DockerApplications } from '../support/docker-application.ts';
import { sqlFolder } from '../support/ingest-bench.ts';
import { hasSshServer, startSshServer, type SshServer } from '../support/ssh-server.ts';
import { ensureStackImages } from '../support/stack-images.ts';

describe('an engine on another machine', () => {
  const over = (address: string) =>
    connectEngine(parseEngineAddress(address), {
      tlsFolder: null,
      unencrypted: true,
      ssh: { hostKeys: undefined as never, target: undefined as never },
      platform: process.platform,
      freeBytes: () => Promise.resolve(null),
    });

  test('over tcp:// only what listens on the network is reached, and that is said', async () => {
    const far = await over('tcp://192.0.2.7:2375');
    await expect(far.reach({ address: '127.0.0.1', port: 5432 })).rejects.toMatchObject({
      code: 'engine.port-out-of-reach',
      data: { host: '192.0.2.7', port: 5432, context: 'tcp' },
    });
    expect(await far.reach({ address: '0.0.0.0', port: 5432 })).toEqual({ host: '192.0.2.7', port: 5432 });
    expect(await far.reach({ address: '192.168.7.1', port: 1883 })).toEqual({
      host: '192.168.7.1',
      port: 1883,
    });
    const here = await over('unix:///var/run/docker.sock');
    expect(await here.reach({ address: '0.0.0.0', port: 1883 })).toEqual({ host: '127.0.0.1', port: 1883 });
    await Promise.all([far.close(), here.close()]);
  });

  test("the broker's certificate names that machine", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'datayoti-remote-'));
    try {
      const definition = new StackDefinition({
        sources: {
          shipped: join(sqlFolder, '../resources/stack'),
          ingestorBundle: join(sqlFolder, '../out/ingestor/ingestor.mjs'),
          sql: sqlFolder,
        },
        settings: () => defaultSettings,
        secrets: new StackSecrets(new FileSecrets(join(folder, 'secrets'))),
        accounts: new AccountStore(join(folder, 'accounts.json'), systemClock),
        authority: new CertificateAuthority(join(folder, 'tls'), systemClock),
        environment: {},
        appVersion: '0.0.0',
        makeSubscriber: () => {
          throw new Error('not asked for here');
        },
      });
      const certificate = async (
        engine?: Pick<DockerEngine, 'host' | 'remote'>,
      ): Promise<X509Certificate> => {
        const { files } = await definition.files(engine);
        return new X509Certificate(files.get('mosquitto/tls/server.pem')?.content ?? '');
      };
      const far = await certificate({ host: 'raspberrypi.local', remote: true });
      expect(far.checkHost('raspberrypi.local')).toBe('raspberrypi.local');
      const near = await certificate({ host: 'raspberrypi.local', remote: false });
      expect([near.checkHost('raspberrypi.local'), near.checkHost(hostname())]).toEqual([
        undefined,
        hostname(),
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe.skipIf(!hasEngine || !hasSshServer)('the Docker stack over ssh', () => {
  let folder: string;
  let local: DockerEngine;
  let applications: DockerApplications | undefined;
  const servers: SshServer[] = [];

  beforeAll(async () => {
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    local = await localEngine();
    folder = mkdtempSync(join(tmpdir(), 'datayoti-remote-'));
    chmodSync(folder, 0o755);
  }, 600_000);
  afterEach(() => applications?.end(local), 120_000);
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await local.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function host(name: string, options: readonly string[] = []) {
    const server = await startSshServer(join(folder, name), options);
    servers.push(server);
    const home = join(folder, `home-${name}`);
    mkdirSync(join(home, '.ssh'), { recursive: true });
    cpSync(server.key, join(home, '.ssh', 'id_ed25519'));
    return { home, address: `ssh://root@127.0.0.1:${server.port}`, fingerprint: await server.fingerprint() };
  }

  test('comes up, and its database, which listens on that machine alone, is reached through ssh', async () => {
    const there = await host('open');
    applications = new DockerApplications();
    await applications.putReadyDatabase(local);
    const data = await applications.dataFolder();
    const command = (...args: string[]): Promise<Outcome> =>
      startCommand(['stack', ...args, '--data', data, '--json'], {
        ...applications?.environment,
        HOME: there.home,
      }).ended(180_000);
    expect((await command('trust', there.address, there.fingerprint)).code).toBe(0);
    const up = await command('up', '--engine', there.address);
    expect([up.code, up.stderr]).toEqual([0, '']);
    const { services } = JSON.parse(up.stdout) as { services: readonly { state: string }[] };
    expect(services.map(({ state }) => state)).toEqual(['healthy', 'healthy', 'healthy', 'healthy']);

    const machine = { ...systemMachine(), home: there.home, environment: {} };
    const finder = new EngineFinder({ machine, knownHostsFile: join(data, 'engines', 'known_hosts') });
    const engine = await finder.open(there.address);
    const { postgresPort } = await applications.settings();
    const place = await databasePlace({ engine, settings: { ...defaultSettings, postgresPort } });
    expect(place.port).not.toBe(postgresPort);
    const password = await new FileSecrets(join(data, 'secrets')).get('docker.pg_password');
    const client = new pg.Client({ ...place, user: 'datayoti', password: password ?? '' });
    client.on('error', () => undefined);
    try {
      await client.connect();
      // Larger than what fits into the buffers on the way.
      const { rows } = await client.query<{ text: string }>(`select repeat('x', 3000000) as text`);
      expect(rows[0]?.text.length).toBe(3_000_000);
    } finally {
      // The engine's end ends what was reached through it.
      await engine.close();
    }
    await expect(client.query('select 1')).rejects.toThrow();
    expect((await command('down')).code).toBe(0);
  }, 400_000);

  test('a server that does not forward ports is named before anything is made', async () => {
    const there = await host('strict', ['AllowTcpForwarding no', 'AllowStreamLocalForwarding yes']);
    applications = new DockerApplications();
    const data = await applications.dataFolder();
    const command = (...args: string[]): Promise<Outcome> =>
      startCommand(['stack', ...args, '--data', data, '--json'], {
        ...applications?.environment,
        HOME: there.home,
      }).ended(180_000);
    expect((await command('trust', there.address, there.fingerprint)).code).toBe(0);
    const up = await command('up', '--engine', there.address);
    expect([up.code, JSON.parse(up.stdout)]).toMatchObject([
      1,
      { error: { code: 'engine.port-out-of-reach', data: { context: 'ssh' } } },
    ]);
    expect(await local.listContainers({ 'com.docker.compose.project': applications.project })).toEqual([]);
  }, 120_000);
});
