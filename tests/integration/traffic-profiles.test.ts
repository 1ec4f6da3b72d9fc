import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testConnection } from '../../src/main/traffic/test-profile.ts';
import { profileInput } from '../../src/shared/contract/traffic-parts.ts';
import { freePort } from '../support/free-port.ts';
import { hasMosquitto, startMosquitto, type MosquittoBroker } from '../support/mosquitto-broker.ts';
import { makeTlsFiles } from '../support/tls-files.ts';

const signal = new AbortController().signal;
let folder: string;
let broker: MosquittoBroker;
let strict: MosquittoBroker;
let ca: string;
let otherCa: string;
let own: { readonly certificate: string; readonly key: string };

const asked = (part: object, secrets: { password?: string | null; key?: string } = {}) => {
  const {
    id: _id,
    name: _name,
    password: _password,
    key: _key,
    ...fields
  } = profileInput.parse({
    id: null,
    name: 'x',
    scheme: 'mqtt',
    host: '127.0.0.1',
    port: broker.port,
    username: broker.username,
    ...part,
  });
  const { password = broker.password, key = null } = secrets;
  return testConnection(fields, { password, key }, signal);
};

describe.skipIf(!hasMosquitto)('a profile is tried against a real broker', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'datayoti-tls-'));
    const { server, client } = await makeTlsFiles(join(folder, 'one'));
    const other = await makeTlsFiles(join(folder, 'two'));
    const text = (...parts: readonly string[]): string => readFileSync(join(...parts), 'utf8');
    ca = text(server, 'ca.pem');
    otherCa = text(other.server, 'ca.pem');
    own = { certificate: text(client, 'cert.pem'), key: text(client, 'key.pem') };
    const tls = { cert: text(server, 'cert.pem'), key: text(server, 'key.pem') };
    broker = await startMosquitto({
      tls,
      websocket: true,
      acl: ['user ingest', 'topic readwrite open/#'],
    });
    strict = await startMosquitto({ tls: { ...tls, clientCa: ca } });
  });
  afterAll(async () => {
    await broker.stop();
    await strict.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('MQTT 3.1.1 says nothing of itself, MQTT 5 does', async () => {
    expect(await asked({ filter: 'open/#' })).toMatchObject({ server: {}, granted: true });
    const five = await asked({ version: 5, filter: 'open/#' });
    expect(five).toMatchObject({ granted: true, server: { topicAliasMaximum: 10 } });
    expect(five.tookMs).toBeGreaterThan(0);
  });

  test('over TLS, WebSocket, and with a certificate of the client', async () => {
    expect(await asked({ scheme: 'mqtts', port: broker.tlsPort, ca })).toMatchObject({ granted: true });
    expect(await asked({ scheme: 'ws', port: broker.websocketPort, version: 5 })).toMatchObject({
      granted: true,
    });
    expect(
      await asked(
        { scheme: 'mqtts', port: strict.tlsPort, ca, certificate: own.certificate },
        { key: own.key },
      ),
    ).toMatchObject({ granted: true });
  });

  test.each([
    ['an authority that is not known', () => asked({ scheme: 'mqtts', port: broker.tlsPort }), 'untrusted'],
    ['another authority', () => asked({ scheme: 'mqtts', port: broker.tlsPort, ca: otherCa }), 'untrusted'],
    ['another name', () => asked({ scheme: 'mqtts', host: 'localhost', port: broker.tlsPort, ca }), 'name'],
    [
      'no certificate of the client',
      () => asked({ scheme: 'mqtts', port: strict.tlsPort, ca }),
      'client-wanted',
    ],
    [
      'a key of another certificate',
      () =>
        asked(
          { scheme: 'mqtts', port: strict.tlsPort, ca, certificate: own.certificate },
          { key: readFileSync(join(folder, 'two', 'client', 'key.pem'), 'utf8') },
        ),
      'key-other',
    ],
  ])('%s is told in words', async (_what, ask, context) => {
    await expect(ask()).rejects.toMatchObject({ code: 'traffic.certificate', data: { context } });
  });

  test.each([4, 5])('a wrong password is refused, MQTT version %i', async (version) => {
    const refused = asked({ version }, { password: 'wrong' });
    await expect(refused).rejects.toMatchObject({ code: 'mqtt.access-denied' });
    await expect(refused).rejects.not.toThrow(/wrong/);
  });

  test('nobody there, and somebody who is no broker', async () => {
    const unreachable = { code: 'mqtt.unreachable', data: { host: '127.0.0.1' } };
    await expect(asked({ port: await freePort() })).rejects.toMatchObject(unreachable);
    // Plain MQTT to the TLS port: the broker closes it.
    await expect(asked({ port: broker.tlsPort })).rejects.toMatchObject(unreachable);
    await expect(asked({ scheme: 'ws', port: broker.port })).rejects.toMatchObject(unreachable);
  });
});
