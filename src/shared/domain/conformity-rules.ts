import type { ConformityRule, MetricType } from '../contract/conformity.ts';

export type Bound = 'min' | 'max';

/** The bounds that a rule of each kind is compared with; one that is missing can never be kept (DOMAIN.md, section 2). */
export const neededBounds: Readonly<Record<MetricType, readonly Bound[]>> = {
  temperature_range: ['min', 'max'],
  humidity_floor: ['min'],
  humidity_ceiling: ['max'],
  temperature_stability: ['max'],
  uptime_ratio: ['min'],
  data_validity: ['min'],
};

const ratios: ReadonlySet<MetricType> = new Set(['uptime_ratio', 'data_validity']);

/** Stored from 0 to 1, as the warehouse compares it, and shown to a person as a percentage. */
export function isRatio(metric: MetricType): boolean {
  return ratios.has(metric);
}

/** A file of rules is small: a larger one is another file. */
export const ruleFileMostBytes = 900_000;
/** So many faults, and so many changes, of a file are listed; the others are counted. */
export const ruleLinesShown = 100;

/** How many rules a site may have; far more than there are kinds, and still a page that can be read. */
export const rulesPerSiteMost = 100;

/** Beyond it no bound of any kind has a meaning, and a number may not be told apart from its neighbour. */
export const boundMost = 1_000_000;

export interface RuleBounds {
  readonly metricType: MetricType;
  readonly minAllowed: number | null;
  readonly maxAllowed: number | null;
}

export type RuleFault = 'min-missing' | 'max-missing' | 'crossed' | 'out-of-range';

/** Why a rule cannot be stored; `null` where it can. A bound that its kind does not need is kept and not compared. */
export function ruleFault({ metricType, minAllowed, maxAllowed }: RuleBounds): RuleFault | null {
  const needed = neededBounds[metricType];
  if (needed.includes('min') && minAllowed === null) return 'min-missing';
  if (needed.includes('max') && maxAllowed === null) return 'max-missing';
  if ([minAllowed, maxAllowed].some((bound) => bound !== null && !(Math.abs(bound) <= boundMost)))
    return 'out-of-range';
  if (minAllowed !== null && maxAllowed !== null && minAllowed > maxAllowed) return 'crossed';
  return null;
}

/**
 * A rule that no day with readings can keep, such as a ratio that was written as a percentage: 95 where 0.95 was
 * meant.
 */
export function canNeverBeKept({ metricType, minAllowed, maxAllowed }: RuleBounds): boolean {
  if (isRatio(metricType)) return minAllowed !== null && minAllowed > 1;
  return metricType === 'temperature_stability' && maxAllowed !== null && maxAllowed < 0;
}

/** Of one site and UTC day, over its devices; `null` for what is no number. °C, % relative humidity, ratios 0 to 1. */
export interface SiteDayFacts {
  readonly lowTemperature: number | null;
  readonly highTemperature: number | null;
  readonly lowHumidity: number | null;
  readonly highHumidity: number | null;
  /** Spread between the mean of the highest and the mean of the lowest temperatures. */
  readonly stability: number | null;
  readonly uptimeRatio: number;
  readonly dataValidity: number;
}

/** What of a day a kind of rule compares: with its lower bound, and with its upper one. */
export function comparedValues(
  metric: MetricType,
  facts: SiteDayFacts,
): { readonly low: number | null; readonly high: number | null } {
  const lower = (low: number | null) => ({ low, high: null });
  const upper = (high: number | null) => ({ low: null, high });
  const compared = {
    temperature_range: { low: facts.lowTemperature, high: facts.highTemperature },
    humidity_floor: lower(facts.lowHumidity),
    humidity_ceiling: upper(facts.highHumidity),
    temperature_stability: upper(facts.stability),
    uptime_ratio: lower(facts.uptimeRatio),
    data_validity: lower(facts.dataValidity),
  } as const satisfies Record<MetricType, object>;
  return compared[metric];
}

/** What makes two rules the same one in a file and in the database; times do not count. */
export function sameRule(
  a: Omit<ConformityRule, 'id' | 'createdMs' | 'updatedMs'>,
  b: Omit<ConformityRule, 'id' | 'createdMs' | 'updatedMs'>,
): boolean {
  return (
    a.siteRef === b.siteRef &&
    a.metricType === b.metricType &&
    a.minAllowed === b.minAllowed &&
    a.maxAllowed === b.maxAllowed &&
    a.criticality === b.criticality &&
    a.description === b.description
  );
}
