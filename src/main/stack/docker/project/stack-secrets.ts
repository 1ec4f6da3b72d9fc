import { randomInt } from 'node:crypto';
import type { SecretStore } from '../../../foundation/platform.ts';

/** Passwords of the stack, by the name of the file that carries each into its container. */
export const secretNames = [
  'pg_password',
  'mqtt_ingestor_password',
  'grafana_reader_password',
  'mqtt_password',
  'gf_admin_password',
  // What Grafana encrypts its own secrets with: another one would make those unreadable.
  'gf_secret_key',
] as const;
export type SecretName = (typeof secretNames)[number];
export type StackSecretValues = Readonly<Record<SecretName, string>>;

/** About 190 bits; letters and digits, so that no file, address or shell needs to quote it. */
const length = 32;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const changedHere = 'docker.changed-here';

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

  /** For passwords that exist already: those of an imported `.env`. They take effect at the next start. */
  async take(values: Partial<StackSecretValues>): Promise<void> {
    await this.#store.set(changedHere, 'yes');
    await this.adopt(values);
  }

  /** For passwords that are in effect already: another installation made them. */
  async adopt(values: Partial<StackSecretValues>): Promise<void> {
    for (const name of secretNames) {
      const value = values[name];
      if (value !== undefined) await this.#store.set(`docker.${name}`, value);
    }
  }

  /** True while passwords that were changed here are not in effect yet. */
  async waiting(): Promise<boolean> {
    return (await this.#store.get(changedHere)) === 'yes';
  }

  /** All are in effect. */
  async settled(): Promise<void> {
    if (await this.waiting()) await this.#store.set(changedHere, 'no');
  }

  /** Of this installation, among those that use the same stack. */
  async installation(): Promise<string> {
    return (await this.#kept('installation')).slice(0, 12);
  }

  /** The application's own broker account; its password is in no file of the stack, only its hash. */
  async app(): Promise<{ readonly username: string; readonly password: string }> {
    const username = `field-app-${await this.installation()}`;
    return { username, password: await this.#kept('mqtt_app_password') };
  }

  /** New passwords for all. They take effect when they are put into the containers. */
  async renew(): Promise<void> {
    await this.#store.set(changedHere, 'yes');
    for (const name of secretNames)
      if (name !== 'gf_secret_key') await this.#store.set(`docker.${name}`, generateSecret());
  }

  async #kept(name: SecretName | 'mqtt_app_password' | 'installation'): Promise<string> {
    const kept = await this.#store.get(`docker.${name}`);
    if (kept !== undefined) return kept;
    const made = generateSecret();
    await this.#store.set(`docker.${name}`, made);
    return made;
  }
}
