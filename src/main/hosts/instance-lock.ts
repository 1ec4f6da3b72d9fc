import { randomBytes, timingSafeEqual } from 'node:crypto';
import { link, mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { isMissing } from '../foundation/atomic-file.ts';
import { isAlive } from '../foundation/processes.ts';

const instanceFile = z.object({
  pid: z.number().int(),
  /** Loopback port on which the instance answers who knows the secret. */
  port: z.number().int(),
  controlSecret: z.string(),
});
export type Instance = z.infer<typeof instanceFile>;

/** What a running instance answers: a fresh link of its page, `null` where it has none (a window, a command). */
const instanceAnswer = z.object({ link: z.string().nullable() });
export type InstanceAnswer = z.infer<typeof instanceAnswer>;

const askLimitMs = 3_000;
const longestQuestion = 200;
const takeoverLimitMs = 10_000;
const takeoverPollMs = 20;

/**
 * One running application per data folder, whichever host it is. The file names a loopback port and a secret;
 * whoever finds the file asks there. A process that only reuses the number of one that was killed does not
 * answer, so its file is taken over.
 */
export class InstanceLock {
  readonly #path: string;
  readonly #secret = randomBytes(32).toString('base64url');
  readonly #server: Server;
  #onAsk: () => string | null = () => null;

  private constructor(path: string) {
    this.#path = path;
    this.#server = createServer((socket) => this.#answer(socket));
    this.#server.unref();
  }

  /** @returns the lock, or who has it already */
  static async take(dataFolder: string): Promise<InstanceLock | Instance> {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    const lock = new InstanceLock(pathIn(dataFolder));
    const holder = await lock.#take();
    if (holder === undefined) return lock;
    await lock.#stopAnswering();
    return holder;
  }

  /** What to do when the application is started once more: show the window, or give a link of the page. */
  whenAsked(answer: () => string | null): void {
    this.#onAsk = answer;
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
    await this.#stopAnswering();
  }

  async #take(): Promise<Instance | undefined> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = this.#server.address() as AddressInfo;
    const draft = `${this.#path}.${randomBytes(6).toString('hex')}`;
    const own: Instance = { pid: process.pid, port, controlSecret: this.#secret };
    await writeFile(draft, JSON.stringify(own), { mode: 0o600 });
    try {
      // A link is there with its whole content or not at all: nobody can read a file that is half written.
      while (!(await linked(draft, this.#path))) {
        const text = await readIfThere(this.#path);
        if (text === undefined) continue;
        const holder = parse(text);
        if (holder !== undefined && (await ask(holder)) !== undefined) return holder;
        await removeIfStill(this.#path, text);
      }
      return undefined;
    } finally {
      await rm(draft, { force: true });
    }
  }

  #answer(socket: Socket): void {
    let question = '';
    socket.setTimeout(askLimitMs, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.setEncoding('utf8').on('data', (text: string) => {
      question += text;
      if (question.length > longestQuestion) socket.destroy();
      if (!question.endsWith('\n')) return;
      if (sameSecret(question.trimEnd(), this.#secret))
        socket.end(JSON.stringify({ link: this.#onAsk() } satisfies InstanceAnswer));
      else socket.destroy();
    });
  }

  #stopAnswering(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** The running application of a data folder, `undefined` where none runs. Changes nothing. */
export async function runningInstance(dataFolder: string): Promise<Instance | undefined> {
  const text = await readIfThere(pathIn(dataFolder));
  const holder = text === undefined ? undefined : parse(text);
  return holder !== undefined && (await ask(holder)) !== undefined ? holder : undefined;
}

/** Asks a running application to show itself; `undefined` where it is gone. */
export function ask({ port, controlSecret, pid }: Instance): Promise<InstanceAnswer | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(`${controlSecret}\n`));
    socket.setTimeout(askLimitMs, () => {
      // It listens but is too busy to answer: there, as long as its process is.
      resolve(isAlive(pid) ? { link: null } : undefined);
      socket.destroy();
    });
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(parseAnswer(text)));
  });
}

function pathIn(dataFolder: string): string {
  return join(dataFolder, 'instance.json');
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a stale file, and never the fresh one that another start has put in its place meanwhile: only one start
 * at a time may look and remove. That right is a folder; one left by a start that was killed right then expires.
 */
async function removeIfStill(path: string, text: string): Promise<void> {
  const right = `${path}.takeover`;
  try {
    await mkdir(right);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const since = await stat(right).catch(() => undefined);
    if (since !== undefined && Date.now() - since.mtimeMs > takeoverLimitMs)
      await rmdir(right).catch(() => undefined);
    await wait(takeoverPollMs);
    return;
  }
  try {
    if ((await readIfThere(path)) === text) await rm(path, { force: true });
  } finally {
    await rmdir(right).catch(() => undefined);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function parse(text: string): Instance | undefined {
  return fromJson(text, instanceFile);
}

function parseAnswer(text: string): InstanceAnswer | undefined {
  return fromJson(text, instanceAnswer);
}

function fromJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function sameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
