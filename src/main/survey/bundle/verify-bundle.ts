import { createHash, verify, type KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open as openFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import {
  bundleManifest,
  bundleVersion,
  manifestHead,
  manifestName,
  mostManifestBytes,
  sealedText,
  sealLength,
  sealPrefix,
  signatureName,
  type BundleManifest,
} from './bundle-manifest.ts';
import { publicKeyOf } from './signing-key.ts';

const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);

export type BundleProblem =
  | 'not-readable'
  | 'key-unusable'
  | 'signature-wrong'
  | 'seal-missing'
  | 'seal-wrong'
  | 'file-missing'
  | 'file-altered'
  | 'file-added'
  | 'other-key';

export interface VerifiedBundle {
  readonly file: string;
  readonly valid: boolean;
  readonly problems: readonly { readonly problem: BundleProblem; readonly path: string }[];
  /** `null` where the archive is too damaged to tell. */
  readonly manifest: BundleManifest | null;
  /** SHA-256 of the public key inside; what it is worth depends on whose key that is. */
  readonly fingerprint: string | null;
}

type Found = (problem: BundleProblem, path?: string) => void;

/**
 * Checks a signed report: the signature of the list of files, each file against the list, and the seal over every byte
 * of the archive. The key comes with the archive, so whoever makes another archive can sign that one too: only its
 * fingerprint, compared with the printed one or given as `expected`, tells who signed.
 *
 * @param expected fingerprint that the key must have; spaces and colons between its digits do not matter
 * @throws AppError `file.unreadable`, `survey.not-a-report`, `survey.bundle-newer`
 */
export async function verifyReport(file: string, expected?: string): Promise<VerifiedBundle> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw new AppError('file.unreadable', `The file ${file} cannot be read.`, { file }, error);
  });
  const problems: { problem: BundleProblem; path: string }[] = [];
  const found: Found = (problem, path = '') => void problems.push({ problem, path });
  const result = (manifest: BundleManifest | null, fingerprint: string | null): VerifiedBundle => ({
    file,
    valid: problems.length === 0,
    problems,
    manifest,
    fingerprint,
  });
  let zip: yauzl.ZipFile;
  try {
    zip = await open(file, { lazyEntries: true, autoClose: false, strictFileNames: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw new AppError('file.unreadable', `The file ${file} cannot be read.`, { file }, error);
    if (!(await isSealed(file, size))) throw notAReport(file, error);
    found('not-readable');
    return result(null, null);
  }
  try {
    const entries = await entriesOf(zip);
    const content = await contentOf(zip, entries.get(manifestName), mostManifestBytes);
    const manifest = content === undefined ? undefined : manifestOf(content, file);
    if (content === undefined || manifest === undefined) {
      if (!(await isSealed(file, size))) throw notAReport(file);
      found(entries.has(manifestName) ? 'file-altered' : 'file-missing', manifestName);
      return result(null, null);
    }
    const key = publicKeyOf(manifest.publicKey);
    if (key === undefined) found('key-unusable', manifestName);
    else {
      const signature = await contentOf(zip, entries.get(signatureName), 1000);
      if (!isSigned(content, signature, key.key)) found('signature-wrong', manifestName);
      if (expected !== undefined && key.fingerprint !== digits(expected)) found('other-key');
      await checkSeal(file, size, key.key, found);
    }
    await checkFiles(zip, entries, manifest, found);
    return result(manifest, key?.fingerprint ?? null);
  } catch (error) {
    if (isAppError(error)) throw error;
    // The directory of the archive contradicts itself: it is one of ours only if it carries a seal.
    if (!(await isSealed(file, size))) throw notAReport(file, error);
    found('not-readable');
    return result(null, null);
  } finally {
    zip.close();
  }
}

const digits = (fingerprint: string): string => fingerprint.replaceAll(/[\s:]/g, '').toLowerCase();

async function checkFiles(
  zip: yauzl.ZipFile,
  entries: ReadonlyMap<string, yauzl.Entry>,
  { files }: BundleManifest,
  found: Found,
): Promise<void> {
  const listed = new Set([manifestName, signatureName, ...files.map(({ path }) => path)]);
  for (const path of entries.keys()) if (!listed.has(path)) found('file-added', path);
  for (const { path, bytes, sha256 } of files) {
    const entry = entries.get(path);
    if (entry === undefined) found('file-missing', path);
    else if (!(await hasHash(zip, entry, bytes, sha256))) found('file-altered', path);
  }
}

/** Stops as soon as there is more of it than was written: a bomb is not unpacked. */
async function hasHash(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  bytes: number,
  sha256: string,
): Promise<boolean> {
  const hash = createHash('sha256');
  let read = 0;
  try {
    for await (const piece of await openEntry(zip, entry)) {
      read += (piece as Buffer).length;
      if (read > bytes) return false;
      hash.update(piece as Buffer);
    }
  } catch {
    return false;
  }
  return read === bytes && hash.digest('hex') === sha256;
}

function isSigned(content: Buffer, signature: Buffer | undefined, key: KeyObject): boolean {
  const text = signature?.toString('latin1') ?? '';
  // Only one spelling of it: base64 has bits that mean nothing, and a changed one must be found.
  const value = Buffer.from(text, 'base64');
  return text === `${value.toString('base64')}\n` && value.length === 64 && verify(null, content, key, value);
}

async function checkSeal(file: string, size: number, key: KeyObject, found: Found): Promise<void> {
  const seal = await sealOf(file, size);
  if (seal === undefined) {
    found('seal-missing');
    return;
  }
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file, { end: size - sealLength - 1 }))
    hash.update(piece as Buffer);
  const value = Buffer.from(seal, 'base64');
  const whole = value.toString('base64') === seal && verify(null, sealedText(hash.digest('hex')), key, value);
  if (!whole) found('seal-wrong');
}

