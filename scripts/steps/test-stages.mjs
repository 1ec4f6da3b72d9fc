import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { firmwareTests } from './firmware-tests.mjs';
import { inProject, projectFolder } from './project.mjs';
import { runProgram } from './run-program.mjs';
import { announce, say, seconds } from './say.mjs';

/** Paths that lint and format look at; named, so that they never wander into `node_modules`. */
const ownCode = [
  'src',
  'tests',
  'scripts',
  'bin',
  'electron.vite.config.ts',
  'ingestor.vite.config.ts',
  'vitest.config.ts',
  'playwright.config.ts',
];

const module = (path) => inProject(`node_modules/${path}`);

/**
 * The stages of `npm test` in the order of their cost. A check is one test; a suite reports its own counts.
 * @type {readonly { name: string, title: string, run: (filters: readonly string[]) => Promise<Counts> }[]}
 * @typedef {{ passed: number, failed: number, skipped: number, failures?: readonly string[] }} Counts
 */
export const stages = [
  {
    name: 'types',
    title: 'Types',
    run: () =>
      checkAll(
        ['node', 'web', 'tests'].map((part) => [module('typescript/bin/tsc'), '-p', `tsconfig.${part}.json`]),
      ),
  },
  {
    name: 'lint',
    title: 'Lint',
    run: () => check([module('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', ...ownCode]),
  },
  { name: 'format', title: 'Format', run: () => check([module('oxfmt/bin/oxfmt'), '--check']) },
  {
    name: 'unused',
    title: 'Unused files and packages',
    run: () => check([module('knip/bin/knip.js'), '--no-progress']),
  },
  { name: 'unit', title: 'Unit tests', run: (filters) => vitest('unit', filters) },
  { name: 'firmware', title: 'Firmware tests (on this machine)', run: firmwareTests },
  {
    name: 'integration',
    title: 'Integration tests (real servers)',
    run: (filters) => vitest('integration', filters),
  },
  { name: 'e2e', title: 'Browser tests', run: (filters) => playwright(filters) },
];

export async function runStage(stage, filters) {
  announce(stage.title);
  const start = Date.now();
  const counts = await stage.run(filters);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  say(`${stage.title}: ${counts.passed} passed, ${counts.failed} failed${skipped} in ${seconds(start)}`);
  return counts;
}

async function check(args) {
  const { code } = await runProgram(process.execPath, args, { cwd: projectFolder });
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

async function checkAll(commands) {
  let failed = 0;
  for (const args of commands) failed += (await check(args)).failed;
  return failed === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

async function vitest(project, filters) {
  return withReport(async (report) => {
    const { code } = await runProgram(
      process.execPath,
      [
        module('vitest/vitest.mjs'),
        'run',
        '--project',
        project,
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...filters,
      ],
      { cwd: projectFolder },
    );
    return {
      code,
      read: (json) => ({
        passed: json.numPassedTests,
        failed: json.numFailedTests,
        skipped: json.numPendingTests + json.numTodoTests,
        failures: json.testResults.flatMap(({ name, message, assertionResults }) => {
          const failed = assertionResults.filter(({ status }) => status === 'failed');
          if (failed.length === 0 && message) return [failure(name, message)];
          return failed.map(({ fullName, failureMessages }) =>
            failure(`${name}: ${fullName}`, failureMessages.join(' ')),
          );
        }),
      }),
    };
  });
}

async function playwright(filters) {
  return withReport(async (report) => {
    const { code } = await runProgram(
      process.execPath,
      [module('@playwright/test/cli.js'), 'test', '--reporter=list,json', ...filters],
      { cwd: projectFolder, env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report } },
    );
    return {
      code,
      read: ({ stats, suites }) => ({
        passed: stats.expected,
        failed: stats.unexpected + stats.flaky,
        skipped: stats.skipped,
        failures: suites.flatMap((suite) => failedSpecs(suite)),
      }),
    };
  });
}

const longestFailure = 400;

/** What a long log is searched for: where it failed, and the first words of why. */
function failure(where, why) {
  return `${where.replace(projectFolder, '')}\n    ${stripVTControlCharacters(why).replaceAll(/\s+/gu, ' ').slice(0, longestFailure)}`;
}

function failedSpecs({ file, specs = [], suites = [] }) {
  return [
    ...specs
      .filter(({ ok }) => !ok)
      .map(({ title, tests }) =>
        failure(`${file}: ${title}`, tests.at(-1)?.results.at(-1)?.error?.message ?? ''),
      ),
    ...suites.flatMap((suite) => failedSpecs(suite)),
  ];
}

/** A suite that ended badly without a failing test (a crash, an unhandled rejection) counts as one failure. */
async function withReport(run) {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-test-report-'));
  const report = join(folder, 'report.json');
  try {
    const { code, read } = await run(report);
    if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
    const counts = read(JSON.parse(readFileSync(report, 'utf8')));
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
