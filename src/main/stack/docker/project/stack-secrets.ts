import { randomInt } from 'node:crypto';
import type { SecretStore } from '../../../foundation/platform.ts';

/** Passwords of the stack, by the name of the file that carries each into its container. */
export const secretNames = [
  'pg_password',
  'mqtt_ingestor_password',
  'grafana_reader_password',
  'mqtt_password',
  'gf_admin_password',
] as const;
export type SecretName = (typeof secretNames)[number];
export type StackSecretValues = Readonly<Record<SecretName, string>>;

/** About 190 bits; letters and digits, so that no file, address or shell needs to quote it. */
const length = 32;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function generateSecret(): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Kept in the host's secret store as `docker.NAME`; each is made on first use. */
export class StackSecrets {
  readonly #store: SecretStore;

  constructor(store: SecretStore) {
    this.#store = store;
  }

  async all(): Promise<StackSecretValues> {
    const values: Partial<Record<SecretName, string>> = {};
    for (const name of secretNames) values[name] = await this.#kept(name);
    return values as StackSecretValues;
  }

  /** For passwords that exist already: those of an imported `.env`. */
  async take(values: Partial<StackSecretValues>): Promise<void> {
    for (const name of secretNames) {
      const value = values[name];
      if (value !== undefined) await this.#store.set(`docker.${name}`, value);
    }
  }

  async #kept(name: SecretName): Promise<string> {
    const kept = await this.#store.get(`docker.${name}`);
    if (kept !== undefined) return kept;
    const made = generateSecret();
    await this.#store.set(`docker.${name}`, made);
    return made;
  }
}
