import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyReport } from '../../src/main/survey/bundle/verify-bundle.ts';
import { writeReport } from '../../src/main/survey/bundle/write-bundle.ts';
import { sampleReport } from '../support/sample-report.ts';
import { sampleSurvey } from '../support/sample-survey.ts';

/** `npm run bench:report`: the report of 200 points, 50 devices and 20 photos of 12 megapixels, signed and checked. */
const folder = mkdtempSync(join(tmpdir(), 'datayoti-bench-report-'));
try {
  const survey = await sampleSurvey({
    points: 200,
    devices: 50,
    photos: 20,
    samples: 30,
    language: 'en',
    photoSize: { width: 4000, height: 3000 },
  });
  const order = await sampleReport(survey, join(folder, 'report.zip'), {
    devices: 50,
    secrets: join(folder, 'secrets'),
  });
  const photoBytes = [...survey.files.values()].reduce((sum, { length }) => sum + length, 0);
  const before = process.memoryUsage().rss;
  const memory = { peak: before };
  const sample = (): void => void (memory.peak = Math.max(memory.peak, process.memoryUsage().rss));
  const timer = setInterval(sample, 20);
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const written = await writeReport(order, sample, new AbortController().signal);
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(timer);
  const checked = performance.now();
  const { valid } = await verifyReport(written.file);
  process.stdout.write(
    `200 points, 50 devices, 20 photos of 12 MP (${(photoBytes / 1e6).toFixed(0)} MB): ${written.pages} pages, ` +
      `${(written.bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s, own processor time ` +
      `${((user + system) / 1e6).toFixed(1)} s\n` +
      `memory: ${Math.round(memory.peak / 1e6)} MB at most, of them ${Math.round(before / 1e6)} MB before it began ` +
      `(the survey and its photos included)\n` +
      `check of the archive: ${((performance.now() - checked) / 1000).toFixed(2)} s, ${valid ? 'valid' : 'NOT VALID'}\n`,
  );
  if (!valid) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
