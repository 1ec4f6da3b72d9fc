/** Epoch milliseconds that a chart shows. */
export interface ViewRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const shortestMs = 60_000;
const longestMs = 20 * 366 * 86_400_000;

/** Narrows (`factor` below 1) or widens a range so that the time under the pointer stays there. */
export function zoomAt(range: ViewRange, atMs: number, factor: number, nowMs: number): ViewRange {
  const span = Math.min(longestMs, Math.max(shortestMs, (range.toMs - range.fromMs) * factor));
  const part = (atMs - range.fromMs) / (range.toMs - range.fromMs);
  const fromMs = atMs - part * span;
  return notBeyond({ fromMs, toMs: fromMs + span }, nowMs);
}

/** Moves a range by a part of itself; to the left where it is negative. */
export function shifted(range: ViewRange, part: number, nowMs: number): ViewRange {
  const by = (range.toMs - range.fromMs) * part;
  return notBeyond({ fromMs: range.fromMs + by, toMs: range.toMs + by }, nowMs);
}

/** Nothing is measured after now: a range that would end later ends now, as long as before. */
export function notBeyond(range: ViewRange, nowMs: number): ViewRange {
  const over = Math.max(0, range.toMs - nowMs);
  return { fromMs: Math.round(range.fromMs - over), toMs: Math.round(range.toMs - over) };
}

/** A range chosen with the pointer, in whichever direction; `undefined` where it is too short to mean one. */
export function selectedRange(aMs: number, bMs: number): ViewRange | undefined {
  const range = { fromMs: Math.round(Math.min(aMs, bMs)), toMs: Math.round(Math.max(aMs, bMs)) };
  return range.toMs - range.fromMs < shortestMs ? undefined : range;
}
