/**
 * `npm run bench:ingest`: builds the benchmark of that name from tests/bench and runs it. Not part of the tests:
 * its figures depend on the machine, and each stands beside a null subscriber's of the same run.
 */
import { build } from 'vite';
import { ensureNpmPackages } from './steps/npm-packages.mjs';
import { inProject } from './steps/project.mjs';
import { runProgram } from './steps/run-program.mjs';

const [name = 'ingest', ...args] = process.argv.slice(2);
await ensureNpmPackages({ withTests: true });
await build({
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: inProject(`tests/bench/${name}.ts`),
    outDir: inProject('out/bench'),
    target: 'node20',
    emptyOutDir: true,
  },
});
const { code } = await runProgram(process.execPath, [inProject(`out/bench/${name}.js`), ...args]);
process.exit(code);
