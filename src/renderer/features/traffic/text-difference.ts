/** A text in three parts against another: what both begin with, what is its own, what both end with. */
export interface TextDifference {
  readonly start: string;
  readonly own: string;
  readonly end: string;
  /** What stood in the place of `own`. */
  readonly was: string;
}

export function textDifference(now: string, before: string): TextDifference {
  const shorter = Math.min(now.length, before.length);
  let from = 0;
  while (from < shorter && now[from] === before[from]) from++;
  // Never within a character of two parts.
  if (from > 0 && isHigh(now, from - 1)) from--;
  let tail = 0;
  while (tail < shorter - from && now[now.length - 1 - tail] === before[before.length - 1 - tail]) tail++;
  if (tail > 0 && isLow(now, now.length - tail)) tail--;
  return {
    start: now.slice(0, from),
    own: now.slice(from, now.length - tail),
    end: now.slice(now.length - tail),
    was: before.slice(from, before.length - tail),
  };
}

function isHigh(text: string, at: number): boolean {
  return /[\uD800-\uDBFF]/u.test(text.charAt(at));
}

function isLow(text: string, at: number): boolean {
  return /[\uDC00-\uDFFF]/u.test(text.charAt(at));
}
