import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../foundation/atomic-file.ts';

const instanceFile = z.object({
  pid: z.number().int(),
  origin: z.url().nullable(),
  controlSecret: z.string(),
});
type Instance = z.infer<typeof instanceFile>;

const askLimitMs = 3_000;

/** One running application per data folder. */
export class InstanceLock {
  readonly controlSecret = randomBytes(32).toString('base64url');
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @returns the lock, or who has it already; the file of a process that is gone is taken over */
  static async take(dataFolder: string): Promise<InstanceLock | Instance> {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    const lock = new InstanceLock(join(dataFolder, 'instance.json'));
    for (;;) {
      try {
        const handle = await open(lock.#path, 'wx', 0o600);
        await handle.writeFile(
          JSON.stringify({
            pid: process.pid,
            origin: null,
            controlSecret: lock.controlSecret,
          } satisfies Instance),
        );
        await handle.close();
        return lock;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const holder = await readInstance(lock.#path);
        if (holder !== undefined && isAlive(holder.pid)) return holder;
        await rm(lock.#path, { force: true });
      }
    }
  }

  async tellOrigin(origin: string): Promise<void> {
    const instance: Instance = { pid: process.pid, origin, controlSecret: this.controlSecret };
    await writeFileAtomically(this.#path, JSON.stringify(instance));
  }

  release(): Promise<void> {
    return rm(this.#path, { force: true });
  }
}

/** Asks the running application for a fresh one-time link; `undefined` where it does not answer. */
export function askForLink({ origin, controlSecret }: Instance): Promise<string | undefined> {
  if (origin === null) return Promise.resolve(undefined);
  const ask = origin.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    // Its certificate is our own, of this machine's authority, and the secret only ever goes to loopback.
    const asking = ask(
      `${origin}/control/link`,
      {
        method: 'POST',
        headers: { 'x-datayoti-control': controlSecret },
        timeout: askLimitMs,
        rejectUnauthorized: false,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () =>
          resolve(response.statusCode === 200 ? `${origin}/open?token=${body}` : undefined),
        );
      },
    );
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve(undefined));
    asking.end();
  });
}

async function readInstance(path: string): Promise<Instance | undefined> {
  try {
    return instanceFile.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Alive and ours: after a reboot the number may belong to any program. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
