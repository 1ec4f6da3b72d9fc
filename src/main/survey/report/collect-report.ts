import type { Handlers } from '../../../shared/contract/contract.ts';
import type { RangeSummary } from '../../../shared/contract/history.ts';
import type { SurveyDocument } from '../../../shared/contract/survey.ts';
import {
  mappingLeastMs,
  mappingStudy,
  type MappedSensor,
  type MappingStudy,
} from '../../../shared/domain/survey/mapping-study.ts';
import { surveyContents, type PartOf } from '../../../shared/domain/survey/survey-contents.ts';
import type { DeviceChart } from './report-input.ts';

/** What a report needs of the survey and of the history. */
export interface ReportSources {
  readonly survey: Pick<Handlers['survey'], 'document' | 'file'>;
  readonly history: Pick<Handlers['history'], 'series' | 'summary' | 'statistics'>;
  readonly conformity: Pick<Handlers['conformity'], 'excursions'>;
}

export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Dots of a line as wide as the page at 150 per inch. */
const chartWidthPx = 900;
const gapMs = 300_000;
/** As many devices as one question of the history takes. */
const devicesPerQuestion = 20;
const excursionsMost = 1_000;

/** From the first placement to the end of the survey, or to now; `null` where nothing was placed. */
export function recordedPeriod({ survey, parts }: SurveyDocument, nowMs: number): Period | null {
  const placed = surveyContents(parts).placements.map(({ placedMs }) => placedMs);
  if (placed.length === 0) return null;
  const fromMs = Math.min(...placed);
  const toMs = survey.finishedMs ?? nowMs;
  return toMs > fromMs ? { fromMs, toMs } : null;
}

/** A file of the survey as a whole. */
export async function wholeFile(
  { survey }: Pick<ReportSources, 'survey'>,
  fileId: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let offset = 0;
  for (;;) {
    const { piece, more } = await survey.file({ fileId, offset }, signal);
    pieces.push(Buffer.from(await piece.arrayBuffer()));
    offset += piece.size;
    if (!more || piece.size === 0) return Buffer.concat(pieces);
  }
}

/** What each placed device measured over the period, one after the other; a board at two points once. */
export async function* deviceCharts(
  { history }: Pick<ReportSources, 'history'>,
  document: SurveyDocument,
  period: Period | null,
  signal: AbortSignal,
): AsyncGenerator<DeviceChart> {
  if (period === null) return;
  for (const { placement, place } of placedDevices(document)) {
    const { mac, name } = placement;
    const question = { macs: [mac], ...period, gapMs };
    const { series, resolution } = await history.series({ ...question, widthPx: chartWidthPx }, signal);
    const { items } = await history.summary(question, signal);
    const [own] = series;
    const [summary] = items;
    if (own === undefined || summary === undefined) continue;
    const line = (measured: (typeof own)['temperature']): DeviceChart['temperature'] => ({
      timesMs: own.timesMs,
      mean: measured.avg,
      min: measured.min,
      max: measured.max,
      gaps: own.gaps,
    });
    yield {
      mac,
      name,
      place,
      ...period,
      stepMs: resolution.kind === 'raw' ? null : resolution.stepMs,
      temperature: line(own.temperature),
      humidity: line(own.humidity),
      summary: summary as RangeSummary,
    };
  }
}

/** `null` for a shorter period than a day: what is shorter is no mapping. */
export async function collectMapping(
  sources: ReportSources,
  document: SurveyDocument,
  period: Period | null,
  signal: AbortSignal,
): Promise<MappingStudy | null> {
  const placed = placedDevices(document);
  if (period === null || period.toMs - period.fromMs < mappingLeastMs || placed.length === 0) return null;
  const sensors: MappedSensor[] = [];
  for (let from = 0; from < placed.length; from += devicesPerQuestion) {
    const some = placed.slice(from, from + devicesPerQuestion);
    const macs = some.map(({ placement }) => placement.mac);
    const { items: statistics } = await sources.history.statistics({ macs, ...period }, signal);
    const { items: summaries } = await sources.history.summary({ macs, ...period, gapMs }, signal);
    const { items: excursions } = await sources.conformity.excursions(
      { macs, ...period, toleranceMs: 0, limit: excursionsMost },
      signal,
    );
    for (const { placement, place, room } of some) {
      const { mac, name } = placement;
      const statistic = statistics.find((item) => item.mac === mac);
      const summary = summaries.find((item) => item.mac === mac);
      const gap = summary?.longestGap ?? null;
      sensors.push({
        mac,
        name,
        place,
        room,
        rows: statistic?.rows ?? 0,
        expected: summary?.expected ?? null,
        mean: statistic?.temperature?.mean ?? null,
        min: summary?.temperature.min ?? null,
        max: summary?.temperature.max ?? null,
        standardDeviation: statistic?.temperature?.standardDeviation ?? null,
        kinetic: statistic?.meanKineticTemperature ?? null,
        longestGapMs: gap === null ? null : gap.toMs - gap.fromMs,
        temperatureMin: summary?.limits.temperatureMin ?? null,
        temperatureMax: summary?.limits.temperatureMax ?? null,
        excursions: excursions.filter((item) => item.mac === mac && item.metric === 'temperature'),
      });
    }
  }
  return mappingStudy(period, sensors);
}

interface Placed {
  readonly placement: PartOf<'placement'>;
  /** Label of its point. */
  readonly place: string;
  readonly room: string;
}

function placedDevices({ parts }: SurveyDocument): readonly Placed[] {
  const { placements, points, rooms } = surveyContents(parts);
  const byMac = new Map<string, Placed>();
  for (const placement of placements) {
    const point = points.find(({ id }) => id === placement.pointId);
    const room = rooms.find(({ id }) => id === point?.roomId)?.name ?? '';
    byMac.set(placement.mac, { placement, place: point?.label ?? '', room });
  }
  return [...byMac.values()];
}
