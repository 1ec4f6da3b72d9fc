import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inProject } from './project.mjs';
import { say, seconds } from './say.mjs';

/** Where things are and how long they may take; a test sets its own. */
const usual = {
  electronFolder: inProject('node_modules/electron'),
  env: process.env,
  /** For the whole fetch, in milliseconds. */
  fetchLimitMs: 180_000,
  /** Without a single byte, in milliseconds. */
  silenceLimitMs: 20_000,
  noticeEveryMs: 2_000,
  say,
};

/** Can a window be shown to the person who started this? Electron's sandbox refuses to run as root on Linux. */
export function desktopIsPossible({
  platform = process.platform,
  env = process.env,
  uid = process.getuid?.(),
} = {}) {
  if (platform !== 'linux') return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY) && uid !== 0;
}

/**
 * The path of the Electron executable, fetched where it is missing, or `undefined` with a sentence said:
 * then the same application opens as a web page. `ELECTRON_MIRROR`, `ELECTRON_OVERRIDE_DIST_PATH` and
 * `electron_config_cache` mean what they mean for Electron's own installer.
 *
 * @param {Partial<typeof usual>} [wishes]
 * @returns {Promise<string | undefined>}
 */
export async function electronRuntime(wishes = {}) {
  const options = { ...usual, ...wishes };
  const present = installedRuntime(options);
  if (present !== undefined) return present;
  const start = Date.now();
  const limit = Math.ceil(options.fetchLimitMs / 1000);
  options.say(`Fetching the desktop runtime (at most ${limit} s; --web skips this) ...`);
  try {
    await fetchRuntime(options);
  } catch (error) {
    options.say(
      `The desktop runtime could not be fetched (${reasonOf(error)}); opening as a web page instead.`,
    );
    return undefined;
  }
  options.say(`Desktop runtime fetched in ${seconds(start)}.`);
  return installedRuntime(options);
}

/**
 * What `install.js` of the package does, with the same parts (download with a checksum, cache, unpacking), but
 * with the bytes counted and both limits kept. `path.txt` comes last: without it nothing counts as installed.
 */
async function fetchRuntime(options) {
  const { electronFolder, env } = options;
  const parts = createRequire(inProject('node_modules/electron/package.json'));
  const { downloadArtifact } = await import(pathToFileURL(parts.resolve('@electron/get')).href);
  const { extract } = await import(pathToFileURL(parts.resolve('@electron-internal/extract-zip')).href);
  const watch = watchTransfer(options);
  try {
    const archive = await watch.orLimit(
      downloadArtifact({
        version: readJson(join(electronFolder, 'package.json')).version,
        artifactName: 'electron',
        platform: process.platform,
        arch: process.arch,
        checksums: readJson(join(electronFolder, 'checksums.json')),
        ...(env.electron_config_cache ? { cacheRoot: env.electron_config_cache } : {}),
        ...(env.ELECTRON_MIRROR ? { mirrorOptions: { mirror: env.ELECTRON_MIRROR } } : {}),
        downloadOptions: { quiet: true, signal: watch.signal, getProgressCallback: watch.onProgress },
      }),
    );
    const dist = join(electronFolder, 'dist');
    rmSync(dist, { recursive: true, force: true });
    await watch.orLimit(extract(archive, { dir: dist }));
    const name = executableName();
    if (!existsSync(join(dist, name))) throw new Error('the archive holds no program');
    writeFileSync(join(electronFolder, 'path.txt'), name);
  } finally {
    watch.end();
  }
}

/** Says how far the transfer is, and aborts it when it takes too long or falls silent. */
function watchTransfer({ fetchLimitMs, silenceLimitMs, noticeEveryMs, say: tell }) {
  const aborted = new AbortController();
  let [got, total, shown] = [0, null, -1];
  const giveUp = (reason) => () => aborted.abort(new Error(reason));
  const whole = setTimeout(giveUp(`it took longer than ${Math.ceil(fetchLimitMs / 1000)} s`), fetchLimitMs);
  const silent = `nothing came for ${Math.ceil(silenceLimitMs / 1000)} s`;
  const silence = setTimeout(giveUp(silent), silenceLimitMs);
  const notice = setInterval(() => {
    if (got === shown) return;
    shown = got;
    tell(`  ${megabytes(got)}${total === null ? '' : ` of ${megabytes(total)}`} MB`);
  }, noticeEveryMs);
  return {
    signal: aborted.signal,
    onProgress: (progress) => {
      [got, total] = [progress.transferred, progress.total];
      // Complete: what remains is checking and unpacking, for which the whole limit is enough.
      if (progress.percent === 1) clearTimeout(silence);
      else silence.refresh();
    },
    /** A part that does not listen to the signal is left behind. */
    orLimit: (work) =>
      new Promise((resolve, reject) => {
        aborted.signal.addEventListener('abort', () => reject(aborted.signal.reason));
        work.then(resolve, (error) => reject(aborted.signal.aborted ? aborted.signal.reason : error));
      }),
    end: () => {
      for (const timer of [whole, silence, notice]) clearTimeout(timer);
    },
  };
}

/** Where Electron's own installer puts it: `dist/` and the name in `path.txt`. */
function installedRuntime({ electronFolder, env }) {
  if (env.ELECTRON_OVERRIDE_DIST_PATH) {
    const own = join(env.ELECTRON_OVERRIDE_DIST_PATH, executableName());
    return existsSync(own) ? own : undefined;
  }
  const pathFile = join(electronFolder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const executable = join(electronFolder, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(executable) ? executable : undefined;
}

function executableName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

function megabytes(bytes) {
  return (bytes / 1_000_000).toFixed(1);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The cause that the system names, in one line. */
function reasonOf(error) {
  const deepest = error.cause?.code ?? error.cause?.message ?? error.message;
  return String(deepest).split('\n')[0];
}
