import type { Queryable } from '../../src/main/storage/index.ts';

const kinds = [
  { name: 'sensor_data_semi_hourly', width: '30 minutes', count: 'count(temperature)' },
  { name: 'sensor_data_hourly', width: '1 hour', count: 'count(*)' },
  { name: 'sensor_data_daily', width: '1 day', count: 'count(*)' },
] as const;

const columns = ['temperature', 'humidity'] as const;
/** Floating point sums depend on the order of the rows. */
const close = (name: string): string =>
  `(abs(shown.${name} - plain.${name}) < 1e-6 or shown.${name} is not distinct from plain.${name})`;
const same = (name: string): string => `shown.${name} is not distinct from plain.${name}`;

/**
 * Buckets that the three relations show otherwise than a plain `group by` over the readings, each relation in one
 * statement and so of one moment, while others write.
 */
export async function rollupDifferences(connection: Queryable): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const { name, width, count } of kinds) {
    const { rows } = await connection.query(
      `with plain as (
         select device_mac_addr, date_bin('${width}', time, timestamptz '2020-01-01 00:00:00+00') as bucket_start,
           ${count} as measurement_count,
           ${columns.map((c) => ['avg', 'min', 'max'].map((f) => `${f}(${c}) filter (where ${c} <> 'NaN') as ${f}_${c}`).join(', ')).join(', ')}
         from sensor_data group by 1, 2)
       select '${name}' as relation, to_jsonb(shown) as shown, to_jsonb(plain) as plain
       from ${name} shown full join plain using (device_mac_addr, bucket_start)
       where not coalesce(${same('measurement_count')} and shown.bucket_end = bucket_start + interval '${width}'
         and ${columns.map((c) => `${close(`avg_${c}`)} and ${same(`min_${c}`)} and ${same(`max_${c}`)}`).join(' and ')}, false)
       limit 5`,
    );
    found.push(...rows);
  }
  return found;
}
