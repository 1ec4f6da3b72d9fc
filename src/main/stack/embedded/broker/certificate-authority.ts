// The certificate library finds its parts through this polyfill, which must be there before it.
import 'reflect-metadata';
import { createHash, createPrivateKey, webcrypto, X509Certificate as NodeCertificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { writeFileAtomically } from '../../../foundation/atomic-file.ts';
import type { Clock } from '../../../foundation/clock.ts';

const dayMs = 86_400_000;
const authorityDays = 3_650;
/** What browsers and phones accept at most. */
const serverDays = 825;
const renewBeforeDays = 30;
/** A sensor's clock may be a little behind ours when it first connects. */
const backdateMs = dayMs;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface ServerCredentials {
  /** PEM, with the authority's certificate behind the server's. */
  readonly cert: string;
  readonly key: string;
}

export interface AuthorityInfo {
  readonly pem: string;
  /** SHA-256 over the certificate, `AA:BB:...`. */
  readonly fingerprint: string;
  readonly notAfterMs: number;
}

/** A certificate authority of this machine alone: sensors that use TLS trust it, nobody else knows it. */
export class CertificateAuthority {
  readonly #folder: string;
  readonly #clock: Clock;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Made on first use. */
  async info(): Promise<AuthorityInfo> {
    const { certificate } = await this.#authority();
    return describe(certificate.toString('pem'));
  }

  /** A certificate for these hosts and this machine's names; made anew when they change or its end is near. */
  async serverCredentials(hosts: readonly string[]): Promise<ServerCredentials> {
    const own = ['localhost', hostname(), `${hostname().split('.')[0] ?? 'localhost'}.local`];
    const names = [...new Set([...own, ...hosts.filter((host) => isIP(host) === 0)])];
    const wanted = [...new Set(['127.0.0.1', '::1', ...hosts.filter((host) => isIP(host) !== 0)])];
    const fingerprint = createHash('sha256')
      .update([...names, ...wanted].join(' '))
      .digest('hex');
    const kept = await this.#keptServer(fingerprint);
    return kept ?? this.#issue(names, wanted, fingerprint);
  }

  async #keptServer(fingerprint: string): Promise<ServerCredentials | undefined> {
    const [cert, key, madeFor] = await Promise.all([
      this.#read('server.pem'),
      this.#read('server.key'),
      this.#read('server.for'),
    ]);
    if (cert === undefined || key === undefined || madeFor !== fingerprint) return undefined;
    const { certificate: authority } = await this.#authority();
    return fits(cert, key, authority.toString('pem')) && daysLeft(cert, this.#clock.now()) > renewBeforeDays
      ? { cert, key }
      : undefined;
  }

  async #issue(
    names: readonly string[],
    addresses: readonly string[],
    fingerprint: string,
  ): Promise<ServerCredentials> {
    const authority = await this.#authority();
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const now = this.#clock.now();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: 'CN=DataYoti Field broker',
      issuer: authority.certificate.subject,
      notBefore: new Date(now - backdateMs),
      notAfter: new Date(Math.min(now + serverDays * dayMs, authority.certificate.notAfter.getTime())),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: authority.key,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([
          ...names.map((value) => ({ type: 'dns' as const, value })),
          ...addresses.map((value) => ({ type: 'ip' as const, value })),
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
      ],
    });
    const cert = `${certificate.toString('pem')}\n${authority.certificate.toString('pem')}\n`;
    const key = await exportKey(keys.privateKey);
    await this.#write('server.key', key);
    await this.#write('server.pem', cert);
    await this.#write('server.for', fingerprint);
    return { cert, key };
  }

  async #authority(): Promise<{ certificate: x509.X509Certificate; key: webcrypto.CryptoKey }> {
    const [pem, keyPem] = await Promise.all([this.#read('authority.pem'), this.#read('authority.key')]);
    if (pem !== undefined && keyPem !== undefined)
      return { certificate: new x509.X509Certificate(pem), key: await importKey(keyPem) };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const now = this.#clock.now();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: `CN=DataYoti Field authority of ${hostname().replace(/[^\w.-]/g, '-')}`,
      notBefore: new Date(now - backdateMs),
      notAfter: new Date(now + authorityDays * dayMs),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    await this.#write('authority.key', await exportKey(keys.privateKey));
    await this.#write('authority.pem', `${certificate.toString('pem')}\n`);
    return { certificate, key: keys.privateKey };
  }

  async #write(name: string, text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFileAtomically(join(this.#folder, name), text);
  }

  async #read(name: string): Promise<string | undefined> {
    return readFile(join(this.#folder, name), 'utf8').catch(() => undefined);
  }
}

function describe(pem: string): AuthorityInfo {
  const certificate = new NodeCertificate(pem);
  return { pem, fingerprint: certificate.fingerprint256, notAfterMs: Date.parse(certificate.validTo) };
}

/** Of one pair, and signed by this authority: not so after a crash between two writes, or with a new authority. */
function fits(cert: string, key: string, authority: string): boolean {
  try {
    const certificate = new NodeCertificate(cert);
    return (
      certificate.checkPrivateKey(createPrivateKey(key)) &&
      certificate.verify(new NodeCertificate(authority).publicKey)
    );
  } catch {
    return false;
  }
}

function daysLeft(cert: string, nowMs: number): number {
  return (Date.parse(new NodeCertificate(cert).validTo) - nowMs) / dayMs;
}

/** RFC 5280, 4.1.2.2: positive and at most 20 octets. */
function serialNumber(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${(der.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
}
