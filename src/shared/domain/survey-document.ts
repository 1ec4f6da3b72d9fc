import type { SurveyDocument } from '../contract/survey.ts';
import type { SurveyPart, SurveyPartKind } from '../contract/survey-parts.ts';

/** The parts of one kind, in their order. */
export function partsOf<K extends SurveyPartKind>(
  parts: Iterable<SurveyPart>,
  kind: K,
): readonly Extract<SurveyPart, { readonly kind: K }>[] {
  const found: Extract<SurveyPart, { readonly kind: K }>[] = [];
  for (const part of parts)
    if (part.kind === kind) found.push(part as Extract<SurveyPart, { readonly kind: K }>);
  return found.sort((one, other) => rank(one) - rank(other) || (one.id < other.id ? -1 : 1));
}

function rank(part: SurveyPart): number {
  if ('order' in part) return part.order;
  if (part.kind === 'recording') return part.startedMs;
  if (part.kind === 'placement') return part.placedMs;
  return 0;
}

/**
 * What the SHA-256 of a survey is taken over, as UTF-8: all of its data but its signatures and what signing and
 * finishing write beside it, as canonical JSON.
 */
export function surveyDataText({ format, version, survey, parts, samples, files }: SurveyDocument): string {
  const { id, rootId, revision, correctsId, correctionReason, createdMs } = survey;
  return canonicalJson({
    format,
    version,
    survey: { id, rootId, revision, correctsId, correctionReason, createdMs },
    parts: sorted(
      parts.filter(({ kind }) => kind !== 'signature'),
      (part) => `${part.kind} ${part.id}`,
    ),
    samples,
    files: sorted(
      files.filter(({ kind }) => kind !== 'signature'),
      (file) => file.id,
    ),
  });
}

function sorted<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...items].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** JSON without white space, the names of an object in the order of their UTF-16 units (as RFC 8785 has it). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    entries.sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${canonicalJson(entry)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
