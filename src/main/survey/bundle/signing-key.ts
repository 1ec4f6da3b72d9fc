import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';
import type { SecretStore } from '../../foundation/platform.ts';

const secretName = 'survey.signing-key';

/** The laptop's own key; the private part never leaves this object and the secret store. */
export interface SigningKey {
  /** SubjectPublicKeyInfo in DER, base64. */
  readonly publicKey: string;
  /** SHA-256 of the same, hexadecimal. */
  readonly fingerprint: string;
  sign(content: Uint8Array): Buffer;
}

/**
 * The key that signs this laptop's reports; made at its first use.
 *
 * @throws AppError `secret.unreadable` where one is stored and cannot be read: a new one would make every older report
 * look as if another laptop had signed it
 */
export async function loadSigningKey(secrets: SecretStore): Promise<SigningKey> {
  const stored = await secrets.get(secretName);
  if (stored !== undefined) return keyOf(createPrivateKey(stored));
  const { privateKey } = generateKeyPairSync('ed25519');
  await secrets.set(secretName, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return keyOf(privateKey);
}

function keyOf(privateKey: KeyObject): SigningKey {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return {
    publicKey: der.toString('base64'),
    fingerprint: createHash('sha256').update(der).digest('hex'),
    sign: (content) => sign(null, content, privateKey),
  };
}

/** @returns `undefined` where it is no public key of Ed25519 */
export function publicKeyOf(
  base64: string,
): { readonly key: KeyObject; readonly fingerprint: string } | undefined {
  const der = Buffer.from(base64, 'base64');
  try {
    const key = createPublicKey({ key: der, type: 'spki', format: 'der' });
    if (key.asymmetricKeyType !== 'ed25519') return undefined;
    return { key, fingerprint: createHash('sha256').update(der).digest('hex') };
  } catch {
    return undefined;
  }
}
