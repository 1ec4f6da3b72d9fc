import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { Bonjour } from 'bonjour-service';
import { afterEach, expect, test } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import { CertificateAuthority } from '../../src/main/stack/embedded/broker/index.ts';
import { openListener } from '../../src/main/stack/embedded/broker/listeners.ts';
import { announceBroker } from '../../src/main/stack/embedded/broker/service-announcement.ts';
import { collectingLog } from '../support/collecting-log.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';

const dayMs = 86_400_000;
const cleanUps: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-tls-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function openssl(...args: string[]): string {
  const ran = spawnSync('openssl', args, { encoding: 'utf8' });
  return `${ran.stdout}${ran.stderr}`;
}

test('the certificate names every address and this machine, and OpenSSL trusts it through the authority', async () => {
  const folder = newFolder();
  const authority = new CertificateAuthority(join(folder, 'tls'), { now: () => Date.now() });
  const { cert } = await authority.serverCredentials(['192.0.2.7', '192.0.2.8']);
  const [server, ca] = [join(folder, 'server.pem'), join(folder, 'ca.pem')];
  writeFileSync(server, cert);
  writeFileSync(ca, (await authority.info()).pem);
  for (const address of ['192.0.2.7', '192.0.2.8', '127.0.0.1', '::1'])
    expect(openssl('verify', '-CAfile', ca, '-verify_ip', address, server)).toContain('OK');
  for (const name of ['localhost', hostname(), `${hostname().split('.')[0]}.local`])
    expect(openssl('verify', '-CAfile', ca, '-verify_hostname', name, server)).toContain('OK');
  expect(openssl('verify', '-CAfile', ca, '-verify_ip', '192.0.2.9', server)).toContain(
    'IP address mismatch',
  );
  expect(openssl('verify', '-CAfile', ca, '-purpose', 'sslserver', server)).toContain('OK');
});

test('a certificate is kept while it fits, and made anew for new addresses, a near end, a strange key or authority', async () => {
  const folder = newFolder();
  let now = Date.now();
  const authority = new CertificateAuthority(folder, { now: () => now });
  const first = await authority.serverCredentials(['192.0.2.7']);
  expect(await authority.serverCredentials(['192.0.2.7'])).toEqual(first);
  const moved = await authority.serverCredentials(['192.0.2.8']);
  expect(moved.cert).not.toBe(first.cert);
  now += 800 * dayMs;
  const renewed = await authority.serverCredentials(['192.0.2.8']);
  expect(renewed.cert).not.toBe(moved.cert);
  // A crash between the writes of the key and of the certificate.
  writeFileSync(join(folder, 'server.key'), moved.key);
  const repaired = await authority.serverCredentials(['192.0.2.8']);
  expect(repaired.key).not.toBe(moved.key);
  rmSync(join(folder, 'authority.pem'));
  const other = await authority.serverCredentials(['192.0.2.8']);
  expect(other.cert).not.toBe(repaired.cert);
  expect(other.cert).toContain((await authority.info()).pem.trim());
});

test('a renewed certificate is served without closing the listener', async () => {
  const authority = new CertificateAuthority(newFolder(), { now: () => Date.now() });
  const port = await freePort();
  const before = await authority.serverCredentials(['192.0.2.7']);
  const listener = await openListener({
    address: '127.0.0.1',
    name: 'mqtts',
    port,
    otherPorts: [],
    maxPacketBytes: 8_192,
    connectLimitMs: 10_000,
    credentials: before,
    onConnection: (connection) => connection.resume(),
  });
  cleanUps.push(() => listener.close());
  const ca = (await authority.info()).pem;
  const served = (): Promise<PeerCertificate> =>
    new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port, ca }, () => {
        resolve(socket.getPeerCertificate());
        socket.destroy();
      });
      socket.once('error', reject);
    });
  expect((await served()).subjectaltname).toContain('192.0.2.7');
  expect(listener.renew(before)).toBe(false);
  expect(listener.renew(await authority.serverCredentials(['192.0.2.8']))).toBe(true);
  expect((await served()).subjectaltname).toContain('192.0.2.8');
});

test('the broker is found by DNS-SD with its port, and gone after it is withdrawn', async () => {
  const { name, withdraw } = announceBroker('127.0.0.1', 18_830, 18_883, silentLog);
  let announced = true;
  cleanUps.push(() => (announced ? withdraw() : undefined));
  // Passed through to the multicast socket; the library's own type does not name it.
  const options: object = { interface: '127.0.0.1', bind: '0.0.0.0' };
  const browsing = new Bonjour(options, () => undefined);
  cleanUps.push(() => browsing.destroy());
  const browser = browsing.find({ type: 'mqtt' });
  const found = await until(() => {
    browser.update();
    return browser.services.find((service) => service.name === name);
  });
  expect(found).toMatchObject({ port: 18_830, protocol: 'tcp', txt: { tls: '18883' } });
  announced = false;
  await withdraw();
  await until(() => !browser.services.some((service) => service.name === name));
});

test('a program that holds the port of multicast DNS costs a log line, nothing else', async () => {
  const holder = createSocket({ type: 'udp4', reuseAddr: false });
  await new Promise<void>((resolve) => holder.bind(5_353, resolve));
  cleanUps.push(() => void holder.close());
  const { log, lines } = collectingLog();
  const { withdraw } = announceBroker('127.0.0.1', 18_830, null, log);
  await until(() => lines.length > 0);
  expect(lines[0]?.text).toBe('the network does not take the announcement of the broker');
  await withdraw();
});
