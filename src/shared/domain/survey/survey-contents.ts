import type { SurveyPart, SurveyPartKind } from '../../contract/survey-parts.ts';
import { partsOf } from '../survey-document.ts';

export type PartOf<K extends SurveyPartKind> = Extract<SurveyPart, { readonly kind: K }>;

/** The parts of a survey by kind, each kind in its order. */
export interface SurveyContents {
  readonly project: PartOf<'project'> | undefined;
  readonly criteria: PartOf<'criteria'> | undefined;
  readonly rooms: readonly PartOf<'room'>[];
  readonly plans: readonly PartOf<'plan'>[];
  readonly zones: readonly PartOf<'zone'>[];
  readonly points: readonly PartOf<'point'>[];
  readonly recordings: readonly PartOf<'recording'>[];
  readonly photos: readonly PartOf<'photo'>[];
  readonly issues: readonly PartOf<'issue'>[];
  readonly placements: readonly PartOf<'placement'>[];
  readonly checks: readonly PartOf<'check'>[];
  readonly checklist: readonly PartOf<'checklist-item'>[];
  readonly signatures: readonly PartOf<'signature'>[];
}

export function surveyContents(parts: readonly SurveyPart[]): SurveyContents {
  const of = <K extends SurveyPartKind>(kind: K): readonly PartOf<K>[] => partsOf(parts, kind);
  return {
    project: of('project')[0],
    criteria: of('criteria')[0],
    rooms: of('room'),
    plans: of('plan'),
    zones: of('zone'),
    points: of('point'),
    recordings: of('recording'),
    photos: of('photo'),
    issues: of('issue'),
    placements: of('placement'),
    checks: of('check'),
    checklist: of('checklist-item'),
    signatures: of('signature'),
  };
}

/** The recording of a point that counts: the one that it names, as far as its values were not discarded. */
export function countingRecording(
  point: PartOf<'point'>,
  recordings: readonly PartOf<'recording'>[],
): PartOf<'recording'> | undefined {
  return recordings.find(({ id, discarded }) => id === point.recordingId && discarded === '');
}

export interface MeasuredPoint {
  readonly point: PartOf<'point'>;
  readonly value: number;
}

/** The quantities that a plan can be coloured by. */
export type MappedQuantity = 'rssi' | 'temperature' | 'humidity';

/** The mean of a point's recording, over its devices where there are several, weighted by their values. */
export function pointMean(
  recording: PartOf<'recording'> | undefined,
  quantity: MappedQuantity,
): number | undefined {
  let sum = 0;
  let count = 0;
  for (const device of recording?.devices ?? []) {
    const known = device[quantity];
    if (known === null) continue;
    sum += known.mean * known.count;
    count += known.count;
  }
  return count === 0 ? undefined : sum / count;
}

/** Points of a plan that have a value, for a heat map; of all plans with `planId` undefined. */
export function measuredPoints(
  { points, recordings }: SurveyContents,
  quantity: MappedQuantity,
  planId?: string,
): readonly MeasuredPoint[] {
  return points.flatMap((point) => {
    if (planId !== undefined && point.planId !== planId) return [];
    const value = pointMean(countingRecording(point, recordings), quantity);
    return value === undefined ? [] : [{ point, value }];
  });
}

/** The same with their places, as `heatMap` takes them. */
export function mapPoints(
  contents: SurveyContents,
  quantity: MappedQuantity,
  planId: string,
): readonly { readonly x: number; readonly y: number; readonly value: number }[] {
  return measuredPoints(contents, quantity, planId).flatMap(({ point: { x, y }, value }) =>
    x === null || y === null ? [] : [{ x, y, value }],
  );
}
