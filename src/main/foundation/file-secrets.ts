import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/domain/app-error.ts';
import { writeFileAtomically } from './atomic-file.ts';
import type { SecretStore } from './platform.ts';
import { SerialQueue } from './serial-queue.ts';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/**
 * Secrets for hosts without a key store: one encrypted file, its key beside it readable by the owner alone. It
 * keeps secrets out of backups of single files and out of accidental sight, not from the owner's account itself.
 */
export class FileSecrets implements SecretStore {
  readonly #folder: string;
  readonly #queue = new SerialQueue();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async get(name: string): Promise<string | undefined> {
    return (await this.#queue.run(() => this.#read()))[name];
  }

  set(name: string, value: string): Promise<void> {
    return this.#change((secrets) => {
      secrets[name] = value;
    });
  }

  delete(name: string): Promise<void> {
    return this.#change((secrets) => {
      delete secrets[name];
    });
  }

  #change(work: (secrets: Record<string, string>) => void): Promise<void> {
    return this.#queue.run(async () => {
      const secrets = await this.#read();
      work(secrets);
      await this.#write(secrets);
    });
  }

  async #read(): Promise<Record<string, string>> {
    const sealed = await readFile(this.#path('secrets.bin')).catch(() => undefined);
    if (sealed === undefined) return {};
    try {
      const decipher = createDecipheriv(algorithm, await this.#key(), sealed.subarray(0, ivBytes));
      decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
      const text = Buffer.concat([
        decipher.update(sealed.subarray(ivBytes + tagBytes)),
        decipher.final(),
      ]).toString('utf8');
      return JSON.parse(text) as Record<string, string>;
    } catch (error) {
      throw new AppError(
        'secret.unreadable',
        'The stored secrets cannot be read; their key does not fit.',
        { folder: this.#folder },
        error,
      );
    }
  }

  async #write(secrets: Readonly<Record<string, string>>): Promise<void> {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv(algorithm, await this.#key(), iv);
    const body = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
    await writeFileAtomically(this.#path('secrets.bin'), Buffer.concat([iv, cipher.getAuthTag(), body]));
  }

  async #key(): Promise<Buffer> {
    const kept = await readFile(this.#path('secrets.key')).catch(() => undefined);
    if (kept !== undefined) return kept;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const key = randomBytes(32);
    await writeFileAtomically(this.#path('secrets.key'), key);
    return key;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

/** A random password kept under a name: the same at every later call. */
export async function keptPassword(secrets: SecretStore, name: string): Promise<string> {
  const kept = await secrets.get(name);
  if (kept !== undefined) return kept;
  const made = randomBytes(24).toString('base64url');
  await secrets.set(name, made);
  return made;
}
