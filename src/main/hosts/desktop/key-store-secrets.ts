import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../../shared/domain/app-error.ts';
import { writeFileAtomically } from '../../foundation/atomic-file.ts';
import type { SecretStore } from '../../foundation/platform.ts';
import { SerialQueue } from '../../foundation/serial-queue.ts';

/** The part of Electron's `safeStorage` that is used: its asynchronous calls, the only ones that stay. */
export interface KeyStore {
  encryptStringAsync(plainText: string): Promise<Buffer>;
  decryptStringAsync(encrypted: Buffer): Promise<{ result: string }>;
}

const form = z.record(z.string(), z.string());

/** Secrets under the key of the operating system's own store, one file of sealed values. */
export class KeyStoreSecrets implements SecretStore {
  readonly #path: string;
  readonly #keys: KeyStore;
  readonly #queue = new SerialQueue();

  constructor(path: string, keys: KeyStore) {
    this.#path = path;
    this.#keys = keys;
  }

  async get(name: string): Promise<string | undefined> {
    const sealed = (await this.#read())[name];
    if (sealed === undefined) return undefined;
    try {
      return (await this.#keys.decryptStringAsync(Buffer.from(sealed, 'base64'))).result;
    } catch (error) {
      throw new AppError(
        'secret.unreadable',
        'A stored secret cannot be opened with the key of this account.',
        { name },
        error,
      );
    }
  }

  set(name: string, value: string): Promise<void> {
    return this.#change(async (sealed) => {
      sealed[name] = (await this.#keys.encryptStringAsync(value)).toString('base64');
    });
  }

  delete(name: string): Promise<void> {
    return this.#change((sealed) => {
      delete sealed[name];
      return Promise.resolve();
    });
  }

  #change(work: (sealed: Record<string, string>) => Promise<void>): Promise<void> {
    return this.#queue.run(async () => {
      const sealed = await this.#read();
      await work(sealed);
      await writeFileAtomically(this.#path, JSON.stringify(sealed));
    });
  }

  async #read(): Promise<Record<string, string>> {
    const text = await readFile(this.#path, 'utf8').catch(() => undefined);
    if (text === undefined) return {};
    try {
      return form.parse(JSON.parse(text));
    } catch (error) {
      throw new AppError(
        'secret.unreadable',
        'The file with the secrets is damaged.',
        { path: this.#path },
        error,
      );
    }
  }
}
