import type { TFunction } from 'i18next';
import type { ConformityRule, MetricType, RuleDay } from '../../../shared/contract/conformity.ts';
import { isRatio, neededBounds } from '../../../shared/domain/conformity-rules.ts';
import { formatNumber, humidityUnit } from '../../components/format.ts';

/** In the unit of a kind of rule; a ratio as a percentage, with as many digits as tell it from its bound. */
export function valueText(metric: MetricType, value: number): string {
  if (isRatio(metric)) return `${shortest(value * 100)} %`;
  return `${shortest(value)} ${unitOf(metric)}`;
}

/** What is typed into a field stands in this unit. */
export function unitOf(metric: MetricType): string {
  if (isRatio(metric)) return '%';
  return metric === 'humidity_floor' || metric === 'humidity_ceiling' ? humidityUnit() : '°C';
}

/** Two digits at most, and none that say nothing. */
function shortest(value: number): string {
  const rounded = Number(value.toFixed(2));
  const digits = [0, 1].find((count) => Number(rounded.toFixed(count)) === rounded) ?? 2;
  return formatNumber(rounded, digits);
}

/** `2 to 8 °C`: the unit stands once. */
function rangeText(t: TFunction, metric: MetricType, low: number | null, high: number | null): string {
  const side = (value: number | null): string => (value === null ? '–' : shortest(value));
  return t('conformity.between', { min: side(low), max: side(high), unit: unitOf(metric) });
}

export function boundsText(
  t: TFunction,
  { metricType, minAllowed, maxAllowed }: Pick<ConformityRule, 'metricType' | 'minAllowed' | 'maxAllowed'>,
): string {
  const side = (value: number | null): string => (value === null ? '–' : valueText(metricType, value));
  const needed = neededBounds[metricType];
  if (needed.length === 2) return rangeText(t, metricType, minAllowed, maxAllowed);
  return needed[0] === 'min'
    ? t('conformity.atLeast', { value: side(minAllowed) })
    : t('conformity.atMost', { value: side(maxAllowed) });
}

/** What was compared on a day. */
export function comparedText(t: TFunction, metric: MetricType, { low, high }: RuleDay): string {
  if (neededBounds[metric].length === 2 && low !== null && high !== null)
    return rangeText(t, metric, low, high);
  const value = low ?? high;
  return value === null ? t('conformity.noNumber') : valueText(metric, value);
}
