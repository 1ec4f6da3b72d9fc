import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inProject, projectFolder } from './project.mjs';
import { runProgram } from './run-program.mjs';
import { say } from './say.mjs';

const source = inProject('firmware/test');
const build = inProject('node_modules/.cache/datayoti-firmware-tests');
const report = join(build, 'report.xml');
const coreSources = inProject('firmware/components/datayoti_core/src');
const leastCoveredPercent = 95;

/**
 * The tests of the sensor firmware's portable core, built for this machine with address and undefined-behaviour
 * sanitizers. Each test program counts as one; too little coverage of the core's lines is a failure of its own.
 *
 * @returns {Promise<import('./test-stages.mjs').Counts>}
 */
export async function firmwareTests() {
  const missing = ['cmake', 'make', 'cc'].filter((name) => !isProgram(name));
  if (!existsSync('/usr/include/cmocka.h') && !existsSync('/usr/local/include/cmocka.h'))
    missing.push('cmocka');
  if (missing.length > 0) {
    say(`Skipped: the firmware's tests need ${missing.join(', ')}.`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  mkdirSync(build, { recursive: true });
  const built = await buildTests();
  if (built.code !== 0) {
    say(built.output.slice(-6000));
    return { passed: 0, failed: 1, skipped: 0, failures: ['firmware: its tests do not build'] };
  }
  const counts = await runTests();
  // With failing tests the share of lines that ran says nothing.
  return counts.failed > 0 ? counts : withCoverage(counts);
}

function isProgram(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}

async function buildTests() {
  const configured = await runProgram('cmake', ['-S', source, '-B', build, '-DDATAYOTI_COVERAGE=ON'], {
    quiet: true,
  });
  if (configured.code !== 0) return configured;
  return runProgram('cmake', ['--build', build, '--parallel', '2'], { quiet: true });
}

async function runTests() {
  rmSync(report, { force: true });
  for (const file of coverageFiles()) rmSync(file);
  const { code } = await runProgram(
    'ctest',
    ['--test-dir', build, '--output-on-failure', '--parallel', '2', '--output-junit', report],
    { cwd: projectFolder },
  );
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0, failures: ['firmware: ctest failed'] };
  const cases = [...readFileSync(report, 'utf8').matchAll(/<testcase name="([^"]+)"[^>]*status="(\w+)"/gu)];
  const failed = cases.filter(([, , status]) => status !== 'run').map(([, name]) => `firmware: ${name}`);
  const failures = code !== 0 && failed.length === 0 ? ['firmware: ctest failed'] : failed;
  return { passed: cases.length - failed.length, failed: failures.length, skipped: 0, failures };
}

function coverageFiles() {
  return readdirSync(build, { recursive: true })
    .filter((file) => file.endsWith('.gcda'))
    .map((file) => join(build, file));
}

async function withCoverage(counts) {
  const files = coverageFiles();
  if (!isProgram('gcov') || files.length === 0) {
    say('Coverage of the core: not measured, there is no gcov.');
    return { ...counts, skipped: counts.skipped + 1 };
  }
  const { output } = await runProgram('gcov', ['-n', ...files], { quiet: true, cwd: build });
  let lines = 0;
  let covered = 0;
  for (const [, file, percent, of] of output.matchAll(
    /File '([^']+)'\nLines executed:([\d.]+)% of (\d+)/gu,
  )) {
    if (!file.includes(coreSources)) continue;
    lines += Number(of);
    covered += Math.round((Number(percent) * Number(of)) / 100);
  }
  const share = lines === 0 ? 0 : (covered / lines) * 100;
  say(`Coverage of the firmware's core: ${share.toFixed(1)} % of ${lines} lines.`);
  if (share >= leastCoveredPercent) return { ...counts, passed: counts.passed + 1 };
  const failure = `firmware: ${share.toFixed(1)} % of the core's lines are covered, ${leastCoveredPercent} % are asked for`;
  return { ...counts, failed: 1, failures: [failure] };
}
