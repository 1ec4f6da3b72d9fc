import { AppError } from '../../../shared/domain/app-error.ts';

const unitMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 365 * 86_400_000,
};
const isoForm = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)?(Z|[+-]\d{2}:\d{2})?$/;

export interface RangeWords {
  readonly from?: string;
  readonly to?: string;
  readonly last?: string;
}

/**
 * A range as a person types it: from and to, or a span that ends at `to`. Without a zone a time is UTC; without
 * anything the range is the last day.
 *
 * @throws AppError `request.invalid`
 */
export function rangeFrom({ from, to, last }: RangeWords, nowMs: number): { fromMs: number; toMs: number } {
  if (from !== undefined && last !== undefined)
    throw new AppError('request.invalid', 'Give --from or --last, not both.', { field: 'last' });
  const toMs = to === undefined ? nowMs : moment(to, 'to');
  return { fromMs: from === undefined ? toMs - span(last ?? '1d') : moment(from, 'from'), toMs };
}

function span(text: string): number {
  const [, count, unit] = /^(\d{1,6})([hdwy])$/.exec(text) ?? [];
  const ms = Number(count) * (unitMs[unit ?? ''] ?? Number.NaN);
  if (ms > 0) return ms;
  throw new AppError('request.invalid', 'A span looks like 6h, 7d, 4w or 1y.', { field: 'last' });
}

function moment(text: string, field: string): number {
  const found = isoForm.exec(text);
  const zoned = found?.[1] === undefined && text.length > 10 ? `${text}Z` : text;
  const ms = found === null ? Number.NaN : Date.parse(zoned.replace(' ', 'T'));
  if (Number.isFinite(ms)) return ms;
  throw new AppError('request.invalid', 'A time looks like 2025-11-03 or 2025-11-03T14:30:25Z.', { field });
}
