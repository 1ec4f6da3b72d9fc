import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';
import { parseEngineAddress } from './engine-address.ts';
import type { EngineMachine } from './engine-machine.ts';
import { sshTarget, type SshTarget } from './ssh-config.ts';

/** A machine with these files and nothing else. */
function machine(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): EngineMachine {
  return {
    platform: 'linux',
    environment,
    home: '/home/anna',
    userName: 'anna',
    readText: (path) => Promise.resolve(files[path]),
    list: (folder) =>
      Promise.resolve(
        Object.keys(files)
          .filter((path) => dirname(path) === folder)
          .map((path) => basename(path)),
      ),
    realPath: (path) => Promise.resolve(path),
    exists: () => Promise.resolve(false),
    freeBytes: () => Promise.resolve(null),
  };
}
const own = '/home/anna/.ssh/config';
async function target(
  address: string,
  config: string,
  more: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<SshTarget> {
  const parsed = parseEngineAddress(address);
  if (parsed.kind !== 'ssh') throw new Error('no ssh address');
  return sshTarget(parsed, machine({ [own]: config, ...more }, environment));
}

const usual = ['id_rsa', 'id_ecdsa', 'id_ed25519'].map((name) => `/home/anna/.ssh/${name}`);

test('without any settings it is the address itself, with the usual keys and the agent', async () => {
  expect(await target('ssh://pi', '', {}, { SSH_AUTH_SOCK: '/run/agent' })).toEqual({
    host: 'pi',
    port: 22,
    user: 'anna',
    socket: '/var/run/docker.sock',
    keyFiles: usual,
    agentSocket: '/run/agent',
    filesFirst: false,
  });
});

const alias = `
# the one in the cold store
Host cold raspi-*
  HostName 192.168.7.20
  Port 2222
  User pi
  IdentityFile ~/.ssh/cold_key
  IdentityFile "%d/keys/%r at %h"
Host *
  User everybody
  IdentitiesOnly yes
`;

test.each(['ssh://cold', 'ssh://raspi-3'])('%s is an alias', async (address) => {
  expect(await target(address, alias)).toMatchObject({
    host: '192.168.7.20',
    port: 2222,
    user: 'pi',
    keyFiles: ['/home/anna/.ssh/cold_key', '/home/anna/keys/pi at 192.168.7.20'],
    agentSocket: undefined,
    filesFirst: true,
  });
});

test('what the address says itself counts before the settings', async () => {
  expect(await target('ssh://root@cold:22/run/x.sock', alias)).toMatchObject({
    host: '192.168.7.20',
    port: 22,
    user: 'root',
    socket: '/run/x.sock',
  });
  expect(await target('ssh://another', alias)).toMatchObject({
    host: 'another',
    port: 22,
    user: 'everybody',
    keyFiles: usual,
  });
});

test('keywords in any case and form, the first value, a negated pattern, and tokens', async () => {
  const config = `hostname=%h.site.example
HOST !pi2 pi?
  port = 24
  Port 25
  identityagent ~/agents/%u.sock
`;
  expect(await target('ssh://pi1', config)).toMatchObject({
    host: 'pi1.site.example',
    port: 24,
    agentSocket: '/home/anna/agents/anna.sock',
  });
  expect(await target('ssh://pi2', config)).toMatchObject({ host: 'pi2.site.example', port: 22 });
});

test('the agent is another one, none, or that of the environment', async () => {
  const agentOf = async (value: string): Promise<string | undefined> =>
    (await target('ssh://pi', `IdentityAgent ${value}`, {}, { SSH_AUTH_SOCK: '/run/agent', MINE: '/mine' }))
      .agentSocket;
  expect(await agentOf('none')).toBeUndefined();
  expect(await agentOf('SSH_AUTH_SOCK')).toBe('/run/agent');
  expect(await agentOf('"~/Library/an agent.sock"')).toBe('/home/anna/Library/an agent.sock');
  expect(await agentOf('${MINE}/agent')).toBe('/mine/agent');
});

test('included files are read where they stand, then those of the system', async () => {
  const config = `Include config.d/*.conf "~/.ssh/more"
User anna2
Host far
  Include inner
  Port 30
`;
  const more = {
    '/home/anna/.ssh/config.d/1.conf': 'Host cold\n  HostName 10.0.0.1\n',
    '/home/anna/.ssh/config.d/2.conf': 'Host cold\n  HostName 10.0.0.2\n  Port 7\n',
    '/home/anna/.ssh/config.d/3.txt': 'Host cold\n  User wrong\n',
    '/home/anna/.ssh/more': 'Host cold\n  IdentityFile /keys/cold\n',
    '/home/anna/.ssh/inner': 'HostName 10.0.0.3\n',
    '/etc/ssh/ssh_config': 'Port 8\nHost far\n  User never\n',
  };
  expect(await target('ssh://cold', config, more)).toMatchObject({
    host: '10.0.0.1',
    port: 7,
    user: 'anna2',
    keyFiles: ['/keys/cold'],
  });
  expect(await target('ssh://far', config, more)).toMatchObject({
    host: '10.0.0.3',
    port: 30,
    user: 'anna2',
  });
  expect(await target('ssh://else', config, more)).toMatchObject({ host: 'else', port: 8, user: 'anna2' });
  // One that includes itself ends.
  expect(await target('ssh://pi', 'Include config\nPort 9\n')).toMatchObject({ port: 9 });
});

test.each(['ProxyJump jump.example', 'ProxyCommand ssh -W %h:%p jump'])('%s is named', async (line) => {
  await expect(target('ssh://cold', `Host cold\n  ${line}\n`)).rejects.toMatchObject({
    code: 'engine.ssh-config',
    data: { context: 'proxy', host: 'cold', name: line.split(' ')[0] },
  });
  expect(await target('ssh://warm', `Host cold\n  ${line}\n`)).toMatchObject({ host: 'warm' });
  expect(await target('ssh://cold', `Host cold\n  ProxyJump none\nHost *\n  ProxyJump x\n`)).toMatchObject({
    host: 'cold',
  });
});

test('a program of Match exec is not run', async () => {
  const config = 'Match exec "exit 0"\n  Port 99\nMatch originalhost pi\n  User matched\n';
  expect(await target('ssh://pi', config)).toMatchObject({ port: 22, user: 'matched' });
});

test.each(['Port 0', 'Port twenty', 'Port 99999'])('%s makes no sense', async (line) => {
  await expect(target('ssh://cold', line)).rejects.toMatchObject({
    code: 'engine.ssh-config',
    data: { context: 'unreadable' },
  });
});
