import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/domain/app-error.ts';
import { isMissing, writeFileAtomically } from './atomic-file.ts';
import type { SecretStore } from './platform.ts';
import { SerialQueue } from './serial-queue.ts';

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/**
 * Secrets for hosts without a key store: one encrypted file, its key beside it readable by the owner alone. It
 * keeps secrets out of backups of single files and out of accidental sight, not from the owner's account itself.
 */
export class FileSecrets implements SecretStore {
  readonly #folder: string;
  readonly #givenKey: string | undefined;
  readonly #queue = new SerialQueue();

  /**
   * @param givenKey file with the key where the system provides one (systemd's `CREDENTIALS_DIRECTORY`), of any
   *   content from 32 bytes on; without it a key is made beside the secrets
   */
  constructor(folder: string, givenKey?: string) {
    this.#folder = folder;
    this.#givenKey = givenKey;
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
    const sealed = await this.#file(this.#path('secrets.bin'));
    if (sealed === undefined) return {};
    const key = await this.#key();
    if (key === undefined) throw this.#unreadable('The key of the stored secrets is missing.');
    try {
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
      const text = Buffer.concat([
        decipher.update(sealed.subarray(ivBytes + tagBytes)),
        decipher.final(),
      ]).toString('utf8');
      return JSON.parse(text) as Record<string, string>;
    } catch (error) {
      throw this.#unreadable('The stored secrets cannot be read; their key does not fit.', error);
    }
  }

  async #write(secrets: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const key = (await this.#key()) ?? (await this.#makeKey());
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv(algorithm, key, iv);
    const body = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
    await writeFileAtomically(this.#path('secrets.bin'), Buffer.concat([iv, cipher.getAuthTag(), body]));
  }

  async #key(): Promise<Buffer | undefined> {
    if (this.#givenKey === undefined) return this.#file(this.#path('secrets.key'));
    const given = await this.#file(this.#givenKey);
    if (given === undefined || given.length < keyBytes)
      throw this.#unreadable(`The key file ${this.#givenKey} is missing or shorter than ${keyBytes} bytes.`);
    return createHash('sha256').update(given).digest();
  }

  async #makeKey(): Promise<Buffer> {
    const key = randomBytes(keyBytes);
    await writeFileAtomically(this.#path('secrets.key'), key);
    return key;
  }

  /** `undefined` only where the file does not exist: one that cannot be read must never be replaced by a new one. */
  async #file(path: string): Promise<Buffer | undefined> {
    try {
      return await readFile(path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw this.#unreadable(`${path} cannot be read.`, error);
    }
  }

  #unreadable(message: string, cause?: unknown): AppError {
    return new AppError('secret.unreadable', message, { folder: this.#folder }, cause);
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
