/**
 * `npm test`: installs what is missing, then types, lint, format, unit, firmware, integration and browser tests.
 *
 *   npm test -- unit types          only these stages
 *   npm test -- integration ingest  one stage, and only the files whose name contains "ingest"
 *
 * Ends with one line, `N passed, N failed`.
 */
import { ensureBuilt } from './steps/build-application.mjs';
import { requireNode } from './steps/node-version.mjs';
import { ensureNpmPackages } from './steps/npm-packages.mjs';
import { say, seconds } from './steps/say.mjs';
import { ensureSystemPackages } from './steps/system-packages.mjs';
import { runStage, stages } from './steps/test-stages.mjs';

requireNode();
const start = Date.now();
const words = process.argv.slice(2);
const named = stages.filter((stage) => words.includes(stage.name));
const filters = words.filter((word) => !stages.some((stage) => stage.name === word));
const chosen = named.length > 0 ? named : stages;

await ensureNpmPackages({ withTests: true });
const isChosen = (...names) => chosen.some((stage) => names.includes(stage.name));
if (isChosen('firmware', 'integration', 'e2e')) await ensureSystemPackages();
if (isChosen('integration', 'e2e')) await ensureBuilt();

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
for (const stage of chosen) {
  const counts = await runStage(stage, filters);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  failures.push(...(counts.failures ?? []));
}
for (const failure of failures) say(`\nFailed: ${failure}`);
say(`\nAll stages took ${seconds(start)}.`);
say(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed === 0 ? 0 : 1);
