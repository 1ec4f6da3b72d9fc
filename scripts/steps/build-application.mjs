import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inProject, projectFolder } from './project.mjs';
import { runProgram } from './run-program.mjs';
import { say, seconds } from './say.mjs';

const sources = [
  'src',
  'electron.vite.config.ts',
  'ingestor.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
];
const stampFile = 'out/.built-from';

/** Builds `out/` where it is missing or was built from other sources. */
export async function ensureBuilt() {
  const fingerprint = sourceFingerprint();
  const stamp = inProject(stampFile);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return;
  const start = Date.now();
  say('Building the application ...');
  // The application, then the always-on ingestor that it puts into a container.
  await build(['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn']);
  await build([
    'node_modules/vite/bin/vite.js',
    'build',
    '-c',
    'ingestor.vite.config.ts',
    '--logLevel',
    'warn',
  ]);
  writeFileSync(stamp, fingerprint);
  say(`Built in ${seconds(start)}.`);
}

async function build([program, ...args]) {
  const { code, output } = await runProgram(process.execPath, [inProject(program), ...args], {
    cwd: projectFolder,
    quiet: true,
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (code === 0) return;
  say(output);
  say('The application could not be built; the lines above say where.');
  process.exit(1);
}

/** SHA-256 over paths and contents: time stamps differ between clones and say nothing. */
function sourceFingerprint() {
  const hash = createHash('sha256');
  for (const source of sources)
    for (const file of filesBelow(inProject(source))) {
      hash.update(relative(projectFolder, file)).update('\0').update(readFileSync(file)).update('\0');
    }
  return hash.digest('hex');
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  const entries = tryReadDirectory(path);
  if (entries === undefined) return [path];
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .filter((entry) => !/\.test\.tsx?$/.test(entry.name))
    .flatMap((entry) => filesBelow(join(path, entry.name)));
}

function tryReadDirectory(path) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
