import { createHash, type Hash } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { AppError } from '../../shared/domain/app-error.ts';
import { longestLineBytes } from './limits.ts';

/**
 * A file that carries rows: lines of JSON, packed with gzip. The first says what the file is, each block of rows is
 * followed by the SHA-256 over everything before it, and the last line says that nothing is missing. docs/sync.md has
 * the form.
 */

const format = 'datayoti-sync';
const version = 1;

const head = z.object({
  format: z.literal(format),
  version: z.number().int(),
  bundle: z.uuid(),
  createdMs: z.number(),
  appVersion: z.string().max(60),
  target: z.string().max(60),
});
export type BundleHead = z.infer<typeof head>;

const cell = z.union([z.string(), z.null()]);
const seriesBlock = z.object({
  relation: z.string().max(63),
  columns: z.array(z.array(cell).max(100_000)).max(50),
});
const rowsBlock = z.object({
  relation: z.string().max(63),
  rows: z
    .array(
      z.object({ key: z.string(), hash: z.string().max(64), content: z.record(z.string(), z.unknown()) }),
    )
    .max(100_000),
});
const block = z.union([seriesBlock, rowsBlock]);
export type BundleBlock = z.infer<typeof block>;
const mark = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  rows: z.number().int().min(0).optional(),
  end: z.literal(true).optional(),
});

/** Writes such a file under another name until it is whole. */
export class BundleWriter {
  readonly #path: string;
  readonly #partial: string;
  readonly #hash = createHash('sha256');
  readonly #gzip = createGzip();
  readonly #done: Promise<void>;
  #failure: unknown;
  #bytes = 0;
  #rows = 0;

