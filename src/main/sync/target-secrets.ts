import { createHash } from 'node:crypto';
import type { SyncAddress } from '../../shared/contract/sync.ts';
import type { SecretStore } from '../foundation/platform.ts';

/**
 * Passwords by the address that they are for, not by a number of the local database: there may be several of those, and
 * no password must ever go to another address than its own.
 */
function nameOf({ host, port, database, user }: SyncAddress): string {
  const text = JSON.stringify([host.toLowerCase(), port, database, user]);
  return `sync.${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
}

export class TargetSecrets {
  readonly #secrets: SecretStore;

  constructor(secrets: SecretStore) {
    this.#secrets = secrets;
  }

  async get(address: SyncAddress): Promise<string | undefined> {
    return this.#secrets.get(nameOf(address));
  }

  async set(address: SyncAddress, password: string): Promise<void> {
    await this.#secrets.set(nameOf(address), password);
  }

  async delete(address: SyncAddress): Promise<void> {
    await this.#secrets.delete(nameOf(address));
  }
}
