/**
 * Packs the results of `idf.py build` into one bundle that DataYoti Field imports ("Firmware library") and that ESP Web
 * Tools can serve:
 *
 *   firmware/bundle [--out FOLDER] [BUILD FOLDER ...]
 *
 * Without a build folder: every `firmware/build*` that has a `flasher_args.json`. Writes the files and beside them
 * `datayoti-sensor-VERSION.zip`; equal builds give equal bytes.
 */
import { createWriteStream, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { ZipFile } from 'yazl';
import { inProject } from '../steps/project.mjs';
import { readBuildResults } from './build-results.mjs';
import { bundleOf, configurationSchema } from './manifest.mjs';

/** Of every file in the zip, so that its bytes do not depend on when and by whom it was made. */
const facts = { mtime: new Date(Date.UTC(1980, 0, 1)), mode: 0o100644, forceDosTimestamp: true };

function buildFolders() {
  const root = inProject('firmware');
  return readdirSync(root)
    .filter((name) => name.startsWith('build') && existsSync(join(root, name, 'flasher_args.json')))
    .map((name) => join(root, name));
}

async function writeZip(path, files) {
  const zip = new ZipFile();
  for (const [name, bytes] of files) zip.addBuffer(bytes, name, facts);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}

async function main() {
  const { values, positionals } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true });
  const folders = positionals.length > 0 ? positionals.map((path) => resolve(path)) : buildFolders();
  const out = resolve(values.out ?? inProject('firmware/dist'));
  const { version, files } = bundleOf(folders.map(readBuildResults), configurationSchema());
  const name = `datayoti-sensor-${version}`;
  const folder = join(out, name);
  rmSync(folder, { recursive: true, force: true });
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  await writeZip(join(out, `${name}.zip`), files);
  process.stdout.write(`${join(out, `${name}.zip`)}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
