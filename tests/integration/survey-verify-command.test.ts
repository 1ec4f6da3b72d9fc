import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeReport, type WrittenReport } from '../../src/main/survey/bundle/write-bundle.ts';
import { startCommand } from '../support/command-line.ts';
import { sampleReport } from '../support/sample-report.ts';
import { sampleSurvey } from '../support/sample-survey.ts';

let folder = '';
let report: WrittenReport;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-verify-'));
  const survey = await sampleSurvey({ points: 4, devices: 0, photos: 0, samples: 4, language: 'en' });
  report = await writeReport(
    await sampleReport(survey, folder, { devices: 0, secrets: join(folder, 'secrets') }),
    () => undefined,
    new AbortController().signal,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const verify = (...args: readonly string[]) => startCommand(['survey', 'verify', ...args]).ended();

test('a whole report is valid, in words and as JSON', async () => {
  const told = await verify(report.file);
  expect([told.code, told.stderr]).toEqual([0, '']);
  expect(told.stdout).toContain('Valid: every byte');
  const { code, stdout } = await verify(report.file, '--json', '--fingerprint', report.fingerprint);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    valid: true,
    problems: [],
    fingerprint: report.fingerprint,
    survey: { revision: 1, dataSha256: report.dataSha256, finished: true },
  });
});

test('a changed byte and another key are told and end with 1', async () => {
  const path = join(folder, 'altered.zip');
  const content = Buffer.from(readFileSync(report.file));
  const place = Math.floor(content.length / 2);
  content.writeUInt8(content.readUInt8(place) ^ 1, place);
  writeFileSync(path, content);
  const { code, stdout } = await verify(path, '--json');
  expect(code).toBe(1);
  const answer = JSON.parse(stdout) as { valid: boolean; problems: readonly { problem: string }[] };
  expect(answer.valid).toBe(false);
  expect(answer.problems.map(({ problem }) => problem)).toContain('seal-wrong');
  const other = await verify(report.file, '--json', '--fingerprint', 'ab'.repeat(32));
  expect([other.code, JSON.parse(other.stdout)]).toMatchObject([1, { problems: [{ problem: 'other-key' }] }]);
});

test('another file is refused with its code', async () => {
  const path = join(folder, 'other.zip');
  writeFileSync(path, 'something else');
  const { code, stdout } = await verify(path, '--json');
  expect([code, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'survey.not-a-report' } }]);
});
