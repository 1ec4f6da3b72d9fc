import pg from 'pg';
import { readBinary } from '../binary-rows.ts';
import type { Connection } from '../database.ts';
import { moment } from './history-points.ts';
import type { Rollups } from './history-rollups.ts';

export interface HoursQuestion {
  readonly address: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface HourCounts {
  /** Starts of the hours that are not empty; epoch milliseconds, ascending. */
  readonly times: readonly number[];
  readonly counts: readonly number[];
}

/** So many stretches are asked for in one statement. */
const stretchesPerStatement = 200;

/**
 * How many readings each hour of some stretches holds, by the number of the stretch. Absent where the rollup cannot be
 * relied on (newer than it, or overtaken by late readings), or holds nothing at all.
 */
export async function hourCounts(
  connection: Connection,
  rollups: Rollups,
  stretches: readonly HoursQuestion[],
): Promise<ReadonlyMap<number, HourCounts>> {
  const found = new Map<number, HourCounts>();
  if (rollups.kind !== 'tables') return found;
  const reliable = [...stretches.entries()].filter(([, { toMs }]) => toMs <= rollups.watermarkMs);
  for (let from = 0; from < reliable.length; from += stretchesPerStatement) {
    const values = reliable
      .slice(from, from + stretchesPerStatement)
      .map(
        ([i, { address, fromMs, toMs }]) =>
          `('${i}', ${pg.escapeLiteral(address)}, ${moment(fromMs)}, ${moment(toMs)})`,
      );
    await readBinary(
      connection,
      // Aggregated per stretch: as a join, all hours of these devices were read for a few of them.
      `select q.number, h.starts, h.counts
       from (values ${values.join(', ')}) as q (number, address, since, until)
       cross join lateral (
         select array_agg(r.bucket_start order by r.bucket_start) as starts,
           array_agg(r.measurement_count order by r.bucket_start) as counts
         from field.rollup_hourly r
         where r.device_mac_addr = q.address and r.bucket_start >= q.since and r.bucket_start < q.until
       ) as h
       where h.starts is not null
         and not exists (select from field.stale_days s where s.device_mac_addr = q.address
           and s.day >= (q.since at time zone 'UTC')::date and s.day <= (q.until at time zone 'UTC')::date)`,
      (row) => {
        found.set(Number(row.text()), { times: row.numbers('timestamp'), counts: row.numbers('bigint') });
      },
    );
  }
  return found;
}
