import { expect, test } from 'vitest';
import { connectionError, refusalError } from './engine-errors.ts';

const situation = { address: 'unix:///var/run/docker.sock', context: 'linux' } as const;

test.each([
  // Docker 20.10, 24, 28; Podman 4; Docker Desktop.
  [
    'driver failed programming external connectivity on endpoint x (ab12): Bind for 127.0.0.1:5432 failed: port is already allocated',
    'engine.port-in-use',
    { port: 5432, reason: 'allocated', context: 'linux' },
  ],
  [
    'driver failed programming external connectivity on endpoint x: Error starting userland proxy: listen tcp4 0.0.0.0:1883: bind: address already in use',
    'engine.port-in-use',
    { port: 1883, reason: 'listening' },
  ],
  [
    'failed to set up container networking: driver failed programming external connectivity on endpoint x: failed to bind host port for 127.0.0.1:3000:172.18.0.2:3000/tcp: address already in use',
    'engine.port-in-use',
    { port: 3000 },
  ],
  [
    'rootlessport listen tcp 0.0.0.0:8883: bind: address already in use',
    'engine.port-in-use',
    { port: 8883 },
  ],
  [
    'Ports are not available: exposing port TCP 0.0.0.0:5432 -> 0.0.0.0:0: listen tcp 0.0.0.0:5432: bind: address already in use',
    'engine.port-in-use',
    { port: 5432 },
  ],
  [
    'failed to register layer: Error processing tar file(exit status 1): write /usr/lib/x: no space left on device',
    'engine.disk-full',
    {},
  ],
  ['No such image: eclipse-mosquitto:2.0.18', 'engine.image-missing', { reason: 'unknown-image' }],
  [
    'manifest for grafana/grafana:0.0.0 not found: manifest unknown: manifest unknown',
    'engine.image-missing',
    { reason: 'unknown-image' },
  ],
  [
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: Temporary failure in name resolution',
    'engine.image-missing',
    { reason: 'registry-unreachable' },
  ],
  [
    'Get "https://registry-1.docker.io/v2/": net/http: TLS handshake timeout',
    'engine.image-missing',
    { reason: 'registry-unreachable' },
  ],
  ['Client sent an HTTP request to an HTTPS server.', 'engine.certificate', { reason: 'needs-tls' }],
  ['No such container: mosquitto', 'engine.refused', { status: 500 }],
  ['Conflict. The container name "/x" is already in use by container "ab".', 'engine.refused', {}],
])('"%s" is %s', (text, code, data) => {
  expect(refusalError(situation, { status: 500, text })).toMatchObject({ code, data });
});

test.each([
  ['ENOENT', 'engine.not-running'],
  ['ECONNREFUSED', 'engine.not-running'],
  ['EACCES', 'engine.access-denied'],
  ['ETIMEDOUT', 'engine.unreachable'],
  ['ECONNRESET', 'engine.unreachable'],
  ['HPE_INVALID_CONSTANT', 'engine.not-an-engine'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'engine.certificate'],
  ['CERT_HAS_EXPIRED', 'engine.certificate'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'engine.certificate'],
])('%s is %s', (code, expected) => {
  const error = Object.assign(new Error('x'), { code });
  expect(connectionError(situation, error)).toMatchObject({ code: expected, data: { context: 'linux' } });
  expect(connectionError(situation, new AggregateError([error])).code).toBe(expected);
});

test('a host whose name is not found is away, not without an engine', () => {
  const error = Object.assign(new Error('getaddrinfo ENOTFOUND pi.local'), { code: 'ENOTFOUND' });
  expect(connectionError({ address: 'tcp://pi.local:2376', context: 'remote' }, error).code).toBe(
    'engine.unreachable',
  );
});