async function sealOf(file: string, size: number): Promise<string | undefined> {
  if (size <= sealLength) return undefined;
  const handle = await openFile(file);
  try {
    const end = Buffer.alloc(sealLength);
    await handle.read(end, 0, sealLength, size - sealLength);
    const text = end.toString('latin1');
    return text.startsWith(sealPrefix) ? text.slice(sealPrefix.length) : undefined;
  } finally {
    await handle.close();
  }
}

const isSealed = async (file: string, size: number): Promise<boolean> =>
  (await sealOf(file, size)) !== undefined;

function entriesOf(zip: yauzl.ZipFile): Promise<ReadonlyMap<string, yauzl.Entry>> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, yauzl.Entry>();
    zip.on('entry', (entry: yauzl.Entry) => {
      if (entries.has(entry.fileName)) reject(new Error(`${entry.fileName} is there twice`));
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.once('end', () => resolve(entries));
    zip.once('error', reject);
    zip.readEntry();
  });
}

function openEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error === null ? resolve(stream) : reject(error)));
  });
}

async function contentOf(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry | undefined,
  most: number,
): Promise<Buffer | undefined> {
  if (entry === undefined || entry.uncompressedSize > most) return undefined;
  const pieces: Buffer[] = [];
  try {
    for await (const piece of await openEntry(zip, entry)) pieces.push(piece as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(pieces);
}

/** @throws AppError `survey.bundle-newer` */
function manifestOf(content: Buffer, file: string): BundleManifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
  const head = manifestHead.safeParse(value);
  if (!head.success) return undefined;
  if (head.data.formatVersion > bundleVersion)
    throw new AppError('survey.bundle-newer', `${file} was made by a newer version of the application.`, {
      file,
    });
  return bundleManifest.safeParse(value).data;
}

function notAReport(file: string, cause?: unknown): AppError {
  return new AppError('survey.not-a-report', `${file} is no signed report of a survey.`, { file }, cause);
}
