import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { engineAddressText } from './engine-address.ts';
import { engineCandidates } from './engine-candidates.ts';
import type { EngineMachine } from './engine-machine.ts';

interface Layout {
  readonly platform?: NodeJS.Platform;
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
}

/** A machine of these files, in memory. */
function machine({ platform = 'linux', environment = {}, files = {}, links = {} }: Layout): EngineMachine {
  const linked = (path: string): string => links[path] ?? path;
  return {
    platform,
    environment,
    home: '/home/anna',
    userName: 'anna',
    readText: (path) => Promise.resolve(files[path]),
    list: (folder) =>
      Promise.resolve([
        ...new Set(
          Object.keys(files)
            .filter((path) => path.startsWith(`${folder}/`))
            .map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''),
        ),
      ]),
    realPath: (path) => Promise.resolve(linked(path)),
    exists: (path) => Promise.resolve(path in files),
    freeBytes: () => Promise.resolve(null),
  };
}

async function places(layout: Layout, given: readonly string[] = []): Promise<readonly string[]> {
  return (await engineCandidates(machine(layout), given)).map((found) =>
    'error' in found ? `unreadable ${found.text}` : `${found.source} ${engineAddressText(found.address)}`,
  );
}

const id = (name: string): string => createHash('sha256').update(name).digest('hex');
function context(
  name: string,
  host: string,
  folder = '/home/anna/.docker',
): Readonly<Record<string, string>> {
  const meta = JSON.stringify({
    Name: name,
    Metadata: {},
    Endpoints: { docker: { Host: host, SkipTLSVerify: false } },
  });
  return { [`${folder}/contexts/meta/${id(name)}/meta.json`]: meta };
}

test('Linux: default, rootless, Docker Desktop, Podman', async () => {
  expect(await places({ environment: { XDG_RUNTIME_DIR: '/run/user/1000' } })).toEqual([
    'default unix:///var/run/docker.sock',
    'rootless unix:///run/user/1000/docker.sock',
    'docker-desktop unix:///home/anna/.docker/run/docker.sock',
    'docker-desktop unix:///home/anna/.docker/desktop/docker.sock',
    'podman unix:///run/podman/podman.sock',
    'podman unix:///run/user/1000/podman/podman.sock',
  ]);
});

test('Windows: named pipes', async () => {
  expect(await places({ platform: 'win32' })).toEqual([
    'default npipe:////./pipe/docker_engine',
    'docker-desktop npipe:////./pipe/dockerDesktopLinuxEngine',
    'podman npipe:////./pipe/podman-machine-default',
  ]);
});

test('macOS: the sockets of Podman machines', async () => {
  const files = { '/tmp/user/podman/podman-machine-default-api.sock': '', '/tmp/user/podman/podman.log': '' };
  expect(await places({ platform: 'darwin', environment: { TMPDIR: '/tmp/user' }, files })).toContain(
    'podman unix:///tmp/user/podman/podman-machine-default-api.sock',
  );
});

test('DOCKER_HOST comes first and overrides the current context', async () => {
  const files = {
    ...context('pi', 'ssh://pi@pi.local'),
    '/home/anna/.docker/config.json': '{"currentContext":"pi"}',
  };
  expect((await places({ files })).slice(0, 2)).toEqual([
    'context ssh://pi@pi.local',
    'default unix:///var/run/docker.sock',
  ]);
  const environment = { DOCKER_HOST: 'tcp://10.0.0.2:2376' };
  expect((await places({ files, environment })).slice(0, 3)).toEqual([
    'environment tcp://10.0.0.2:2376',
    'default unix:///var/run/docker.sock',
    'context ssh://pi@pi.local',
  ]);
  const chosen = { DOCKER_CONTEXT: 'other' };
  const both = { ...files, ...context('other', 'unix:///other.sock') };
  expect((await places({ files: both, environment: chosen }))[0]).toBe('context unix:///other.sock');
});

test('certificates: of a context, of DOCKER_HOST only where asked for, DOCKER_CONFIG moves them', async () => {
  const tls = `/etc/dk/contexts/tls/${id('lab')}/docker`;
  const files = { ...context('lab', 'tcp://lab:2376', '/etc/dk'), [`${tls}/ca.pem`]: '' };
  const environment = { DOCKER_CONFIG: '/etc/dk', DOCKER_HOST: 'tcp://10.0.0.2' };
  const folders = async (more: Readonly<Record<string, string>>) =>
    (await engineCandidates(machine({ files, environment: { ...environment, ...more } }))).flatMap((found) =>
      'error' in found || found.address.kind !== 'tcp' ? [] : [[found.address.port, found.tlsFolder]],
    );
  expect(await folders({})).toEqual([
    [2375, null],
    [2376, tls],
  ]);
  expect(await folders({ DOCKER_TLS_VERIFY: '1' })).toContainEqual([2376, '/etc/dk']);
  expect(await folders({ DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' })).toContainEqual([
    2376,
    '/certs',
  ]);
});

test('one place reached by two ways is one entry', async () => {
  const found = await places(
    {
      environment: { DOCKER_HOST: 'unix:///run/docker.sock', XDG_RUNTIME_DIR: '/run/user/1000' },
      links: {
        '/var/run/docker.sock': '/run/docker.sock',
        '/home/anna/.docker/run/docker.sock': '/run/docker.sock',
      },
    },
    ['unix:///var/run/docker.sock', 'ssh://pi@pi.local', 'ssh://pi@pi.local:22'],
  );
  expect(found.filter((place) => place.endsWith('docker.sock'))).toEqual([
    'environment unix:///run/docker.sock',
    'rootless unix:///run/user/1000/docker.sock',
    'docker-desktop unix:///home/anna/.docker/desktop/docker.sock',
  ]);
  expect(found.filter((place) => place.startsWith('given'))).toEqual(['given ssh://pi@pi.local']);
});

test('damaged contexts and addresses do no harm', async () => {
  const files = {
    ...context('good', 'unix:///good.sock'),
    '/home/anna/.docker/contexts/meta/ab/meta.json': '{"Name":',
    '/home/anna/.docker/contexts/meta/cd/meta.json': '{"Name":"x","Endpoints":{}}',
    '/home/anna/.docker/config.json': 'no JSON',
  };
  const found = await places({ files, environment: { DOCKER_HOST: 'garbage://[' } });
  expect(found[0]).toBe('unreadable garbage://[');
  expect(found).toContain('context unix:///good.sock');
});
