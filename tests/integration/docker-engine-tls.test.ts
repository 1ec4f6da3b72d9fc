import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EngineFinder, systemMachine } from '../../src/main/stack/index.ts';
import { hasEngine } from '../support/container-engine.ts';
import { freePort } from '../support/free-port.ts';
import { startOwnEngine } from '../support/own-engine.ts';
import { buildTinyImage, hasBusybox } from '../support/tiny-image.ts';
import { makeTlsFiles } from '../support/tls-files.ts';

const never = (): AbortSignal => new AbortController().signal;

describe.skipIf(!hasEngine || !hasBusybox)('an engine over tcp with TLS', () => {
  let folder: string;
  let tls: { readonly server: string; readonly client: string };
  let address: string;
  let engine: Awaited<ReturnType<typeof startOwnEngine>>;

  const finder = (environment: Readonly<Record<string, string>> = {}): EngineFinder =>
    new EngineFinder({
      machine: { ...systemMachine(), environment, home: folder },
      knownHostsFile: join(folder, 'known_hosts'),
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'datayoti-tls-'));
    chmodSync(folder, 0o700);
    tls = await makeTlsFiles(join(folder, 'certificates'));
    const port = await freePort();
    address = `tcp://127.0.0.1:${port}`;
    const file = (name: string): string => join(tls.server, name);
    engine = await startOwnEngine(folder, port, [
      '--tlsverify',
      `--tlscacert=${file('ca.pem')}`,
      `--tlscert=${file('cert.pem')}`,
      `--tlskey=${file('key.pem')}`,
    ]);
  }, 120_000);
  afterAll(async () => {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('with the right certificates everything works, streams and handed-over connections too', async () => {
    const remote = await finder().open(address, { tlsFolder: tls.client });
    try {
      expect((await remote.describe(never())).product).toBe('Docker Engine');
      await buildTinyImage(remote, 'tls-test:1');
      const id = await remote.createContainer({
        Image: 'tls-test:1',
        Cmd: ['sh', '-c', 'echo up; sleep 600'],
        HostConfig: { NetworkMode: 'none' },
      });
      await remote.startContainer(id);
      const stop = new AbortController();
      for await (const { text } of remote.containerLogs(id, { tail: 5, follow: true }, stop.signal)) {
        expect(text).toBe('up');
        stop.abort();
      }
      const input = 'x'.repeat(300_000);
      expect(await remote.exec(id, ['wc', '-c'], { input }, never())).toEqual({
        exitCode: 0,
        output: '300000\n',
      });
      await remote.removeContainer(id);
      await remote.removeImage('tls-test:1');
    } finally {
      await remote.close();
    }
  });

  test('found through DOCKER_HOST with DOCKER_CERT_PATH', async () => {
    const environment = { DOCKER_HOST: address, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: tls.client };
    const [first] = await finder(environment).find([], never());
    expect(first).toMatchObject({ address, source: 'environment', encrypted: true, error: null });
    expect(first?.description?.product).toBe('Docker Engine');
  });

  test('without TLS nothing is sent before the person has agreed, and then the engine says what it wants', async () => {
    await expect(finder().open(address)).rejects.toMatchObject({ code: 'engine.unencrypted' });
    const report = await finder().look(address, { unencrypted: true }, never());
    expect(report).toMatchObject({
      encrypted: false,
      description: null,
      error: { code: 'engine.certificate', data: { reason: 'needs-tls' } },
    });
  });

  test('certificates that do not fit, damaged and missing ones', async () => {
    const other = await makeTlsFiles(join(folder, 'other'));
    // An engine that would let us in, but that our authority did not sign; though the environment says not to look.
    for (const name of ['cert.pem', 'key.pem'])
      copyFileSync(join(tls.client, name), join(other.client, name));
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const report = await finder().look(address, { tlsFolder: other.client }, never());
      expect(report.error?.code).toBe('engine.certificate');
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
    const missing = await finder().look(address, { tlsFolder: join(folder, 'none') }, never());
    expect(missing.error).toMatchObject({ code: 'engine.certificate', data: { reason: 'file' } });
    writeFileSync(join(other.client, 'key.pem'), 'no key');
    const damaged = await finder().look(address, { tlsFolder: other.client }, never());
    expect(damaged.error?.code).toBe('engine.certificate');
    // Ours is not known to the engine: its refusal comes only after the greeting.
    const stranger = await makeTlsFiles(join(folder, 'stranger'));
    copyFileSync(join(tls.client, 'ca.pem'), join(stranger.client, 'ca.pem'));
    const refused = await finder().look(address, { tlsFolder: stranger.client }, never());
    expect(refused.error?.code).toBe('engine.certificate');
  });
});
