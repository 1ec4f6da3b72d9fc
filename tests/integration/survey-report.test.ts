import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyReport } from '../../src/main/survey/bundle/verify-bundle.ts';
import { writeReport, type WrittenReport } from '../../src/main/survey/bundle/write-bundle.ts';
import { surveyDocument } from '../../src/shared/contract/survey.ts';
import { sampleReport } from '../support/sample-report.ts';
import { sampleSurvey, type SampleSurvey } from '../support/sample-survey.ts';
import { entryOf } from '../support/zip-entry.ts';

const hasPoppler = existsSync('/usr/bin/pdftotext');
const never = new AbortController().signal;
const quiet = (): void => undefined;
let folder = '';
let survey: SampleSurvey;
let written: WrittenReport;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-report-'));
  survey = await sampleSurvey({ points: 16, devices: 3, photos: 3, samples: 10, language: 'fr' });
  written = await writeReport(
    await sampleReport(survey, folder, { devices: 3, secrets: join(folder, 'secrets') }),
    quiet,
    never,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function pdfOf(report: WrittenReport): Promise<string> {
  const path = join(folder, 'out.pdf');
  writeFileSync(path, await entryOf(report.file, 'report.pdf'));
  return path;
}

describe.skipIf(!hasPoppler)('the PDF', () => {
  test('says in the language of the survey what a customer signs', async () => {
    const path = await pdfOf(written);
    const text = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' });
    for (const wanted of [
      'Rapport de relevé de site',
      'Société frigorifique du Port, Saint-Malo',
      '12, quai de l’Écluse',
      'Non conforme',
      'Signal −84,2\u00A0dBm, il faut −75\u00A0dBm.',
      'P3: Non mesuré.',
      '1C:69:20:00:00:01',
      'Micrologiciel',
      'Hélène Lefèvre',
      'Annexe : valeurs brutes',
      'Ajouter un point d’accès dans le couloir.',
      'température cinétique moyenne',
      `Page 1 sur ${written.pages}`,
      `Page ${written.pages} sur ${written.pages}`,
    ])
      expect(text.replaceAll(/\s+/g, ' ')).toContain(wanted.replaceAll(/\s+/g, ' '));
    // At the foot of every page.
    expect(text.split(survey.dataSha256).length - 1).toBe(written.pages);
  });

  test('is A4, tagged with its survey, and every page has something on it', async () => {
    const path = await pdfOf(written);
    const info = execFileSync('pdfinfo', [path], { encoding: 'utf8' });
    expect(info).toMatch(/Page size:\s+595\.28 x 841\.89 pts \(A4\)/);
    expect(info).toMatch(/Title:\s+Rapport de relevé de site: Entrepôt frigorifique du port/);
    expect(info).toContain(`sha256:${survey.dataSha256}`);
    expect(info).toMatch(new RegExp(`Pages:\\s+${written.pages}\\n`));
    execFileSync('pdftoppm', ['-r', '20', '-png', path, join(folder, 'page')]);
    const pages = readdirSync(folder).filter((name) => /^page-\d+\.png$/.test(name));
    expect(pages).toHaveLength(written.pages);
    for (const page of pages) {
      const { channels } = await sharp(join(folder, page)).stats();
      // Blank paper has no spread.
      expect(channels[0]?.stdev ?? 0).toBeGreaterThan(2);
    }
  });

  test('has photos without what their camera wrote into them, unless that is asked for', async () => {
    const order = await sampleReport(survey, join(folder, 'with.zip'), {
      devices: 0,
      secrets: join(folder, 'secrets'),
    });
    const kept = await writeReport({ ...order, keepPhotoMetadata: true }, quiet, never);
    const without = await entryOf(written.file, 'report.pdf');
    const content = await entryOf(kept.file, 'report.pdf');
    expect([...survey.files.values()].some((file) => Buffer.from(file).includes('SampleCamera'))).toBe(true);
    expect(without.includes('SampleCamera')).toBe(false);
    expect(content.includes('SampleCamera')).toBe(true);
  });
});

test('the archive has a telling name, and the data as JSON and CSV', async () => {
  expect(written.file).toBe(join(folder, 'survey-HCS-2026-11-18-r1.zip'));
  const data: unknown = JSON.parse((await entryOf(written.file, 'survey.json')).toString('utf8'));
  expect(surveyDocument.parse(data)).toEqual(survey.document);
  const samples = (await entryOf(written.file, 'samples.csv')).toString('utf8').trimEnd().split('\r\n');
  expect(samples).toHaveLength(1 + 15 * 10);
  const points = (await entryOf(written.file, 'points.csv')).toString('utf8');
  expect(points).toMatch(/^P7,Mur du fond,.*,fail,rssi-weak,/m);
  expect((await entryOf(written.file, 'devices.csv')).toString('utf8')).toContain(
    '1C:69:20:00:00:01,CR1-01,P1,',
  );
});

test('a whole archive is valid, and its fingerprint tells whose it is', async () => {
  const checked = await verifyReport(
    written.file,
    written.fingerprint.toUpperCase().replaceAll(/(..)/g, '$1 '),
  );
  expect(checked).toMatchObject({ valid: true, problems: [], fingerprint: written.fingerprint });
  expect(checked.manifest?.survey.dataSha256).toBe(survey.dataSha256);
  const other = await verifyReport(written.file, '00'.repeat(32));
  expect(other.problems).toEqual([{ problem: 'other-key', path: '' }]);
});

test('one changed byte is found, wherever it is', async () => {
  const small = await sampleSurvey({ points: 4, devices: 0, photos: 0, samples: 2, language: 'en' });
  const report = await writeReport(
    await sampleReport(small, join(folder, 'small.zip'), { devices: 0, secrets: join(folder, 'secrets') }),
    quiet,
    never,
  );
  const whole = readFileSync(report.file);
  const path = join(folder, 'altered.zip');
  const step = Math.floor(whole.length / 40);
  const places = [0, 10, 30, whole.length - 1, whole.length - 60, whole.length - 112, whole.length - 130];
  for (let at = 1; at < whole.length; at += step) places.push(at);
  for (const at of places) {
    const altered = Buffer.from(whole);
    altered.writeUInt8((altered.readUInt8(at) ^ 1) & 0xff, at);
    writeFileSync(path, altered);
    const verdict = await verifyReport(path).then(
      ({ valid }) => valid,
      () => 'refused',
    );
    expect([at, verdict]).not.toEqual([at, true]);
  }
  writeFileSync(path, whole.subarray(0, whole.length - 200));
  await expect(verifyReport(path)).rejects.toMatchObject({ code: 'survey.not-a-report' });
  writeFileSync(path, 'no archive');
  await expect(verifyReport(path)).rejects.toMatchObject({ code: 'survey.not-a-report' });
});

test('a cancelled report leaves what was there, and nothing beside it', async () => {
  const own = mkdtempSync(join(folder, 'cancel-'));
  const target = join(own, 'report.zip');
  writeFileSync(target, 'the old one');
  const stop = new AbortController();
  const order = await sampleReport(survey, target, { devices: 3, secrets: join(folder, 'secrets') });
  await expect(
    writeReport(order, ({ phase }) => void (phase === 'photos' && stop.abort()), stop.signal),
  ).rejects.toMatchObject({ code: 'survey.report-cancelled' });
  expect([readdirSync(own), readFileSync(target, 'utf8')]).toEqual([['report.zip'], 'the old one']);
});

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'a full disk leaves no half file',
  async () => {
    const disk = mkdtempSync(join(tmpdir(), 'datayoti-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk]);
    try {
      const order = await sampleReport(survey, join(disk, 'report.zip'), {
        devices: 3,
        secrets: join(folder, 'secrets'),
      });
      await expect(writeReport(order, quiet, never)).rejects.toMatchObject({ code: 'survey.disk-full' });
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  },
);
