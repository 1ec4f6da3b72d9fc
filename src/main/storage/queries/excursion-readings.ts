import { readBinary } from '../binary-rows.ts';
import type { Connection } from '../database.ts';
import { within, type PointQuestion } from './history-points.ts';

/** Time in which the readings of one measurement are looked at, and for whom. */
export interface Stretch<T> extends Omit<PointQuestion, 'addresses'> {
  readonly address: string;
  readonly metric: 'temperature' | 'humidity';
  readonly for: T;
}

const stretchesPerStatement = 50;

/**
 * The readings of each stretch, in the order of the stretches and of time: each with bounds of its own that the
 * planner meets, many in one statement, and as arrays.
 *
 * @param take gets epoch milliseconds with fractions, and values as they were stored; what is no number is `null`
 */
export async function readingsIn<T>(
  connection: Connection,
  stretches: readonly Stretch<T>[],
  take: (whom: T, times: readonly number[], values: readonly (number | null)[]) => void,
): Promise<void> {
  for (let from = 0; from < stretches.length; from += stretchesPerStatement) {
    const some = stretches.slice(from, from + stretchesPerStatement);
    const query = some
      .map(
        ({ address, metric, fromMs, toMs }, index) =>
          `select ${index}::int4, array_agg(time), array_agg(value)
           from (select time, ${metric} as value from sensor_data
             where ${within({ addresses: [address], fromMs, toMs })} order by time) as r`,
      )
      .join(' union all ');
    await readBinary(connection, query, (row) => {
      const stretch = some[row.integer() ?? 0];
      const times = row.numbers('timestamp');
      const values = row.array('single');
      if (stretch !== undefined) take(stretch.for, times, values);
    });
  }
}
