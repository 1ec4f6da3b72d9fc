import type { HealthReason } from '../../../shared/contract/health.ts';
import { formatNumber, humidityUnit } from '../../components/format.ts';

/** Numbers as the screens write them; a value and its limit with the unit of what was measured. */
export function figuresOf(data: HealthReason['data']): Readonly<Record<string, string>> {
  const { quantity } = data;
  const unit = quantity === 'temperature' ? '°C' : quantity === 'humidity' ? humidityUnit() : '';
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      typeof value === 'number'
        ? `${formatNumber(value, Number.isInteger(value) ? 0 : 1)}${unit !== '' && (key === 'value' || key === 'limit') ? `\u202F${unit}` : ''}`
        : String(value ?? '–'),
    ]),
  );
}
