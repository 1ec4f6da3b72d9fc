import type { Queryable } from '../../src/main/storage/index.ts';

const kinds = [
  { name: 'sensor_data_semi_hourly', width: '30 minutes', count: 'count(temperature)' },
  { name: 'sensor_data_hourly', width: '1 hour', count: 'count(*)' },
  { name: 'sensor_data_daily', width: '1 day', count: 'count(*)' },
  { name: 'six-hourly', width: '6 hours', count: 'count(*)' },
] as const;

/** No relation of its own shows these: what the rollup holds of the time that it answers for. */
const sixHourly = `(select *, bucket_start + interval '6 hours' as bucket_end from field.rollup_six_hourly)`;
const answersFor = `bucket_start + interval '6 hours' <= (select watermark from field.rollup_state)
  and not exists (select from field.stale_days d
    where d.device_mac_addr = both_of.device_mac_addr and d.day = (bucket_start at time zone 'UTC')::date)`;

const columns = ['temperature', 'humidity'] as const;
/** Floating point sums depend on the order of the rows. */
const close = (name: string): string =>
  `(abs(shown.${name} - plain.${name}) < 1e-6 or shown.${name} is not distinct from plain.${name})`;
const same = (name: string): string => `shown.${name} is not distinct from plain.${name}`;

/**
 * Buckets that the three relations, and the rollup behind the charts of months, show otherwise than a plain `group by` over the readings, each relation in one
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
       from (${name === 'six-hourly' ? sixHourly : `table ${name}`}) shown
         full join plain using (device_mac_addr, bucket_start)
         cross join lateral (select device_mac_addr) as both_of
       where ${name === 'six-hourly' ? answersFor : 'true'} and not coalesce(${same('measurement_count')} and shown.bucket_end = bucket_start + interval '${width}'
         and ${columns.map((c) => `${close(`avg_${c}`)} and ${same(`min_${c}`)} and ${same(`max_${c}`)}`).join(' and ')}, false)
       limit 5`,
    );
    found.push(...rows);
  }
  return found;
}
