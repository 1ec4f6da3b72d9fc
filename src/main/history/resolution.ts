import type { Resolution } from '../../shared/contract/history.ts';
import type { Range } from './range.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

type Source = Extract<Resolution, { kind: 'bucket' }>['source'];

interface Step {
  readonly stepMs: number;
  readonly source: Source;
  /** The longest range that is shown so finely. */
  readonly upToMs: number;
}

/** From fine to coarse. 24 h by the minute, 7 days by the half hour, 30 days by two hours, a year by the day. */
const ladder: readonly Step[] = [
  { stepMs: minute, source: 'raw', upToMs: day },
  { stepMs: 2 * minute, source: 'raw', upToMs: 36 * hour },
  { stepMs: 5 * minute, source: 'raw', upToMs: 60 * hour },
  { stepMs: 10 * minute, source: 'raw', upToMs: 4 * day },
  { stepMs: 15 * minute, source: 'raw', upToMs: 5 * day },
  { stepMs: 30 * minute, source: 'semi-hourly', upToMs: 10 * day },
  { stepMs: hour, source: 'hourly', upToMs: 20 * day },
  { stepMs: 2 * hour, source: 'hourly', upToMs: 45 * day },
  { stepMs: 4 * hour, source: 'hourly', upToMs: 60 * day },
  { stepMs: 6 * hour, source: 'hourly', upToMs: 190 * day },
  { stepMs: 12 * hour, source: 'hourly', upToMs: 360 * day },
  { stepMs: day, source: 'daily', upToMs: 800 * day },
  { stepMs: 2 * day, source: 'daily', upToMs: 2_000 * day },
  { stepMs: 7 * day, source: 'daily', upToMs: 7_000 * day },
  { stepMs: 30 * day, source: 'daily', upToMs: Number.POSITIVE_INFINITY },
];

const sourceMs: Readonly<Record<Exclude<Source, 'raw'>, number>> = {
  'semi-hourly': 30 * minute,
  hourly: hour,
  daily: day,
};

/** Up to here readings are shown as they came, where they fit. */
export const longestRawMs = 6 * hour;
/**
 * Rows that one answer may be computed from: what a laptop does in a tenth of a second. Fewer where the buckets are so
 * fine that nearly all of them have to be handed over.
 */
function mostRows({ source, stepMs }: Step): number {
  if (source !== 'raw') return 50_000;
  return stepMs <= 2 * minute ? 30_000 : 60_000;
}

/** Of a device: what is faster is met by a coarser step only where readings are shown as they came. */
const usualIntervalMs = minute;

/** How much time one row stands for that the step is computed from. */
function rowMs({ source, stepMs }: Step): number {
  if (source === 'raw') return usualIntervalMs;
  return source === 'hourly' && stepMs % (6 * hour) === 0 ? 6 * hour : sourceMs[source];
}

export interface ResolutionQuestion extends Range {
  readonly widthPx: number;
  readonly devices: number;
  /** The most readings of one device in the range; needed up to `longestRawMs`. */
  readonly readings?: number;
}

/**
 * How finely a range is shown: readings as they came up to six hours, then buckets that grow with the range. Never
 * more points than twice the pixels, and coarser where so many devices would need more rows than can be read at once.
 */
export function chooseResolution(question: ResolutionQuestion): Resolution {
  const { fromMs, toMs, widthPx, devices, readings } = question;
  const rangeMs = toMs - fromMs;
  const most = 2 * widthPx;
  if (rangeMs <= longestRawMs && readings !== undefined && readings <= most) return { kind: 'raw' };
  const fits = (step: Step): boolean =>
    rangeMs <= step.upToMs &&
    bucketsIn(question, step.stepMs) <= most &&
    (devices * rangeMs) / rowMs(step) <= mostRows(step);
  const step = ladder.find(fits) ?? coarsest(question, most);
  return { kind: 'bucket', stepMs: step.stepMs, source: step.source };
}

/** Buckets that the range touches. */
export function bucketsIn({ fromMs, toMs }: Range, stepMs: number): number {
  return Math.ceil(toMs / stepMs) - Math.floor(fromMs / stepMs);
}

/** Where nothing of the ladder fits: as many months in one bucket as are needed. */
function coarsest(range: Range, most: number): Pick<Step, 'stepMs' | 'source'> {
  const month = 30 * day;
  let months = 1;
  while (bucketsIn(range, months * month) > most) months++;
  return { stepMs: months * month, source: 'daily' };
}
