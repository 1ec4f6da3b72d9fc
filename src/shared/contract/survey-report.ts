import { z } from 'zod';
import { epochMs, nothing } from './common.ts';
import { procedure, stream } from './procedure.ts';

const count = z.number().int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `done` of `total` are plans, photos, devices and what else there is to draw. */
const reportProgress = z
  .object({
    phase: z.enum(['reading', 'pages', 'photos', 'sealing']),
    done: count,
    total: count,
    pages: count,
  })
  .readonly();
export type SurveyReportProgress = z.infer<typeof reportProgress>;

const writtenReport = z
  .object({
    /** Where it is, on the machine of the application. */
    file: z.string(),
    bytes: count,
    pages: count,
    dataSha256: sha256,
    /** Of the key that signed it. */
    fingerprint: sha256,
  })
  .readonly();

export const surveyReportContract = {
  /**
   * The report as a signed archive (docs/survey-report.md). Whoever lets go cancels it; then, and where it fails, nothing
   * is left of it. @throws `survey.unknown`, `survey.report-cancelled`, `survey.disk-full`, `file.unwritable`,
   * `history.bad-range`, `secret.unreadable`
   */
  write: stream(
    z.object({
      id: z.uuid(),
      /** File or folder on the machine of the application; `null`: the folder `reports` of its data. */
      target: z.string().min(1).max(4_000).nullable().default(null),
      /** Recorded period of the placed devices; `null`: from the first placement to the end of the survey, or to now. */
      period: z.object({ fromMs: epochMs, toMs: epochMs }).readonly().nullable().default(null),
      /** Photos keep what their cameras wrote into them (place, time, make), as far as the survey has it. */
      keepPhotoMetadata: z.boolean().default(false),
    }),
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('progress'), progress: reportProgress }),
      z.object({ type: z.literal('done'), result: writtenReport }),
    ]),
  ),
  /** Of the key that signs the reports of this machine; made if there is none yet. @throws `secret.unreadable` */
  key: procedure(nothing, z.object({ fingerprint: sha256 })),
} as const;
