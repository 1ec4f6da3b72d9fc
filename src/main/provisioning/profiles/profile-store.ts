import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import {
  profile as storedProfile,
  type BatchSettings,
  type ProvisioningProfile,
} from '../../../shared/contract/provisioning.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { isMissing, writeFileAtomically } from '../../foundation/atomic-file.ts';
import type { SecretStore } from '../../foundation/platform.ts';
import { SerialQueue } from '../../foundation/serial-queue.ts';

const fileForm = z.object({ version: z.literal(1), profiles: z.array(storedProfile) });
const secretName = (id: string): string => `provisioning.wifi.${id}`;

/** Settings for boards, kept per site; the Wi-Fi password lies with the other secrets, not in the file. */
export class ProfileStore {
  readonly #path: string;
  readonly #secrets: SecretStore;
  readonly #queue = new SerialQueue();

  constructor(path: string, secrets: SecretStore) {
    this.#path = path;
    this.#secrets = secrets;
  }

  /** @throws AppError `file.unreadable` */
  async list(): Promise<readonly ProvisioningProfile[]> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return [];
      throw this.#unreadable(error);
    }
    try {
      return fileForm.parse(JSON.parse(text)).profiles;
    } catch (error) {
      throw this.#unreadable(error);
    }
  }

  /** Empty for an open network, and where there is no such profile. */
  async wifiPassword(id: string): Promise<string> {
    return (await this.#secrets.get(secretName(id))) ?? '';
  }

  /** A `wifiPassword` of null keeps the one that the profile has. @returns the id, new where none was given */
  save(wanted: {
    readonly id: string | null;
    readonly siteRef: string;
    readonly name: string;
    readonly settings: BatchSettings;
  }): Promise<string> {
    return this.#queue.run(async () => {
      const id = wanted.id ?? randomUUID();
      const { wifiPassword, ...settings } = wanted.settings;
      const profiles = await this.list();
      const before = profiles.find((entry) => entry.id === id);
      if (wifiPassword !== null) {
        if (wifiPassword === '') await this.#secrets.delete(secretName(id));
        else await this.#secrets.set(secretName(id), wifiPassword);
      }
      const next: ProvisioningProfile = {
        id,
        siteRef: wanted.siteRef,
        name: wanted.name,
        settings,
        hasWifiPassword: wifiPassword === null ? (before?.hasWifiPassword ?? false) : wifiPassword !== '',
      };
      await this.#write([...profiles.filter((entry) => entry.id !== id), next]);
      return id;
    });
  }

  remove(id: string): Promise<void> {
    return this.#queue.run(async () => {
      await this.#write((await this.list()).filter((entry) => entry.id !== id));
      await this.#secrets.delete(secretName(id));
    });
  }

  async #write(profiles: readonly ProvisioningProfile[]): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    await writeFileAtomically(this.#path, `${JSON.stringify({ version: 1, profiles }, undefined, 2)}\n`);
  }

  #unreadable(cause: unknown): AppError {
    return new AppError(
      'file.unreadable',
      'The provisioning profiles cannot be read.',
      { path: this.#path },
      cause,
    );
  }
}
