const longestMs = 20 * 366 * 86_400_000;

/** A time as an `<input type="datetime-local">` has it: local, to the minute. */
export function fieldTime(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `undefined` for an empty or half-typed field. */
export function timeOfField(text: string): number | undefined {
  const timeMs = new Date(text).getTime();
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

export type RangeProblem = 'missing' | 'reversed' | 'future' | 'long';

/** Why there is nothing to show between two times; `undefined` where there may be something. */
export function rangeProblem(
  fromMs: number | undefined,
  toMs: number | undefined,
  nowMs: number,
): RangeProblem | undefined {
  if (fromMs === undefined || toMs === undefined) return 'missing';
  if (fromMs >= toMs) return 'reversed';
  if (fromMs > nowMs) return 'future';
  return toMs - fromMs > longestMs ? 'long' : undefined;
}
