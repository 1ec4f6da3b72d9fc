/**
 * `npm start`: installs what is missing, builds what is stale, and opens the application: as a desktop window
 * where Electron's runtime and a display are there, as a local web page everywhere else.
 *
 *   npm start -- --demo        with a demo site and three virtual sensors
 *   npm start -- --web         the web page even where a window would be possible
 *   npm start -- --help        everything that the web page's host understands
 */
import { spawn } from 'node:child_process';
import { ensureBuilt } from './steps/build-application.mjs';
import { desktopIsPossible, electronRuntime } from './steps/electron-runtime.mjs';
import { requireNode } from './steps/node-version.mjs';
import { ensureNpmPackages } from './steps/npm-packages.mjs';
import { inProject, projectFolder } from './steps/project.mjs';

requireNode();
const args = process.argv.slice(2);
const asWebPage = args.includes('--web');
const passedOn = args.filter((arg) => arg !== '--web');
const webOnly = passedOn.some((arg) => /^--(listen|port|no-open|help|passphrase-file)\b/.test(arg));

await ensureNpmPackages({ withTests: false });
await ensureBuilt();

const runtime = asWebPage || webOnly || !desktopIsPossible() ? undefined : await electronRuntime();
const child =
  runtime === undefined
    ? spawn(process.execPath, [inProject('out/main/web.js'), ...passedOn], {
        stdio: 'inherit',
        cwd: projectFolder,
      })
    : spawn(runtime, [projectFolder, ...passedOn], { stdio: 'inherit', cwd: projectFolder });

// The terminal sends its interrupt to the child as well; the child decides how to close and we only wait.
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// npm that is told to end goes without telling us: being left alone is the end as well.
const startedBy = process.ppid;
setInterval(() => {
  if (process.ppid !== startedBy) child.kill('SIGTERM');
}, 500).unref();
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
