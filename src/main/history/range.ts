import { AppError } from '../../shared/domain/app-error.ts';

/** Epoch milliseconds; `fromMs` included, `toMs` not. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

const dayMs = 86_400_000;
/** More than any installation is old, and little enough for steps of a month. */
const longestDays = 36_600;
/** 9999-12-31T23:59:59.999Z: the last moment that ISO 8601 writes with four digits of the year. */
const lastMs = 253_402_300_799_999;

/** @throws AppError `history.bad-range`: reversed, empty, over a hundred years, before 1970 or past the year 9999 */
export function checkedRange({ fromMs, toMs }: Range): Range {
  const reason =
    !Number.isFinite(fromMs) || !Number.isFinite(toMs) || fromMs < 0 || toMs > lastMs
      ? 'outside'
      : fromMs >= toMs
        ? fromMs === toMs
          ? 'empty'
          : 'reversed'
        : toMs - fromMs > longestDays * dayMs
          ? 'too-long'
          : undefined;
  if (reason === undefined) return { fromMs: Math.floor(fromMs), toMs: Math.ceil(toMs) };
  const words = {
    outside: 'The range lies outside of the years 1970 to 9999.',
    empty: 'The range is empty.',
    reversed: 'The range ends before it begins.',
    'too-long': 'The range is longer than a hundred years.',
  } as const;
  throw new AppError('history.bad-range', words[reason], { context: reason });
}
