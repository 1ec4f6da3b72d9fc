import type { SurveyPart } from '../../shared/contract/survey-parts.ts';
import { canonicalJson } from '../../shared/domain/survey-document.ts';
import type { PartChange } from '../storage/queries/survey-parts.ts';
import type { PartMap } from './part-map.ts';

/**
 * Takes a change back: each field that it changed gets the value it had, and what the application noted meanwhile (a
 * recording that ended, a first reading) stays.
 */
export function undoChange(parts: PartMap, changes: readonly PartChange[]): void {
  for (const { before, after } of changes) {
    if (before === null && after !== null) {
      // What was recorded at a point that goes goes with it, as when it is removed by hand.
      if (after.kind === 'point') {
        for (const recording of parts.all('recording'))
          if (recording.pointId === after.id) parts.remove(recording);
        for (const placement of parts.all('placement'))
          if (placement.pointId === after.id) parts.remove(placement);
      }
      if (parts.get(after.kind, after.id) !== undefined) parts.remove(after);
    } else if (before !== null) {
      const now = parts.get(before.kind, before.id);
      parts.put(now === undefined || after === null ? before : reverted(now, before, after));
    }
  }
}

function reverted(now: SurveyPart, before: SurveyPart, after: SurveyPart): SurveyPart {
  const then = new Map<string, unknown>(Object.entries(after));
  const changed = Object.entries(before).filter(
    ([name, value]) => canonicalJson(value) !== canonicalJson(then.get(name) ?? null),
  );
  return { ...now, ...Object.fromEntries(changed) };
}
