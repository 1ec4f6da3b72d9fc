/**
 * `npm run bench:ingest`: builds the benchmark of that name from tests/bench and runs it. Not part of the tests:
 * its figures depend on the machine, and each stands beside a null subscriber's of the same run.
 */
import { existsSync, readdirSync } from 'node:fs';
import { build } from 'vite';
import { ensureBuilt } from './steps/build-application.mjs';
import { ensureNpmPackages } from './steps/npm-packages.mjs';
import { inProject } from './steps/project.mjs';
import { runProgram } from './steps/run-program.mjs';

const [name = 'ingest', ...args] = process.argv.slice(2);
await ensureNpmPackages({ withTests: true });
// A subject of several parts has a file for each: `live` is live-traffic and what else is there.
const parts = existsSync(inProject(`tests/bench/${name}.ts`))
  ? [name]
  : readdirSync(inProject('tests/bench'))
      .filter((file) => file.startsWith(`${name}-`) && file.endsWith('.ts'))
      .map((file) => file.slice(0, -'.ts'.length));
if (parts.length === 0) throw new Error(`There is no benchmark ${name}.`);
if (name.startsWith('live')) await ensureBuilt();
let worst = 0;
for (const part of parts) {
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: inProject(`tests/bench/${part}.ts`),
      outDir: inProject('out/bench'),
      target: 'node20',
      emptyOutDir: true,
    },
  });
  const { code } = await runProgram(process.execPath, [inProject(`out/bench/${part}.js`), ...args]);
  worst = Math.max(worst, code ?? 1);
}
process.exit(worst);
