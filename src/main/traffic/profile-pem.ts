import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { Profile } from '../../shared/contract/traffic-parts.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { ProfileSecrets } from './source.ts';

/** What is wrong with the certificates of a profile, or with what a broker answers to them. */
export type CertificateFault =
  | 'ca-unreadable'
  | 'certificate-unreadable'
  | 'certificate-missing'
  | 'certificate-expired'
  | 'key-unreadable'
  | 'key-encrypted'
  | 'key-missing'
  | 'key-other'
  | 'untrusted'
  | 'expired'
  | 'not-yet-valid'
  | 'name'
  | 'client-wanted'
  | 'client-refused';

type Certificates = Pick<Profile, 'ca' | 'certificate'>;

const block =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/gu;

/** The `context` picks the words. */
export function certificateError(context: CertificateFault, cause?: unknown): AppError {
  return new AppError(
    'traffic.certificate',
    `Certificate of the connection: ${context}.`,
    { context },
    cause,
  );
}

/**
 * Certificates and key as text make sense and belong together. @throws AppError `traffic.certificate` (data: context,
 * a `CertificateFault`)
 */
export function mustFit({ ca, certificate }: Certificates, { key }: Pick<ProfileSecrets, 'key'>): void {
  if (ca !== '') certificatesOf(ca, 'ca-unreadable');
  if (certificate === '' && key === null) return;
  if (certificate === '') throw certificateError('certificate-missing');
  if (key === null) throw certificateError('key-missing');
  const own = certificatesOf(certificate, 'certificate-unreadable')[0];
  if (own?.checkPrivateKey(keyOf(key)) !== true) throw certificateError('key-other');
}

/** @throws AppError `traffic.certificate` where the client's own is over: brokers close without a word */
export function mustBeInTime({ certificate }: Pick<Profile, 'certificate'>, nowMs: number): void {
  if (certificate === '') return;
  const own = certificatesOf(certificate, 'certificate-unreadable')[0];
  if (own !== undefined && Date.parse(own.validTo) < nowMs) throw certificateError('certificate-expired');
}

function certificatesOf(pem: string, fault: CertificateFault): readonly X509Certificate[] {
  const blocks = pem.match(block);
  if (blocks === null) throw certificateError(fault);
  try {
    return blocks.map((text) => new X509Certificate(text));
  } catch (error) {
    throw certificateError(fault, error);
  }
}

function keyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    // The cause holds nothing of the key.
    throw certificateError(/ENCRYPTED/u.test(pem) ? 'key-encrypted' : 'key-unreadable', error);
  }
}
