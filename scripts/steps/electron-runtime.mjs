import { existsSync, readFileSync } from 'node:fs';
import { inProject } from './project.mjs';
import { runProgram } from './run-program.mjs';
import { say, seconds } from './say.mjs';

const fetchLimitMs = 180_000;
const noticeEveryMs = 5_000;

/** Can a window be shown to the person who started this? Electron's sandbox refuses to run as root on Linux. */
export function desktopIsPossible() {
  if (process.platform !== 'linux') return true;
  const display = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  return display && process.getuid?.() !== 0;
}

/**
 * The path of the Electron executable, fetched where it is missing, or `undefined` with a sentence said:
 * then the same application opens as a web page.
 */
export async function electronRuntime() {
  const present = installedRuntime();
  if (present !== undefined) return present;
  const start = Date.now();
  say(`Fetching the desktop runtime (about 110 MB, at most ${fetchLimitMs / 1000} s; --web skips this) ...`);
  const notice = setInterval(() => say(`  still fetching, ${seconds(start)}`), noticeEveryMs);
  const { code } = await runProgram(process.execPath, [inProject('node_modules/electron/install.js')], {
    quiet: true,
    timeoutMs: fetchLimitMs,
  });
  clearInterval(notice);
  const fetched = code === 0 ? installedRuntime() : undefined;
  if (fetched === undefined) say('The desktop runtime is not within reach; opening as a web page instead.');
  else say(`Desktop runtime fetched in ${seconds(start)}.`);
  return fetched;
}

/** Where Electron's own installer puts it: `dist/` and the name in `path.txt`. */
function installedRuntime() {
  const pathFile = inProject('node_modules/electron/path.txt');
  if (!existsSync(pathFile)) return undefined;
  const executable = inProject(`node_modules/electron/dist/${readFileSync(pathFile, 'utf8')}`);
  return existsSync(executable) ? executable : undefined;
}
