import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyReport } from '../../src/main/survey/bundle/verify-bundle.ts';
import { writeReport } from '../../src/main/survey/bundle/write-bundle.ts';
import { surveyDocument } from '../../src/shared/contract/survey.ts';
import { sampleReport } from '../support/sample-report.ts';
import { sampleSurvey } from '../support/sample-survey.ts';

/** `npm run bench:report`: the report of 200 points, 50 devices and 20 photos of 12 megapixels, signed and checked. */
const [made] = process.argv.slice(2);
if (made === undefined) await measure();
else await make(made);

/** In a process of its own: what making the photos takes of memory is not what the report takes. */
async function make(folder: string): Promise<void> {
  const { document, files, dataSha256 } = await sampleSurvey({
    points: 200,
    devices: 50,
    photos: 20,
    samples: 30,
    language: 'en',
    photoSize: { width: 4000, height: 3000 },
  });
  writeFileSync(join(folder, 'survey.json'), JSON.stringify({ document, dataSha256 }));
  for (const [id, content] of files) writeFileSync(join(folder, id), content);
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-bench-report-'));
  try {
    const survey = join(folder, 'survey');
    mkdirSync(survey);
    execFileSync(process.execPath, [process.argv[1] ?? '', survey], { stdio: 'inherit' });
    const stored = JSON.parse(readFileSync(join(survey, 'survey.json'), 'utf8')) as {
      document: unknown;
      dataSha256: string;
    };
    const document = surveyDocument.parse(stored.document);
    const order = await sampleReport({ ...stored, document, files: new Map() }, join(folder, 'report.zip'), {
      devices: 50,
      secrets: join(folder, 'secrets'),
    });
    const memory = { peak: process.memoryUsage().rss };
    const sample = (): void => void (memory.peak = Math.max(memory.peak, process.memoryUsage().rss));
    const timer = setInterval(sample, 20);
    const begun = performance.now();
    const cpu = process.cpuUsage();
    const written = await writeReport(
      { ...order, readFile: (id) => readFile(join(survey, id)) },
      sample,
      new AbortController().signal,
    );
    const seconds = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    clearInterval(timer);
    const checked = performance.now();
    const { valid } = await verifyReport(written.file);
    process.stdout.write(
      `200 points, 50 devices, 20 photos of 12 megapixels: ${written.pages} pages, ` +
        `${(written.bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s, own processor time ` +
        `${((user + system) / 1e6).toFixed(1)} s, memory ${Math.round(memory.peak / 1e6)} MB at most\n` +
        `check of the archive: ${((performance.now() - checked) / 1000).toFixed(2)} s, ${valid ? 'valid' : 'NOT VALID'}\n`,
    );
    if (!valid) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
