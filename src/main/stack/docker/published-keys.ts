import type { SecretStore } from '../../foundation/platform.ts';
import { writeEnvFile } from './project/index.ts';
import { publishedAccess, type PublishedAccess } from './published-stack.ts';

const name = 'docker.published-access';

/** How to get into the published stack that is used, in the host's secret store and nowhere else. */
export class PublishedKeys {
  readonly #store: SecretStore;

  constructor(store: SecretStore) {
    this.#store = store;
  }

  /** @throws AppError `secret.unreadable` */
  async get(): Promise<PublishedAccess | undefined> {
    const kept = await this.#store.get(name);
    return kept === undefined ? undefined : publishedAccess(kept);
  }

  /** Of its `.env` only what is needed. */
  async keep({ database, boards }: PublishedAccess): Promise<void> {
    const values = {
      PG_USER: database.user,
      PG_PASSWORD: database.password,
      PG_DATABASE: database.database,
      ...(boards === null ? {} : { MQTT_USER: boards.username, MQTT_PASSWORD: boards.password }),
    };
    await this.#store.set(name, writeEnvFile(values, 'The published stack that is used.'));
  }

  async forget(): Promise<void> {
    await this.#store.delete(name);
  }
}
