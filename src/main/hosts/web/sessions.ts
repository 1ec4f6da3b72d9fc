import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { writeFileAtomically } from '../../foundation/atomic-file.ts';
import type { Clock } from '../../foundation/clock.ts';
import { drop } from '../../foundation/drop.ts';
import type { Log } from '../../foundation/log.ts';
import { SerialQueue } from '../../foundation/serial-queue.ts';

const derive = promisify(scrypt) as (password: string, salt: Buffer, bytes: number) => Promise<Buffer>;
const sessionsAtMost = 200;
/** Seconds for which a browser keeps its session. */
export const sessionSeconds = 30 * 86_400;

const seal = z.object({ salt: z.string(), hash: z.string() });
const stored = z.object({
  version: z.literal(1),
  /** Of the passphrase under which they were opened; with another one they end. */
  passphrase: seal.nullable(),
  sessions: z.array(z.object({ digest: z.string(), untilMs: z.number() })),
});
type Seal = z.infer<typeof seal>;

interface Keeping {
  readonly path: string;
  readonly passphrase: Seal | null;
  readonly log: Log;
}

/**
 * The browsers that may come in, as digests of their tokens: the file, and the comparison, give no token away.
 * Kept in a file that its owner alone reads, so that an open page goes on after the application was restarted.
 */
export class Sessions {
  readonly #clock: Clock;
  readonly #keeping: Keeping | undefined;
  readonly #queue = new SerialQueue();
  #untilMs = new Map<string, number>();

  /** For as long as the process lives; `open` keeps them for longer. */
  constructor(clock: Clock, keeping?: Keeping) {
    this.#clock = clock;
    this.#keeping = keeping;
  }

  /**
   * With what is kept at `path`, where that can be read and the passphrase is still the same; else empty.
   *
   * @param options.passphrase `undefined` where the page has none
   */
  static async open(options: {
    readonly path: string;
    readonly passphrase: string | undefined;
    readonly clock: Clock;
    readonly log: Log;
  }): Promise<Sessions> {
    const { path, passphrase, clock, log } = options;
    const kept = await read(path);
    const same = kept !== undefined && (await opens(kept.passphrase, passphrase));
    const sessions = new Sessions(clock, {
      path,
      passphrase: same ? kept.passphrase : await sealOf(passphrase),
      log,
    });
    if (same) sessions.#untilMs = new Map(kept.sessions.map(({ digest, untilMs }) => [digest, untilMs]));
    return sessions;
  }

  has(token: string): boolean {
    return (this.#untilMs.get(digest(token)) ?? 0) > this.#clock.now();
  }

  /** Of more than 200 the oldest ends. */
  add(token: string): void {
    const now = this.#clock.now();
    const good = [...this.#untilMs].filter(([, untilMs]) => untilMs > now);
    this.#untilMs = new Map([
      ...good.slice(-(sessionsAtMost - 1)),
      [digest(token), now + sessionSeconds * 1000],
    ]);
    if (this.#keeping !== undefined) drop(this.#write(this.#keeping), this.#keeping.log, 'keeping a session');
  }

  /** Resolves when what was added is on the disk, or could not be put there. */
  async close(): Promise<void> {
    await this.#queue.run(() => Promise.resolve());
  }

  #write({ path, passphrase }: Keeping): Promise<void> {
    return this.#queue.run(() => {
      const sessions = [...this.#untilMs].map(([key, untilMs]) => ({ digest: key, untilMs }));
      const content: z.infer<typeof stored> = { version: 1, passphrase, sessions };
      return writeFileAtomically(path, JSON.stringify(content));
    });
  }
}

/** A file that is missing or damaged costs no more than the sessions: each browser opens a link again. */
async function read(path: string): Promise<z.infer<typeof stored> | undefined> {
  try {
    return stored.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

async function sealOf(passphrase: string | undefined): Promise<Seal | null> {
  if (passphrase === undefined) return null;
  const salt = randomBytes(16);
  return { salt: salt.toString('hex'), hash: (await derive(passphrase, salt, 32)).toString('hex') };
}

async function opens(kept: Seal | null, passphrase: string | undefined): Promise<boolean> {
  if (kept === null || passphrase === undefined) return kept === null && passphrase === undefined;
  const expected = Buffer.from(kept.hash, 'hex');
  const actual = await derive(passphrase, Buffer.from(kept.salt, 'hex'), 32);
  return expected.length === actual.length && timingSafeEqual(actual, expected);
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
