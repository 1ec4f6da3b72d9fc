import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inProject, projectFolder } from './project.mjs';
import { runProgram } from './run-program.mjs';
import { say, seconds } from './say.mjs';

/**
 * Installs the packages of package-lock.json where some are missing or of another version.
 *
 * @param {{ withTests: boolean }} options without tests, what only `npm test` needs is left out
 */
export async function ensureNpmPackages({ withTests }) {
  const missing = missingPackages(withTests);
  if (missing.length === 0) return;
  const start = Date.now();
  say(
    `Installing ${withTests ? 'the packages of the application and of its tests' : 'the packages of the application'} (${missing.length} missing) ...`,
  );
  // Not `npm ci`: it refuses a lock file in which a mirror's missing binaries of other systems are absent.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  if (!withTests) args.push('--omit=dev');
  const npm = npmProgram();
  const { code } = await runProgram(npm.file, [...npm.args, ...args], { cwd: projectFolder });
  if (code !== 0) {
    say('The packages could not be installed. Is the internet (or your package mirror) within reach?');
    process.exit(1);
  }
  say(`Packages installed in ${seconds(start)}.`);
}

/** What npm says is installed, compared with the lock file: no stamp file that could lie. */
function missingPackages(withTests) {
  const wanted = JSON.parse(readFileSync(inProject('package-lock.json'), 'utf8')).packages;
  const stateFile = inProject('node_modules/.package-lock.json');
  const present = existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')).packages : {};
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== '' && isNeeded(entry, withTests))
    .filter(([path, entry]) => present[path]?.version !== entry.version || !existsSync(inProject(path)))
    .map(([path]) => path);
}

function isNeeded(entry, withTests) {
  if ((entry.dev || entry.devOptional) && !withTests) return false;
  if (entry.peer && entry.optional) return false;
  if (!entry.optional) return true;
  // Optional packages are those of one platform; without a platform named, npm may rightly have left them out.
  if (!entry.os && !entry.cpu) return false;
  if (entry.libc) return false;
  return fits(entry.os, process.platform) && fits(entry.cpu, process.arch);
}

function fits(list, value) {
  if (list === undefined) return true;
  if (list.includes(`!${value}`)) return false;
  return list.some((item) => item.startsWith('!')) || list.includes(value);
}

/** npm through this very Node, so that no shell is needed on Windows. */
function npmProgram() {
  const fromNpm = process.env.npm_execpath;
  if (fromNpm?.endsWith('.js')) return { file: process.execPath, args: [fromNpm] };
  const beside = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (existsSync(beside)) return { file: process.execPath, args: [beside] };
  return { file: 'npm', args: [] };
}
