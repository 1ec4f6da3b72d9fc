import type { MessageDetail, MessageFilter, TrafficMessage } from '../../shared/contract/traffic-messages.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { compilePath, valueAt } from './json-path.ts';
import { compileFilter, parsedPayload } from './message-filter.ts';
import { messageDetailOf, messageView } from './message-view.ts';
import { Pace, scanRing } from './scan-ring.ts';
import type { TrafficLog } from './traffic-log.ts';

export interface NextQuestion {
  readonly filter: MessageFilter;
  readonly after: number;
  readonly max: number;
  readonly waitMs: number;
}

export interface NextAnswer {
  readonly items: readonly TrafficMessage[];
  readonly next: number;
  readonly matched: number;
  readonly leftOut: number;
  readonly dropped: number;
}

export interface PageQuestion {
  readonly filter: MessageFilter;
  readonly direction: 'before' | 'after';
  readonly seq: number;
  readonly max: number;
}

/** As `trafficContract.next` says. A number beyond the newest is one of an earlier opening: it begins anew. */
export async function nextMessages(
  log: TrafficLog,
  { filter, after, max, waitMs }: NextQuestion,
  signal: AbortSignal,
): Promise<NextAnswer> {
  const { ring } = log;
  const compiled = compileFilter(filter);
  const until = performance.now() + waitMs;
  const fresh = after === 0 || after > ring.newestSeq;
  let matched = 0;
  let dropped = 0;
  let place = after;
  let seqs: number[] = [];
  if (fresh) {
    place = ring.newestSeq;
    await scanRing(ring, compiled, { direction: 'back', from: place, signal }, (seq) => seqs.push(seq) < max);
    matched = seqs.length;
    seqs.reverse();
  }
  while (seqs.length === 0 && dropped === 0) {
    dropped += Math.max(0, ring.oldestSeq - 1 - place);
    const newest = ring.newestSeq;
    const from = Math.max(place + 1, ring.oldestSeq);
    if (compiled.all) {
      matched = Math.max(0, newest - from + 1);
      seqs = Array.from({ length: Math.min(matched, max) }, (_, index) => newest - index).reverse();
    } else {
      await scanRing(ring, compiled, { direction: 'on', from, signal }, (seq) => {
        matched++;
        seqs.push(seq);
        // So that a flood of matches does not gather here.
        if (seqs.length >= 4 * max) seqs = seqs.slice(-max);
        return true;
      });
    }
    place = Math.max(place, newest);
    if (seqs.length > 0 || dropped > 0 || signal.aborted) break;
    const left = until - performance.now();
    if (left <= 0) break;
    await another(log, place, left, signal);
  }
  // During a long look some may have gone.
  const items = seqs
    .slice(-max)
    .filter((seq) => ring.has(seq))
    .map((seq) => messageView(ring, seq));
  return { items, next: place, matched, leftOut: matched - items.length, dropped };
}

/** As `trafficContract.page` says. */
export async function pageOfMessages(
  { ring }: TrafficLog,
  { filter, direction, seq, max }: PageQuestion,
  signal: AbortSignal,
): Promise<{ items: readonly TrafficMessage[]; more: boolean; oldestSeq: number }> {
  const compiled = compileFilter(filter);
  const back = direction === 'before';
  const from = back ? (seq === 0 ? ring.newestSeq : seq - 1) : seq + 1;
  const seqs: number[] = [];
  await scanRing(
    ring,
    compiled,
    { direction: back ? 'back' : 'on', from, signal },
    (found) => seqs.push(found) <= max,
  );
  const more = seqs.length > max;
  const shown = seqs.slice(0, max).filter((found) => ring.has(found));
  if (back) shown.reverse();
  return { items: shown.map((found) => messageView(ring, found)), more, oldestSeq: ring.oldestSeq };
}

/** @throws AppError `traffic.message-gone` */
export function oneMessage({ ring }: TrafficLog, seq: number): MessageDetail {
  if (!ring.has(seq))
    throw new AppError('traffic.message-gone', 'This message is not kept any more.', { seq });
  return messageDetailOf(ring, seq);
}

/** As `trafficContract.field` says. @throws AppError `traffic.bad-path` */
export async function fieldOfTopic(
  { ring }: TrafficLog,
  { topic, path, max }: { readonly topic: string; readonly path: string; readonly max: number },
  signal: AbortSignal,
): Promise<{ timesMs: readonly number[]; values: readonly number[] }> {
  const steps = compilePath(path);
  const timesMs: number[] = [];
  const values: number[] = [];
  const pace = new Pace(signal);
  for (let seq = ring.newestOfTopic(topic); seq !== 0 && ring.has(seq); seq = ring.previousOf(seq)) {
    const value = numberOf(valueAt(parsedPayload(ring.payloadOf(seq)), steps));
    if (value !== null) {
      timesMs.push(ring.timeOf(seq));
      values.push(value);
      if (values.length >= max) break;
    }
    if (pace.isDue && !(await pace.breathe())) break;
  }
  return { timesMs: timesMs.reverse(), values: values.reverse() };
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Resolves when there is a message after `place`, the time is over, or the signal aborts. */
function another(log: TrafficLog, place: number, waitMs: number, signal: AbortSignal): Promise<void> {
  if (log.ring.newestSeq > place || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stop = log.onceMore(done);
    const timer = setTimeout(done, waitMs);
    signal.addEventListener('abort', done);
  });
}
