import { AppError } from '../../shared/domain/app-error.ts';

const dayMs = 86_400_000;
const daysMost = 400;
/** Nothing was measured before, and nothing will be for a long time after. */
const earliestMs = Date.UTC(2000, 0, 1);
const latestMs = Date.UTC(2200, 0, 1);

/** @throws AppError `conformity.bad-range` for one that is empty, reversed, too long or of another age */
export function requireRange(fromMs: number, toMs: number): void {
  if (fromMs < toMs && toMs - fromMs <= daysMost * dayMs && fromMs >= earliestMs && toMs <= latestMs) return;
  throw new AppError('conformity.bad-range', 'A range has its end after its start, and at most 400 days.', {
    mostDays: daysMost,
  });
}

/** Every UTC day of a range, both ends included. @throws AppError `conformity.bad-range` */
export function daysOf(fromDay: string, toDay: string): readonly string[] {
  const [fromMs, toMs] = [Date.parse(`${fromDay}T00:00:00Z`), Date.parse(`${toDay}T00:00:00Z`) + dayMs];
  requireRange(fromMs, toMs);
  return Array.from({ length: (toMs - fromMs) / dayMs }, (_, index) =>
    new Date(fromMs + index * dayMs).toISOString().slice(0, 10),
  );
}
