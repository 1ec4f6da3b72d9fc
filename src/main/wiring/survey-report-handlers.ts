import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handlers } from '../../shared/contract/contract.ts';
import { surveyDocument } from '../../shared/contract/survey.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Platform } from '../foundation/platform.ts';
import { toldWork } from '../foundation/told-work.ts';
import {
  collectMapping,
  deviceCharts,
  loadReportFonts,
  loadSigningKey,
  recordedPeriod,
  wholeFile,
  writeReport,
  type ReportSources,
} from '../survey/index.ts';

export interface SurveyReportWiring extends ReportSources {
  readonly platform: Platform;
  readonly clock: Clock;
}

/** The report needs what three capabilities know: the survey, the history of its devices, and their conformity. */
export function surveyReportHandlers({
  platform,
  clock,
  ...sources
}: SurveyReportWiring): Handlers['surveyReport'] {
  // One key, also where two ask for it at the same time and there is none yet.
  let key: ReturnType<typeof loadSigningKey> | undefined;
  const signingKey = (): ReturnType<typeof loadSigningKey> => {
    const wanted = (key ??= loadSigningKey(platform.secrets));
    wanted.catch(() => (key = undefined));
    return wanted;
  };
  return {
    key: async () => ({ fingerprint: (await signingKey()).fingerprint }),

    write: ({ id, target, period: asked, keepPhotoMetadata }, signal) =>
      toldWork(async (tell, stop) => {
        const document = surveyDocument.parse(await sources.survey.document({ id }, stop));
        const createdMs = clock.now();
        const period = asked ?? recordedPeriod(document, createdMs);
        const folder = join(platform.paths.data, 'reports');
        if (target === null) await mkdir(folder, { recursive: true, mode: 0o700 });
        const { file, bytes, pages, dataSha256, fingerprint } = await writeReport(
          {
            document,
            target: target ?? folder,
            fonts: await loadReportFonts(),
            key: await signingKey(),
            appVersion: platform.appVersion,
            createdMs,
            charts: deviceCharts(sources, document, period, stop),
            mapping: await collectMapping(sources, document, period, stop),
            keepPhotoMetadata,
            readFile: (fileId, until) => wholeFile(sources, fileId, until),
          },
          tell,
          stop,
        );
        return { file, bytes, pages, dataSha256, fingerprint };
      }, signal),
  };
}
