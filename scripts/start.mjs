/**
 * `npm start`: installs what is missing, builds what is stale, and opens the application: as a desktop window
 * where Electron's runtime and a display are there, as a local web page everywhere else.
 *
 *   npm start -- --demo        with a demo site and three virtual sensors
 *   npm start -- --web         the web page even where a window would be possible
 *   npm start -- --help        everything that is understood
 */
import { ensureBuilt } from './steps/build-application.mjs';
import { desktopIsPossible, electronRuntime } from './steps/electron-runtime.mjs';
import { requireNode } from './steps/node-version.mjs';
import { ensureNpmPackages } from './steps/npm-packages.mjs';
import { openApplication } from './steps/open-application.mjs';
import { inProject, projectFolder } from './steps/project.mjs';
import { say } from './steps/say.mjs';
import { readStartOptions, startHelp } from './steps/start-options.mjs';

requireNode();
const asked = readStartOptions(process.argv.slice(2));
if ('problem' in asked) {
  process.stderr.write(`${asked.problem}\n`);
  process.exit(2);
}
if (asked.help) {
  say(startHelp());
  process.exit(0);
}

await ensureNpmPackages({ withTests: false });
await ensureBuilt();
const runtime = asked.webPage || !desktopIsPossible() ? undefined : await electronRuntime();

let child;
let [ended, told] = [false, false];
const end = (signal) => {
  if (told) return;
  [ended, told] = [true, true];
  child?.kill(signal);
};
// The terminal sends its interrupt to the child as well; the child decides how to close and we only wait.
process.on('SIGINT', () => (ended = true));
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => end(signal));
// npm that is told to end goes without telling us: being left alone is the end as well, said once, since the
// database needs its time to stop.
const startedBy = process.ppid;
setInterval(() => {
  if (process.ppid !== startedBy) end('SIGTERM');
}, 500).unref();

const code = await openApplication({
  runtime,
  windowArgs: [projectFolder, ...asked.passedOn],
  page: [process.execPath, inProject('out/main/web.js'), ...asked.passedOn],
  cwd: projectFolder,
  follow: (started) => (child = started),
  ended: () => ended,
});
process.exit(code);
