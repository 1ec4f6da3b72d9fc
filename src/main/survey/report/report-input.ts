import type { RangeSummary } from '../../../shared/contract/history.ts';
import type { SurveyDocument } from '../../../shared/contract/survey.ts';
import type { MappingStudy } from '../../../shared/domain/survey/mapping-study.ts';
import type { ChartLine } from './line-chart.ts';

/** What a device measured over the recorded period, ready to be drawn. */
export interface DeviceChart {
  readonly mac: string;
  readonly name: string;
  /** Label of its point. */
  readonly place: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Length of what one point of the line stands for; `null` where every reading is drawn. */
  readonly stepMs: number | null;
  readonly temperature: ChartLine;
  readonly humidity: ChartLine;
  /** With the limits of the survey's zone. */
  readonly summary: RangeSummary;
}

/** Everything that a report says, from wherever it comes. */
export interface ReportInput {
  readonly document: SurveyDocument;
  /** `surveyDataText` hashed. */
  readonly dataSha256: string;
  /** Of the files beside the report. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  /** Of the public key that signs the archive. */
  readonly fingerprint: string;
  readonly appVersion: string;
  readonly createdMs: number;
  /** Read one after the other, so that only one is in memory. */
  readonly charts: AsyncIterable<DeviceChart>;
  readonly mapping: MappingStudy | null;
  /** Where photos may keep what their cameras wrote into them (place, time, make). */
  readonly keepPhotoMetadata: boolean;
  /** @throws where it cannot be read */
  readonly readFile: (fileId: string, signal: AbortSignal) => Promise<Uint8Array>;
}

export type ReportPhase = 'reading' | 'pages' | 'photos' | 'sealing';

export interface ReportProgress {
  readonly phase: ReportPhase;
  readonly done: number;
  readonly total: number;
  readonly pages: number;
}

export type TellReport = (progress: ReportProgress) => void;
