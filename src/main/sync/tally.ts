import type { SyncCounts } from '../../shared/contract/sync.ts';

export type RelationCounts = Omit<SyncCounts, 'relation' | 'reason'>;

/** Counts of a run by relation, in the order in which they came. */
export class Tally {
  readonly #counts = new Map<string, { -readonly [K in keyof SyncCounts]: SyncCounts[K] }>();

  add(relation: string, counts: Partial<RelationCounts>, reason: SyncCounts['reason'] = null): void {
    const all = this.#counts.get(relation) ?? {
      relation,
      inserted: 0,
      replaced: 0,
      unchanged: 0,
      conflicts: 0,
      held: 0,
      reason: null,
    };
    all.inserted += counts.inserted ?? 0;
    all.replaced += counts.replaced ?? 0;
    all.unchanged += counts.unchanged ?? 0;
    all.conflicts += counts.conflicts ?? 0;
    all.held += counts.held ?? 0;
    all.reason ??= reason;
    this.#counts.set(relation, all);
  }

  list(): readonly SyncCounts[] {
    return [...this.#counts.values()];
  }
}
