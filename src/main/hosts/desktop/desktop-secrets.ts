import { join } from 'node:path';
import { FileSecrets } from '../../foundation/file-secrets.ts';
import type { SecretStore } from '../../foundation/platform.ts';
import { KeyStoreSecrets, type KeyStore } from './key-store-secrets.ts';

/**
 * The passwords of the database lie beside it in a private file, as in the other hosts: the web page and the
 * command line must open the same database. Everything else goes under the key of the system's own store, where
 * it has one (a bare Linux has none).
 */
export function desktopSecrets(
  data: string,
  keys: KeyStore & { isEncryptionAvailable(): boolean },
): SecretStore {
  const shared = new FileSecrets(join(data, 'secrets'));
  const own = keys.isEncryptionAvailable()
    ? new KeyStoreSecrets(join(data, 'sealed-secrets.json'), keys)
    : shared;
  const storeOf = (name: string): SecretStore => (name.startsWith('postgres.') ? shared : own);
  return {
    get: (name) => storeOf(name).get(name),
    set: (name, value) => storeOf(name).set(name, value),
    delete: (name) => storeOf(name).delete(name),
  };
}
