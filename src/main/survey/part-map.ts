import type { SurveyPart, SurveyPartKey, SurveyPartKind } from '../../shared/contract/survey-parts.ts';
import { canonicalJson } from '../../shared/domain/survey-document.ts';
import type { PartChange } from '../storage/queries/survey-parts.ts';

type Of<K extends SurveyPartKind> = Extract<SurveyPart, { readonly kind: K }>;

const keyOf = ({ kind, id }: SurveyPartKey): string => `${kind} ${id}`;

/** The parts of a survey with what was changed since they were read. */
export class PartMap {
  readonly #parts: Map<string, SurveyPart>;
  readonly #before = new Map<string, SurveyPart | null>();

  constructor(parts: Iterable<SurveyPart>) {
    this.#parts = new Map([...parts].map((part) => [keyOf(part), part]));
  }

  get<K extends SurveyPartKind>(kind: K, id: string): Of<K> | undefined {
    return this.#parts.get(keyOf({ kind, id })) as Of<K> | undefined;
  }

  /** Of one kind, in no order. */
  all<K extends SurveyPartKind>(kind: K): readonly Of<K>[] {
    return [...this.#parts.values()].filter((part): part is Of<K> => part.kind === kind);
  }

  put(part: SurveyPart): void {
    const key = keyOf(part);
    this.#note(key);
    this.#parts.set(key, part);
  }

  remove(key: SurveyPartKey): void {
    this.#note(keyOf(key));
    this.#parts.delete(keyOf(key));
  }

  /** What is different now; a part that is as it was is not in it. */
  changes(): readonly PartChange[] {
    return [...this.#before].flatMap(([key, before]) => {
      const after = this.#parts.get(key) ?? null;
      return canonicalJson(before) === canonicalJson(after) ? [] : [{ before, after }];
    });
  }

  #note(key: string): void {
    if (!this.#before.has(key)) this.#before.set(key, this.#parts.get(key) ?? null);
  }
}
