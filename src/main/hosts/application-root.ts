import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The nearest folder above the running file that holds package.json: the checkout, or the packaged application. */
export const applicationRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

export const applicationVersion = versionOf(applicationRoot);

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error('the application is not complete: package.json is missing');
  return findRoot(above);
}

function versionOf(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version?: unknown };
  return typeof version === 'string' ? version : '0.0.0';
}
