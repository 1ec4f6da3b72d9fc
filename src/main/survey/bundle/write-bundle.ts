import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import { canonicalJson, surveyDataText } from '../../../shared/domain/survey-document.ts';
import type { ReportInput, TellReport } from '../report/report-input.ts';
import { writeReportPdf } from '../report/report-pdf.ts';
import type { ReportFonts } from '../report/sheet.ts';
import { SealedArchive, writeFailure, type WrittenFile } from './archive.ts';
import {
  bundleFormat,
  bundleVersion,
  manifestName,
  signatureName,
  type BundleManifest,
} from './bundle-manifest.ts';
import { dataFiles } from './data-files.ts';
import { reportName } from './report-name.ts';
import type { SigningKey } from './signing-key.ts';

export interface ReportOrder extends Omit<ReportInput, 'dataSha256' | 'files' | 'fingerprint'> {
  /** A file, or a folder: then the report gets its usual name in it. What stands there is replaced. */
  readonly target: string;
  readonly fonts: ReportFonts;
  readonly key: SigningKey;
}

export interface WrittenReport {
  readonly file: string;
  readonly bytes: number;
  readonly pages: number;
  readonly dataSha256: string;
  readonly fingerprint: string;
  readonly files: readonly WrittenFile[];
}

/** The name of the PDF in the archive. */
export const reportPdfName = 'report.pdf';

/**
 * Writes the report with its data, signed, as one archive; where it fails or is cancelled nothing is left of it, and
 * what stood under its name before stands there still.
 *
 * @throws AppError `survey.report-cancelled`, `survey.disk-full`, `file.unwritable`, and what reading the survey throws
 */
export async function writeReport(
  order: ReportOrder,
  tell: TellReport,
  signal: AbortSignal,
): Promise<WrittenReport> {
  const { document, key, createdMs } = order;
  const file = await targetFile(order.target, document);
  const archive = new SealedArchive(file, createdMs);
  try {
    const dataSha256 = createHash('sha256').update(surveyDataText(document)).digest('hex');
    const files: WrittenFile[] = [];
    const all = dataFiles(document);
    for (const { path, content } of all) {
      tell({ phase: 'reading', done: files.length, total: all.length, pages: 0 });
      signal.throwIfAborted();
      files.push(await archive.addText(path, content));
    }
    let pages = 0;
    const input: ReportInput = { ...order, dataSha256, files: [...files], fingerprint: key.fingerprint };
    files.push(
      await archive.add(reportPdfName, true, async (into) => {
        pages = await writeReportPdf(input, order.fonts, into, tell, signal);
      }),
    );
    tell({ phase: 'sealing', done: 0, total: 1, pages });
    const { survey } = document;
    const manifest: BundleManifest = {
      format: bundleFormat,
      formatVersion: bundleVersion,
      application: { version: order.appVersion },
      created: new Date(createdMs).toISOString(),
      survey: {
        id: survey.id,
        revision: survey.revision,
        correctsId: survey.correctsId,
        title: survey.title,
        siteName: survey.siteName,
        finished: survey.state === 'finished',
        dataSha256,
      },
      files: files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
      publicKey: key.publicKey,
    };
    const text = `${canonicalJson(manifest)}\n`;
    await archive.addText(manifestName, () => [text]);
    await archive.addText(signatureName, () => [`${key.sign(Buffer.from(text)).toString('base64')}\n`]);
    signal.throwIfAborted();
    const bytes = await archive.finish(key);
    tell({ phase: 'sealing', done: 1, total: 1, pages });
    return { file, bytes, pages, dataSha256, fingerprint: key.fingerprint, files };
  } catch (error) {
    await archive.abandon();
    if (signal.aborted && !isAppError(error, 'survey.disk-full'))
      throw new AppError(
        'survey.report-cancelled',
        'The report was cancelled; nothing was written.',
        {},
        error,
      );
    throw error;
  }
}

async function targetFile(target: string, document: ReportInput['document']): Promise<string> {
  const path = resolve(target);
  try {
    const facts = await stat(path).catch(() => undefined);
    if (facts?.isDirectory() === true) return join(path, reportName(document));
    await mkdir(dirname(path), { recursive: true });
    return path;
  } catch (error) {
    throw writeFailure(error, path);
  }
}
