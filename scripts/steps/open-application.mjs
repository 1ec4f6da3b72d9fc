import { spawn } from 'node:child_process';
import { say } from './say.mjs';

/** How long the runtime may take until it says that it is up, in milliseconds; a cold disk takes seconds. */
const startLimitMs = 30_000;
const keptLines = 20;

/**
 * Opens the window where there is a runtime, and the web page where there is none or it does not come up
 * (a library or the sandbox is missing, the display does not answer). Resolves with the exit code.
 *
 * The window's process says `runtime-started` on its channel once Electron itself is up: what goes wrong
 * after that is the application's own to tell, and no reason for a second start.
 *
 * @param {{
 *   runtime: string | undefined, windowArgs: readonly string[], page: readonly string[], cwd: string,
 *   follow: (child: import('node:child_process').ChildProcess) => void, ended: () => boolean,
 *   limitMs?: number, say?: (text: string) => void,
 * }} options `page` is program and arguments; `follow` gets every child that is started, to pass on what ends
 * this process; `ended` tells whether that happened
 * @returns {Promise<number>}
 */
export async function openApplication(options) {
  const { runtime, page, cwd, follow, ended, say: tell = say } = options;
  if (runtime !== undefined) {
    const outcome = await openWindow(options);
    if ('code' in outcome) return outcome.code;
    if (ended()) return 130;
    tell(`The desktop window could not start (${outcome.reason}); opening as a web page instead.`);
  }
  const [program, ...args] = page;
  const child = spawn(program, args, { stdio: 'inherit', cwd });
  follow(child);
  return exitOf(child);
}

function openWindow({ runtime, windowArgs, cwd, follow, limitMs = startLimitMs }) {
  const child = spawn(runtime, [...windowArgs], { stdio: ['inherit', 'inherit', 'pipe', 'ipc'], cwd });
  follow(child);
  return new Promise((resolve) => {
    let [started, tooLong, errors] = [false, false, ''];
    const limit = setTimeout(() => {
      tooLong = true;
      child.kill('SIGKILL');
    }, limitMs);
    child.stderr.setEncoding('utf8').on('data', (text) => {
      if (started) process.stderr.write(text);
      else errors += text;
    });
    child.on('message', (message) => {
      if (message !== 'runtime-started' || started) return;
      started = true;
      clearTimeout(limit);
      process.stderr.write(errors);
    });
    child.on('error', (error) => finish({ reason: error.message }));
    child.on('close', (code, signal) => {
      if (started || code === 0) finish({ code: code ?? 130 });
      else if (tooLong) finish({ reason: `no answer in ${Math.ceil(limitMs / 1000)} s` });
      else finish({ reason: reasonIn(errors) ?? `ended with ${signal ?? `code ${code}`}` });
    });
    const finish = (outcome) => {
      clearTimeout(limit);
      resolve(outcome);
    };
  });
}

function exitOf(child) {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      say(error.message);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
  });
}

/** The last line that tells something: stacks of the native program come after it. */
function reasonIn(errors) {
  const lines = errors
    .split('\n')
    .slice(0, keptLines)
    .map((line) => line.trim())
    .filter((line) => /[a-z]{3}/i.test(line) && !line.startsWith('#') && !line.startsWith('at '));
  const telling =
    lines.find((line) => /error|missing|cannot|sandbox|display|FATAL/i.test(line)) ?? lines.at(0);
  return telling
    ?.replace(/^\[[^\]]*\]\s*/, '')
    .replace(/[.;]+$/, '')
    .slice(0, 200);
}
