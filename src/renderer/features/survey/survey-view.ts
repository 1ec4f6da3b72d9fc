import type { SurveySummary, SurveyUpdate } from '../../../shared/contract/survey.ts';
import type { SurveyPart, SurveyPlan, SurveyPoint } from '../../../shared/contract/survey-parts.ts';
import { partsOf } from '../../../shared/domain/survey-document.ts';

export interface ShownSurvey {
  readonly survey: SurveySummary;
  readonly undo: string | null;
  readonly parts: ReadonlyMap<string, SurveyPart>;
}

export function applySurveyUpdate(before: ShownSurvey | undefined, update: SurveyUpdate): ShownSurvey {
  const { survey, undo } = update;
  if (update.type === 'snapshot')
    return { survey, undo, parts: new Map(update.parts.map((part) => [keyOf(part), part])) };
  const parts = new Map(before?.parts);
  for (const key of update.removed) parts.delete(keyOf(key));
  for (const part of update.put) parts.set(keyOf(part), part);
  return { survey, undo, parts };
}

const keyOf = ({ kind, id }: Pick<SurveyPart, 'kind' | 'id'>): string => `${kind} ${id}`;

/** The next number that no label has: "P8" after "P3" and "P7". */
export function nextLabel(points: readonly Pick<SurveyPoint, 'label'>[]): string {
  const numbers = points.map(({ label }) => Number(/^P(\d+)$/.exec(label)?.[1] ?? 0));
  return `P${Math.max(0, ...numbers) + 1}`;
}

export interface PlacedView {
  /** Screen pixels of the plan's corner, and screen pixels for one of the image. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** The whole plan, in the middle of the room that there is. */
export function fitted(
  plan: Pick<SurveyPlan, 'widthPx' | 'heightPx'>,
  room: { readonly width: number; readonly height: number },
): PlacedView {
  const scale = Math.min(room.width / plan.widthPx, room.height / plan.heightPx);
  return {
    scale,
    x: (room.width - plan.widthPx * scale) / 2,
    y: (room.height - plan.heightPx * scale) / 2,
  };
}

/** Closer by a factor, with the place under (x, y) where it is. */
export function zoomed(view: PlacedView, factor: number, x: number, y: number, least: number): PlacedView {
  const scale = Math.min(8, Math.max(least, view.scale * factor));
  const by = scale / view.scale;
  return { scale, x: x - (x - view.x) * by, y: y - (y - view.y) * by };
}

export function points(shown: ShownSurvey): readonly SurveyPoint[] {
  return partsOf(shown.parts.values(), 'point');
}
