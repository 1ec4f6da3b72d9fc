import { setImmediate } from 'node:timers/promises';
import type { CompiledFilter } from './message-filter.ts';
import type { MessageRing } from './message-ring.ts';

/** So long a look through the ring holds up everything else. */
const turnMs = 6;
const looksBetweenClocks = 32;

export interface ScanRange {
  readonly direction: 'on' | 'back';
  /** Included. It ends at the newest of now, or at the oldest that is kept. */
  readonly from: number;
  readonly signal: AbortSignal;
}

/**
 * Calls `found` with each matching message of a range until that returns false or the signal aborts. A long look is
 * made in turns of some milliseconds, with everything else between them: what went meanwhile is passed over.
 */
export async function scanRing(
  ring: MessageRing,
  filter: CompiledFilter,
  { direction, from, signal }: ScanRange,
  found: (seq: number) => boolean,
): Promise<void> {
  const pace = new Pace(signal);
  const newest = ring.newestSeq;
  const back = direction === 'back';
  let matches = matcherOf(ring, filter);
  let seq = back ? Math.min(from, newest) : Math.max(from, ring.oldestSeq);
  while (back ? seq >= ring.oldestSeq : seq <= newest) {
    if (matches(seq) && !found(seq)) return;
    seq += back ? -1 : 1;
    if (!pace.isDue) continue;
    if (!(await pace.breathe())) return;
    // The numbers of topics may belong to others by now.
    matches = matcherOf(ring, filter);
    if (!back) seq = Math.max(seq, ring.oldestSeq);
  }
}

/** Asks the filter of topics once for each topic. */
function matcherOf(ring: MessageRing, { topic, rest }: CompiledFilter): (seq: number) => boolean {
  const ofRest = rest === null ? () => true : (seq: number) => rest(ring.at(seq));
  if (topic === null) return ofRest;
  const verdicts = new Uint8Array(ring.topics.limit);
  return (seq) => {
    const id = ring.topicIdOf(seq);
    const verdict = (verdicts[id] ||= topic(ring.topics.nameOf(id)) ? 1 : 2);
    return verdict === 1 && ofRest(seq);
  };
}

/** Tells when long work is to let others have a turn. */
export class Pace {
  readonly #signal: AbortSignal;
  #untilMs = performance.now() + turnMs;
  #looks = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get isDue(): boolean {
    return ++this.#looks % looksBetweenClocks === 0 && performance.now() >= this.#untilMs;
  }

  /** Lets everything else have its turn. @returns `false` when the work is to end */
  async breathe(): Promise<boolean> {
    await setImmediate();
    this.#untilMs = performance.now() + turnMs;
    return !this.#signal.aborted;
  }
}
