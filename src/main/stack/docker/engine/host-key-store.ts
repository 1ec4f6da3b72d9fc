import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomically } from '../../../foundation/atomic-file.ts';
import { KnownHosts, knownHostLine, withoutHost } from './known-hosts.ts';

/** The keys of ssh hosts that the person's own ssh trusts, and those that were agreed to in this application. */
export class HostKeyStore {
  readonly #files: readonly string[];
  readonly #ownFile: string;

  /**
   * @param files of the person and the system; read, never written
   * @param ownFile the application's, in the same format
   */
  constructor(files: readonly string[], ownFile: string) {
    this.#files = files;
    this.#ownFile = ownFile;
  }

  /** Read anew each time: `ssh-keygen -R` in a terminal counts at once. */
  async read(): Promise<KnownHosts> {
    return new KnownHosts(await Promise.all([...this.#files, this.#ownFile].map(textOf)));
  }

  async trust(host: string, port: number, key: Buffer): Promise<void> {
    const kept = await textOf(this.#ownFile);
    await this.#write(
      `${kept}${kept === '' || kept.endsWith('\n') ? '' : '\n'}${knownHostLine(host, port, key)}`,
    );
  }

  /** Forgets what was agreed to in this application; the person's own file stays as it is. */
  async forget(host: string, port: number): Promise<void> {
    const kept = await textOf(this.#ownFile);
    if (kept !== '') await this.#write(withoutHost(kept, host, port));
  }

  async #write(text: string): Promise<void> {
    await mkdir(dirname(this.#ownFile), { recursive: true });
    await writeFileAtomically(this.#ownFile, text);
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // A file that is there but cannot be read must not make a known host look like a new one.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
