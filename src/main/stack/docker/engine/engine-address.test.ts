import { expect, test } from 'vitest';
import { engineAddressText, parseEngineAddress } from './engine-address.ts';

test.each([
  ['unix:///var/run/docker.sock', { kind: 'unix', path: '/var/run/docker.sock' }],
  ['unix://', { kind: 'unix', path: '/var/run/docker.sock' }],
  ['npipe:////./pipe/docker_engine', { kind: 'npipe', path: '//./pipe/docker_engine' }],
  [String.raw`npipe://\\.\pipe\docker_engine`, { kind: 'npipe', path: '//./pipe/docker_engine' }],
  ['tcp://192.168.1.20', { kind: 'tcp', host: '192.168.1.20', port: 2376 }],
  ['192.168.1.20:4243', { kind: 'tcp', host: '192.168.1.20', port: 4243 }],
  ['tcp://[fe80::1]:2376', { kind: 'tcp', host: 'fe80::1', port: 2376 }],
  [
    ' ssh://pi@raspberrypi.local ',
    { kind: 'ssh', user: 'pi', host: 'raspberrypi.local', port: null, socket: '/var/run/docker.sock' },
  ],
  [
    'ssh://pi@raspberrypi.local:22',
    { kind: 'ssh', user: 'pi', host: 'raspberrypi.local', port: 22, socket: '/var/run/docker.sock' },
  ],
  [
    'ssh://raspberrypi.local:2222/run/user/1000/docker.sock',
    { kind: 'ssh', user: null, host: 'raspberrypi.local', port: 2222, socket: '/run/user/1000/docker.sock' },
  ],
])('%s is read, written and read again', (text, address) => {
  const read = parseEngineAddress(text);
  expect(read).toEqual(address);
  expect(parseEngineAddress(engineAddressText(read))).toEqual(read);
});

test('the port of tcp:// follows the certificates', () => {
  expect(parseEngineAddress('tcp://pi', false)).toMatchObject({ port: 2375 });
});

test.each([
  '',
  'tcp://',
  'unix://docker.sock',
  'http://pi:2375',
  'tcp://pi/path',
  'tcp://root@pi',
  'npipe://pipe',
  'tcp://pi:0',
  'tcp://pi:99999',
  'ssh://',
  'a b',
])('"%s" is refused', (text) => {
  expect(() => parseEngineAddress(text)).toThrow(expect.objectContaining({ code: 'engine.address-invalid' }));
});

test('a password in an address is refused and not repeated', () => {
  try {
    parseEngineAddress('ssh://pi:hunter2@raspberrypi.local');
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: 'engine.address-invalid' });
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
  }
});