  constructor(path: string) {
    this.#path = path;
    this.#partial = `${path}.part`;
    const out = createWriteStream(this.#partial, { mode: 0o600 });
    this.#gzip.on('data', (chunk: Buffer) => (this.#bytes += chunk.length));
    this.#done = pipeline(this.#gzip, out);
    this.#done.catch((error: unknown) => (this.#failure ??= error));
  }

  async begin(facts: Omit<BundleHead, 'format' | 'version'>): Promise<void> {
    await this.#line({ format, version, ...facts });
  }

  async add(rows: BundleBlock, count: number): Promise<void> {
    this.#rows += count;
    await this.#line(rows);
    await this.#line({ sha256: this.#digest() });
  }

  /** @returns the SHA-256 of all rows, which names the file, and what is in it */
  async finish(): Promise<{ readonly sha256: string; readonly rows: number; readonly bytes: number }> {
    const sha256 = this.#digest();
    await this.#line({ sha256, rows: this.#rows, end: true });
    this.#gzip.end();
    await this.#guarded(this.#done);
    await this.#guarded(rename(this.#partial, this.#path));
    return { sha256, rows: this.#rows, bytes: this.#bytes };
  }

  /** Nothing is left of it. */
  async discard(): Promise<void> {
    this.#gzip.destroy();
    await this.#done.catch(() => undefined);
    await rm(this.#partial, { force: true });
  }

  #digest(): string {
    return this.#hash.copy().digest('hex');
  }

  async #line(value: unknown): Promise<void> {
    const text = `${JSON.stringify(value)}\n`;
    this.#hash.update(text);
    if (this.#failure !== undefined || this.#gzip.destroyed) throw this.#unwritable(this.#failure);
    if (this.#gzip.write(text)) return;
    await this.#guarded(
      new Promise<void>((resolve, reject) => {
        const drained = (): void => settle(resolve);
        const ended = (): void => settle(() => reject(this.#failure ?? new Error('the file was closed')));
        const settle = (then: () => void): void => {
          this.#gzip.off('drain', drained);
          this.#gzip.off('close', ended);
          then();
        };
        this.#gzip.once('drain', drained);
        this.#gzip.once('close', ended);
      }),
    );
  }

  async #guarded<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.#unwritable(this.#failure ?? error);
    }
  }

  #unwritable(cause: unknown): AppError {
    return new AppError(
      'file.unwritable',
      `The file ${this.#path} cannot be written.`,
      { file: this.#path },
      cause,
    );
  }
}

/**
 * Reads such a file and checks it as far as it reads: each block is given only after its hash was right. Whoever wants
 * all or nothing reads it twice.
 *
 * @throws AppError `sync.not-a-bundle`, `sync.bundle-damaged`, `sync.bundle-newer`, `file.unreadable`
 */
export async function* readBundle(
  path: string,
): AsyncGenerator<
  | { readonly type: 'head'; readonly head: BundleHead }
  | { readonly type: 'block'; readonly block: BundleBlock }
  | { readonly type: 'end'; readonly sha256: string },
  void,
  undefined
> {
  const hash = createHash('sha256');
  let waiting: BundleBlock | undefined;
  let begun = false;
  let rows = 0;
  for await (const line of lines(path)) {
    const value = parsed(line, path, begun);
    if (!begun) {
      yield { type: 'head', head: headOf(value, path) };
      begun = true;
    } else if (waiting === undefined) {
      const ending = mark.safeParse(value);
      if (ending.success && ending.data.end === true) {
        if (ending.data.sha256 !== hexOf(hash) || ending.data.rows !== rows) throw damaged(path);
        yield { type: 'end', sha256: ending.data.sha256 };
        return;
      }
      const { data } = block.safeParse(value);
      if (data === undefined) throw damaged(path);
      waiting = data;
      rows += 'rows' in data ? data.rows.length : (data.columns[0]?.length ?? 0);
    } else {
      const { data } = mark.safeParse(value);
      if (data?.sha256 !== hexOf(hash)) throw damaged(path);
      yield { type: 'block', block: waiting };
      waiting = undefined;
    }
    hash.update(line).update('\n');
  }
  throw begun ? damaged(path) : notABundle(path);
}

function hexOf(hash: Hash): string {
  return hash.copy().digest('hex');
}

function headOf(value: unknown, path: string): BundleHead {
  const { data } = head.safeParse(value);
  if (data === undefined) throw notABundle(path);
  if (data.version > version)
    throw new AppError('sync.bundle-newer', 'The file was written by a newer version of this application.', {
      file: path,
      version: data.appVersion,
    });
  return data;
}

function parsed(line: Buffer, path: string, begun: boolean): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (error) {
    throw begun ? damaged(path, error) : notABundle(path, error);
  }
}

/** Unpacked, one at a time, without holding more than one. */
async function* lines(path: string): AsyncGenerator<Buffer, void, undefined> {
  const file = createReadStream(path);
  const unpacked = file.pipe(createGunzip());
  file.on('error', (error) => unpacked.destroy(error));
  let begun = false;
  let held: Buffer[] = [];
  let heldBytes = 0;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        yield Buffer.concat([...held, chunk.subarray(from, at)]);
        [held, heldBytes, from, begun] = [[], 0, at + 1, true];
      }
      const rest = chunk.subarray(from);
      if (rest.length > 0) held.push(rest);
      heldBytes += rest.length;
      if (heldBytes > longestLineBytes) throw begun ? damaged(path) : notABundle(path);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code.startsWith('Z_')) throw begun ? damaged(path, error) : notABundle(path, error);
    throw new AppError('file.unreadable', `The file ${path} cannot be read.`, { file: path }, error);
  } finally {
    file.destroy();
    unpacked.destroy();
  }
}

function damaged(path: string, cause?: unknown): AppError {
  return new AppError(
    'sync.bundle-damaged',
    'The file was changed or cut after it was written.',
    { file: path },
    cause,
  );
}

function notABundle(path: string, cause?: unknown): AppError {
  return new AppError('sync.not-a-bundle', 'The file does not hold rows to sync.', { file: path }, cause);
}
