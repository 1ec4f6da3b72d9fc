import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContainerLogLine, DockerEngine } from '../../src/main/stack/docker/engine/docker-engine.ts';
import { EngineFinder } from '../../src/main/stack/docker/engine/find-engines.ts';
import { systemMachine } from '../../src/main/stack/docker/engine/engine-machine.ts';
import { hasEngine } from '../support/container-engine.ts';
import { buildTinyImage, hasBusybox, tinyImageFiles } from '../support/tiny-image.ts';
import { until } from '../support/until.ts';

const never = (): AbortSignal => new AbortController().signal;
const project = `engine-test-${randomBytes(4).toString('hex')}`;
const labels = { 'com.docker.compose.project': project };
const image = `${project}/tiny:1`;
const socket = 'unix:///var/run/docker.sock';

describe.skipIf(!hasEngine || !hasBusybox)('the engine of this machine', () => {
  let engine: DockerEngine;
  let finder: EngineFinder;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'datayoti-engine-'));
    finder = new EngineFinder({ machine: systemMachine(), knownHostsFile: join(folder, 'known_hosts') });
    engine = await finder.open(socket);
    await buildTinyImage(engine, image);
  }, 120_000);
  afterAll(async () => {
    for (const { Id } of await engine.listContainers(labels)) await engine.removeContainer(Id);
    for (const { Name } of await engine.listVolumes(labels)) await engine.removeVolume(Name);
    for (const { Name } of await engine.listNetworks(labels)) await engine.removeNetwork(Name);
    await engine.removeImage(image);
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function runTiny(name: string, script: string, more: object = {}): Promise<string> {
    const id = await engine.createContainer({
      name: `${project}-${name}`,
      Image: image,
      Labels: labels,
      Cmd: ['sh', '-c', script],
      ...more,
    });
    await engine.startContainer(id);
    return id;
  }
  const ended = (id: string): Promise<boolean> =>
    until(async () => (await engine.inspectContainer(id))?.State.Running === false);
  async function logOf(id: string, tail = 1000): Promise<readonly ContainerLogLine[]> {
    const lines: ContainerLogLine[] = [];
    for await (const line of engine.containerLogs(id, { tail, follow: false }, never())) lines.push(line);
    return lines;
  }

  test('says what it is', async () => {
    const found = await engine.describe(never());
    expect(found).toMatchObject({
      product: 'Docker Engine',
      architecture: expect.stringMatching(/^x86_64|aarch64$/u) as unknown,
    });
    expect(found.version).toMatch(/^\d+\./u);
    expect(found.apiVersion).toMatch(/^1\.\d+$/u);
    expect(found.cpus).toBeGreaterThan(0);
    expect(found.memoryBytes).toBeGreaterThan(2 ** 28);
    expect(found.freeDiskBytes).toBeGreaterThan(0);
    expect([engine.address, engine.remote, engine.host]).toEqual([socket, false, '127.0.0.1']);
  });

  test('images: built with arguments and labels, tagged, saved, removed, loaded again', async () => {
    const reference = `${project}/built:2`;
    const lines: string[] = [];
    const options = { reference, buildArgs: { GREETING: 'salut' }, labels: { mark: 'yes' } };
    await engine.buildImage(tinyImageFiles(), options, (line) => lines.push(line), never());
    expect(lines.join('\n')).toContain('FROM scratch');
    const built = await engine.inspectImage(reference);
    expect(built?.Config).toMatchObject({
      Labels: { mark: 'yes' },
      Env: expect.arrayContaining(['GREETING=salut']) as unknown,
    });

    await engine.tagImage(reference, `${project}/built:before`);
    expect((await engine.inspectImage(`${project}/built:before`))?.Id).toBe(built?.Id);
    const archive = await buffer(await engine.saveImages([reference, `${project}/built:before`], never()));
    await engine.removeImage(`${project}/built:before`);
    await engine.removeImage(reference);
    await engine.removeImage(reference);
    expect(await engine.inspectImage(reference)).toBeUndefined();

    const layers = new Set<string | null>();
    const loaded = await engine.loadImages(
      Readable.from([archive]),
      ({ layer }) => layers.add(layer),
      never(),
    );
    expect([...loaded].sort()).toEqual([reference, `${project}/built:before`].sort());
    expect((await engine.inspectImage(reference))?.Id).toBe(built?.Id);

    for (const damaged of [
      archive.subarray(0, archive.length / 2),
      Buffer.from('no archive at all'.repeat(100)),
      Buffer.alloc(2048),
    ])
      await expect(
        engine.loadImages(Readable.from([damaged]), () => undefined, never()),
      ).rejects.toMatchObject({
        code: 'engine.archive-damaged',
      });
    const breaking = new Readable({
      read() {
        this.push(archive.subarray(0, 10_000));
        this.destroy(new Error('stick pulled out'));
      },
    });
    await expect(engine.loadImages(breaking, () => undefined, never())).rejects.toMatchObject({
      code: 'file.unreadable',
    });
    await engine.removeImage(reference);
    await engine.removeImage(`${project}/built:before`);
  });

  test('images that cannot be had: unknown, registry away, build that fails', async () => {
    await expect(
      engine.pullImage('127.0.0.1:9/nobody/nothing:1', () => undefined, never()),
    ).rejects.toMatchObject({ code: 'engine.image-missing', data: { reason: 'registry-unreachable' } });
    await expect(
      engine.createContainer({ Image: `${project}/absent:1`, Labels: labels }),
    ).rejects.toMatchObject({
      code: 'engine.image-missing',
    });
    const reference = `${project}/fails:1`;
    await expect(
      engine.buildImage(
        tinyImageFiles('RUN ["/bin/sh", "-c", "exit 3"]\n'),
        { reference },
        () => undefined,
        never(),
      ),
    ).rejects.toMatchObject({ code: 'engine.build-failed', data: { reference } });
    const nonsense = [{ path: 'Dockerfile', content: Buffer.from('NONSENSE\n') }];
    await expect(engine.buildImage(nonsense, { reference }, () => undefined, never())).rejects.toMatchObject({
      code: 'engine.build-failed',
    });
    const stop = new AbortController();
    const slow = tinyImageFiles('RUN ["/bin/sleep", "600"]\n');
    const building = engine.buildImage(
      slow,
      { reference },
      (line) => {
        if (line.includes('600')) stop.abort();
      },
      stop.signal,
    );
    await expect(building).rejects.toMatchObject({ code: 'engine.cancelled' });
    expect(await engine.inspectImage(reference)).toBeUndefined();
  });

  test('networks and volumes: by label and by exact name, gone ones are no error', async () => {
    const network = `${project}_mqtt-network`;
    await engine.createNetwork({ Name: network, Driver: 'bridge', Labels: labels });
    expect((await engine.listNetworks(labels)).map(({ Name }) => Name)).toEqual([network]);
    expect((await engine.listNetworks({ ...labels, other: 'x' })).length).toBe(0);
    expect((await engine.inspectNetwork(network))?.Labels).toEqual(labels);
    expect(await engine.inspectNetwork(network.slice(0, -1))).toBeUndefined();
    const id = (await engine.inspectNetwork(network))?.Id ?? '';
    expect(await engine.inspectNetwork(id.slice(0, 12))).toBeUndefined();
    await engine.removeNetwork(network);
    await engine.removeNetwork(network);
    expect(await engine.inspectNetwork(network)).toBeUndefined();

    const volume = `${project}_data`;
    await engine.createVolume({ Name: volume, Labels: labels });
    expect((await engine.listVolumes(labels)).map(({ Name }) => Name)).toEqual([volume]);
    expect((await engine.inspectVolume(volume))?.Labels).toEqual(labels);
    expect(await engine.inspectVolume(`${volume}x`)).toBeUndefined();
    const script = 'dd if=/dev/zero of=/data/block bs=1024 count=512 2>/dev/null';
    const writer = await runTiny('writer', script, { HostConfig: { Binds: [`${volume}:/data`] } });
    await ended(writer);
    expect((await engine.volumeSizes(never())).get(volume)).toBeGreaterThanOrEqual(512 * 1024);
    await expect(engine.removeVolume(volume)).rejects.toMatchObject({
      code: 'engine.refused',
      data: { status: 409 },
    });
    await engine.removeContainer(writer);
    expect(await engine.inspectVolume(volume)).toBeDefined();
    await engine.removeVolume(volume);
    await engine.removeVolume(volume);
  });

  test('a container: made, started, renamed, signalled, stopped, removed', async () => {
    const script = `trap 'echo hup' HUP; trap 'echo term; exit 7' TERM; echo up; while :; do sleep 0.1; done`;
    const id = await runTiny('life', script);
    await until(async () => (await logOf(id)).some(({ text }) => text === 'up'));
    expect((await engine.listContainers(labels)).map(({ Id }) => Id)).toContain(id);
    await engine.killContainer(id, 'HUP');
    await until(async () => (await logOf(id)).some(({ text }) => text === 'hup'));
    await engine.renameContainer(id, `${project}-renamed`);
    expect((await engine.inspectContainer(`${project}-renamed`))?.Id).toBe(id);
    await engine.startContainer(id);
    await engine.stopContainer(id, 10);
    await engine.stopContainer(id, 10);
    expect((await engine.inspectContainer(id))?.State).toMatchObject({ Running: false, ExitCode: 7 });
    await expect(engine.killContainer(id, 'HUP')).rejects.toMatchObject({ code: 'engine.refused' });
    await engine.removeContainer(id);
    await engine.removeContainer(id);
    expect(await engine.inspectContainer(id)).toBeUndefined();
    await expect(engine.startContainer(id)).rejects.toMatchObject({ data: { status: 404 } });
  });

  test('a port that is taken is named', async () => {
    const listener = createServer();
    const port = await new Promise<number>((resolve) => {
      listener.listen(0, '127.0.0.1', () => resolve((listener.address() as { port: number }).port));
    });
    const HostConfig = { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] } };
    try {
      await expect(
        runTiny('port', 'sleep 60', { ExposedPorts: { '80/tcp': {} }, HostConfig }),
      ).rejects.toMatchObject({
        code: 'engine.port-in-use',
        data: { port },
      });
    } finally {
      await closed(listener);
    }
    const first = await runTiny('port-1', 'sleep 60', { ExposedPorts: { '80/tcp': {} }, HostConfig });
    await expect(
      runTiny('port-2', 'sleep 60', { ExposedPorts: { '80/tcp': {} }, HostConfig }),
    ).rejects.toMatchObject({
      code: 'engine.port-in-use',
      data: { port },
    });
    await engine.removeContainer(first);
  });

  test('files: laid in before the first start with owner and mode, read back, links followed', async () => {
    const id = await engine.createContainer({
      Image: image,
      Labels: labels,
      Cmd: [
        'sh',
        '-c',
        'stat -c "%n %a %u:%g" /etc/app/deep/conf /etc/app/deep /bin; cat /etc/app/deep/conf',
      ],
    });
    const content = Buffer.from('passwort: ä"$\\\n');
    await engine.putFiles(id, [
      { path: '/etc/app/deep/conf', content, mode: 0o640, uid: 1883, gid: 1884 },
      { path: '/bin/extra', content: Buffer.from('x'), mode: 0o755, uid: 0, gid: 0 },
    ]);
    expect(await engine.getFile(id, '/etc/app/deep/conf')).toEqual(content);
    expect(await engine.getFile(id, '/etc/app/none')).toBeUndefined();
    expect(await engine.getFile(id, '/etc/app')).toBeUndefined();
    // Busybox lays out its programs as links to itself.
    expect((await engine.getFile(id, '/bin/ls'))?.length).toBeGreaterThan(100_000);
    await engine.startContainer(id);
    await ended(id);
    expect((await logOf(id)).map(({ text }) => text)).toEqual([
      '/etc/app/deep/conf 640 1883:1884',
      '/etc/app/deep 755 0:0',
      '/bin 755 0:0',
      'passwort: ä"$\\',
    ]);
    await engine.removeContainer(id);
    await expect(engine.getFile(id, '/etc/x')).rejects.toMatchObject({ code: 'engine.refused' });
    await expect(
      engine.putFiles(id, [{ path: '/x', content, mode: 0o600, uid: 0, gid: 0 }]),
    ).rejects.toMatchObject({ data: { status: 404 } });
  });

  test('logs: both streams, tail, since, with a terminal, followed to the end, let go by the signal', async () => {
    const id = await runTiny('logs', 'echo one; echo two >&2; printf "three é"');
    await ended(id);
    const lines = await logOf(id);
    expect(lines.map(({ stream, text }) => `${stream} ${text}`).sort()).toEqual([
      'error two',
      'out one',
      'out three é',
    ]);
    const now = Date.now();
    for (const { timeMs } of lines) expect(Math.abs(timeMs - now)).toBeLessThan(60_000);
    expect((await logOf(id, 1)).length).toBe(1);
    const since: string[] = [];
    const later = { tail: 100, follow: false, sinceMs: now + 60_000 };
    for await (const { text } of engine.containerLogs(id, later, never())) since.push(text);
    expect(since).toEqual([]);

    const terminal = await runTiny('terminal', 'echo "{}"; echo err >&2', { Tty: true });
    await ended(terminal);
    expect((await logOf(terminal)).map(({ stream, text }) => `${stream} ${text}`)).toEqual([
      'out {}',
      'out err',
    ]);

    const counting = await runTiny('counting', 'for i in 1 2 3; do echo $i; sleep 0.2; done');
    const followed: string[] = [];
    for await (const { text } of engine.containerLogs(counting, { tail: 10, follow: true }, never()))
      followed.push(text);
    expect(followed).toEqual(['1', '2', '3']);

    const silent = await runTiny('silent', 'echo first; sleep 600');
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { text } of engine.containerLogs(silent, { tail: 10, follow: true }, stop.signal)) {
      seen.push(text);
      stop.abort();
    }
    expect(seen).toEqual(['first']);
    await engine.removeContainer(silent);
    await expect(logOf(silent)).rejects.toMatchObject({ data: { status: 404 } });
  });

  test('programs in a container: exit code, output of both streams, input, user, limit, cancel', async () => {
    const id = await runTiny('exec', 'sleep 600');
    const run = (
      command: readonly string[],
      options: { user?: string; input?: string } = {},
      signal = never(),
    ) => engine.exec(id, command, options, signal);
    expect(await run(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toMatchObject({ exitCode: 3 });
    expect((await run(['sh', '-c', 'echo out; echo err >&2'])).output.split('\n').sort()).toEqual([
      '',
      'err',
      'out',
    ]);
    const input = 'läuft\n'.repeat(50_000);
    expect(await run(['sh', '-c', 'cat | wc -c'], { input })).toEqual({
      exitCode: 0,
      output: `${Buffer.byteLength(input)}\n`,
    });
    expect((await run(['id', '-u'], { user: '1883' })).output).toBe('1883\n');
    expect((await run(['sh', '-c', 'yes | head -c 3000000'])).output.length).toBe(1024 * 1024);
    expect((await run(['nonesuch'])).exitCode).toBeGreaterThan(0);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    await expect(run(['sleep', '600'], {}, stop.signal)).rejects.toMatchObject({ code: 'engine.cancelled' });
    const stats = await engine.containerStats(id, never());
    expect(stats.memory_stats.usage).toBeGreaterThan(0);
    expect(stats.cpu_stats.cpu_usage.total_usage).toBeGreaterThan(0);
    expect(stats.precpu_stats.cpu_usage.total_usage).toBeGreaterThan(0);
    await engine.removeContainer(id);
    await expect(run(['true'])).rejects.toMatchObject({ data: { status: 404 } });
  });

  test('closing ends what is still open', async () => {
    const id = await runTiny('open', 'echo up; sleep 600');
    const other = await finder.open(socket);
    const read = async (): Promise<void> => {
      for await (const { text } of other.containerLogs(id, { tail: 10, follow: true }, never()))
        if (text === 'up') await other.close();
    };
    await expect(read()).rejects.toMatchObject({ code: 'engine.unreachable' });
  });
});

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
