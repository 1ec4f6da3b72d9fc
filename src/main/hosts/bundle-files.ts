import { readFile } from 'node:fs/promises';
import { extname, isAbsolute, relative, resolve, sep } from 'node:path';

export interface BundleFile {
  readonly body: Buffer;
  readonly type: string;
  /** Its name carries a hash of its content: it may be kept for ever. */
  readonly immutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
const noncePlaceholder = '__CSP_NONCE__';

/**
 * A file of the built page for a request path. Only known types inside the folder; a path without an extension
 * is a page of the application and gets the index.
 *
 * @returns `undefined` where there is none
 */
export async function bundleFile(
  folder: string,
  path: string,
  nonce: string,
): Promise<BundleFile | undefined> {
  const decoded = decode(path);
  if (decoded === undefined || decoded.includes('\0')) return undefined;
  const extension = extname(decoded);
  const name = extension === '' ? 'index.html' : decoded.replace(/^\/+/, '');
  const type = types[extname(name)];
  const file = resolve(folder, name);
  if (type === undefined || !isInside(folder, file)) return undefined;
  const body = await readFile(file).catch(() => undefined);
  if (body === undefined) return undefined;
  if (!name.endsWith('.html')) return { body, type, immutable: name.startsWith('assets/') };
  return {
    body: Buffer.from(body.toString('utf8').replaceAll(noncePlaceholder, nonce)),
    type,
    immutable: false,
  };
}

export function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
