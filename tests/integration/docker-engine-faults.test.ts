import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dockerContract } from '../../src/shared/contract/docker.ts';
import { openApplication } from '../support/embedded-application.ts';
import { freePort } from '../support/free-port.ts';
import { EngineFinder, systemMachine, type DockerEngine } from '../../src/main/stack/index.ts';
import { hasEngine } from '../support/container-engine.ts';

const never = (): AbortSignal => new AbortController().signal;
const version = { Version: '28.0.0', ApiVersion: '1.48', MinAPIVersion: '1.24' };

let folder: string;
let socket: string;
let server: Server | undefined;
const connections = new Set<Socket>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-faults-'));
  socket = join(folder, 'engine.sock');
});
afterEach(async () => {
  for (const connection of connections) connection.destroy();
  connections.clear();
  await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function finder(environment: Readonly<Record<string, string>> = {}): EngineFinder {
  return new EngineFinder({
    machine: { ...systemMachine(), home: folder, environment },
    knownHostsFile: join(folder, 'known_hosts'),
  });
}

function listen(made: Server): Promise<void> {
  server = made;
  made.on('connection', (connection: Socket) => connections.add(connection));
  return new Promise((resolve) => made.listen(socket, resolve));
}

/** An engine that answers `/version` well, and everything else as the test says. */
function engineThat(answer: RequestListener): Promise<void> {
  return listen(
    createHttpServer((request, response) => {
      if (request.url === '/version') response.end(JSON.stringify(version));
      else answer(request, response);
    }),
  );
}

async function withEngine<T>(work: (engine: DockerEngine) => Promise<T>): Promise<T> {
  const engine = await finder().open(`unix://${socket}`);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

const look = () => finder().look(`unix://${socket}`, {}, never());

test('an engine below API 1.40 is named with what it has and what is needed', async () => {
  await listen(createHttpServer((_, response) => response.end('{"Version":"18.09.1","ApiVersion":"1.39"}')));
  expect((await look()).error).toMatchObject({
    code: 'engine.too-old',
    data: { version: '18.09.1', apiVersion: '1.39', neededApiVersion: '1.40', context: 'linux' },
  });
});

test('the API that is asked for is one that both sides know', async () => {
  for (const [engine, asked] of [
    [{ ApiVersion: '1.40', MinAPIVersion: '1.12' }, '1.40'],
    [{ ApiVersion: '1.41' }, '1.41'],
    [{ ApiVersion: '1.52', MinAPIVersion: '1.24' }, '1.44'],
    [{ ApiVersion: '1.60', MinAPIVersion: '1.50' }, '1.50'],
  ] as const) {
    const paths: (string | undefined)[] = [];
    const made = createHttpServer((request, response) => {
      if (request.url === '/version') response.end(JSON.stringify({ Version: '1', ...engine }));
      else {
        paths.push(request.url);
        response.end('[]');
      }
    });
    await listen(made);
    await withEngine((opened) => opened.listContainers({}));
    expect(paths).toEqual([`/v${asked}/containers/json?all=true&filters=%7B%7D`]);
    await new Promise((resolve) => made.close(resolve));
  }
});

test('a build whose connection is closed on the way is asked for once more, and no oftener', async () => {
  let builds = 0;
  let closed = 1;
  await engineThat((request, response) => {
    if (!(request.url ?? '').includes('/build?')) response.end('{"Id":"sha256:1"}');
    else if (++builds <= closed) request.socket.destroy();
    else request.resume().once('end', () => response.end('{"stream":"Successfully built"}\n'));
  });
  const build = () =>
    withEngine((engine) =>
      engine.buildImage(
        [{ path: 'Dockerfile', content: Buffer.from('FROM scratch') }],
        { reference: 'tried:1' },
        () => undefined,
        never(),
      ),
    );
  await build();
  expect(builds).toBe(2);
  [builds, closed] = [0, 5];
  await expect(build()).rejects.toMatchObject({ code: 'engine.unreachable' });
  expect(builds).toBe(2);
});

test('one that takes the connection and never answers is given up', async () => {
  await listen(createServer((connection) => void connection.on('error', () => undefined)));
  const begun = performance.now();
  expect((await look()).error).toMatchObject({ code: 'engine.unreachable', data: { context: 'linux' } });
  expect(performance.now() - begun).toBeLessThan(8_000);
  const stop = new AbortController();
  await withEngine(async (engine) => {
    setTimeout(() => stop.abort(), 100);
    const describing = engine.describe(stop.signal);
    await expect(describing).rejects.toMatchObject({ code: 'engine.cancelled' });
  });
});

test.each([
  ['another protocol', 'SSH-2.0-OpenSSH_9.2p1 Debian\r\n'],
  [
    'a web page',
    'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>router</html>',
  ],
  ['JSON of something else', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"version":"2.0"}'],
  ['null', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nnull'],
  ['nothing in it', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
])('what is no engine is named so: %s', async (_, text) => {
  await listen(
    createServer((connection) => {
      connection.on('error', () => undefined);
      connection.once('data', () => connection.end(text));
    }),
  );
  expect((await look()).error?.code).toBe('engine.not-an-engine');
});

test('answers that break off in the middle', async () => {
  await engineThat((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write('[{"Id":"ab"');
    setImmediate(() => response.destroy());
  });
  await expect(withEngine((engine) => engine.listContainers({}))).rejects.toMatchObject({
    code: 'engine.unreachable',
  });
});

describe('while an image is pulled', () => {
  const pull = (tell = (): void => undefined, signal = never()) =>
    withEngine((engine) => engine.pullImage('eclipse-mosquitto:2.0.18', tell, signal));
  const answerPull =
    (...lines: readonly string[]): RequestListener =>
    (request, response) => {
      if (request.method !== 'POST') {
        response.statusCode = 404;
        response.end('{"message":"No such image: eclipse-mosquitto:2.0.18"}');
        return;
      }
      expect(request.url).toContain('/images/create?fromImage=eclipse-mosquitto&tag=2.0.18');
      const breaks = lines.at(-1) === '';
      response.write(`${lines.join('\n')}\n`, () => (breaks ? response.destroy() : response.end()));
    };

  test.each([
    ['the engine ends', '', 'engine.unreachable'],
    [
      'its disk is full',
      '{"errorDetail":{"message":"write /x: no space left on device"},"error":"x"}',
      'engine.disk-full',
    ],
    [
      'it says it is done and has nothing',
      '{"status":"Status: Downloaded newer image"}',
      'engine.image-missing',
    ],
    ['the answer is garbage', '<html>', 'engine.not-an-engine'],
  ])('%s', async (_, last, code) => {
    await engineThat(
      answerPull('{"status":"Downloading","id":"ab","progressDetail":{"current":1,"total":9}}', last),
    );
    let told = 0;
    await expect(pull(() => (told += 1))).rejects.toMatchObject({ code });
    expect(told).toBeGreaterThanOrEqual(1);
  });

  test('it is cancelled', async () => {
    let closed: () => void;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    await engineThat((_, response) => {
      response.once('close', () => closed());
      response.write('{"status":"Downloading","id":"ab"}\n');
    });
    const stop = new AbortController();
    await expect(pull(() => stop.abort(), stop.signal)).rejects.toMatchObject({ code: 'engine.cancelled' });
    await gone;
  });
});

test('an engine that refuses an archive half-way through the upload', async () => {
  await engineThat((request, response) => {
    request.once('data', () => {
      response.statusCode = 500;
      response.end('{"message":"write /var/lib/docker/tmp/x: no space left on device"}');
    });
  });
  const archive = Readable.from([Buffer.alloc(100), Buffer.alloc(100)]);
  await expect(
    withEngine((engine) => engine.loadImages(archive, () => undefined, never())),
  ).rejects.toMatchObject({ code: 'engine.disk-full' });
});

test('no engine at all: what is named is shown, guesses are not', async () => {
  const environment = { DOCKER_HOST: `unix://${socket}`, XDG_RUNTIME_DIR: folder };
  const [first, ...others] = await finder(environment).find([], never());
  expect(first).toMatchObject({
    address: `unix://${socket}`,
    source: 'environment',
    error: { code: 'engine.not-running', data: { context: 'linux' } },
  });
  expect(others.every(({ source }) => source === 'default')).toBe(true);
  const bare = {
    ...systemMachine(),
    home: folder,
    environment: { PATH: folder },
    exists: () => Promise.resolve(false),
  };
  const nowhere = { ...bare, realPath: (path: string) => Promise.resolve(path) };
  for (const [exists, code] of [
    [false, 'engine.not-installed'],
    [true, 'engine.not-running'],
  ] as const) {
    const here = new EngineFinder({
      // A platform whose standard places cannot be on this machine.
      machine: { ...nowhere, platform: 'win32', exists: () => Promise.resolve(exists) },
      knownHostsFile: join(folder, 'known_hosts'),
    });
    expect(await here.find([], never())).toMatchObject([
      { source: 'default', description: null, error: { code, data: { context: 'windows' } } },
    ]);
  }
});

test('a socket that its engine left behind', async () => {
  // What a crash leaves: a file that nobody listens at.
  const program = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  await new Promise((resolve) => execFile(process.execPath, ['-e', program, socket], resolve));
  expect(existsSync(socket)).toBe(true);
  expect((await look()).error).toMatchObject({
    code: 'engine.not-running',
    data: { reason: 'ECONNREFUSED' },
  });
});

test('through the contract: engines with their failures, and host keys', async () => {
  const app = await openApplication(folder);
  const { docker } = app.handlers;
  const given = `unix://${socket}`;
  const answer = await docker.engines({ addresses: [given] }, never());
  const { engines } = dockerContract.engines.output.parse(answer);
  expect(engines.find(({ address }) => address === given)).toMatchObject({
    source: 'given',
    error: { code: 'engine.not-running' },
  });
  const address = `ssh://pi@127.0.0.1:${await freePort()}`;
  await expect(docker.trustHostKey({ address, fingerprint: 'SHA256:x' }, never())).rejects.toMatchObject({
    code: 'engine.not-running',
  });
  await expect(docker.forgetHostKey({ address: given }, never())).rejects.toMatchObject({
    code: 'engine.address-invalid',
  });
  await app.close();
});

describe.skipIf(!hasEngine)('contexts of a real command line', () => {
  test('the same engine by several ways is one entry, the rest says why it fails', async () => {
    const { createHash } = await import('node:crypto');
    const add = (name: string, host: string): void => {
      const id = createHash('sha256').update(name).digest('hex');
      const at = join(folder, '.docker', 'contexts', 'meta', id);
      mkdirSync(at, { recursive: true });
      writeFileSync(
        join(at, 'meta.json'),
        JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }),
      );
    };
    symlinkSync('/var/run/docker.sock', join(folder, 'same.sock'));
    add('same', `unix://${join(folder, 'same.sock')}`);
    add('gone', `unix://${join(folder, 'gone.sock')}`);
    writeFileSync(join(folder, '.docker', 'config.json'), '{"currentContext":"same"}');
    chmodSync(folder, 0o755);
    const found = await finder().find(['unix:///var/run/docker.sock', 'nonsense://x'], never());
    expect(found.map(({ source, name, error }) => [source, name, error?.code ?? null])).toEqual([
      ['context', 'same', null],
      ['context', 'gone', 'engine.not-running'],
      ['given', null, 'engine.address-invalid'],
    ]);
  });
});
