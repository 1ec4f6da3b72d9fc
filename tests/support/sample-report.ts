import { FileSecrets } from '../../src/main/foundation/file-secrets.ts';
import { loadReportFonts } from '../../src/main/survey/report/report-fonts.ts';
import { loadSigningKey } from '../../src/main/survey/bundle/signing-key.ts';
import type { ReportOrder } from '../../src/main/survey/bundle/write-bundle.ts';
import { mappingStudy } from '../../src/shared/domain/survey/mapping-study.ts';
import { sampleCharts, samplePeriod, sampleSensors } from './sample-charts.ts';
import { sampleStartMs, type SampleSurvey } from './sample-survey.ts';

/** What the application would hand to the writer of the report for a sample survey. */
export async function sampleReport(
  { document, files }: SampleSurvey,
  target: string,
  wish: { readonly devices: number; readonly secrets: string },
): Promise<ReportOrder> {
  return {
    document,
    target,
    fonts: await loadReportFonts(),
    key: await loadSigningKey(new FileSecrets(wish.secrets)),
    appVersion: '0.1.0',
    createdMs: sampleStartMs + 7 * 3_600_000,
    charts: each(sampleCharts(wish.devices)),
    mapping: wish.devices === 0 ? null : mappingStudy(samplePeriod, sampleSensors(wish.devices)),
    keepPhotoMetadata: false,
    readFile: (id) => {
      const content = files.get(id);
      return content === undefined ? Promise.reject(new Error(`no file ${id}`)) : Promise.resolve(content);
    },
  };
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}
