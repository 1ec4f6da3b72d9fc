import pg from 'pg';
import type { RangeStatistics } from '../../../shared/contract/history.ts';
import {
  energyOverGas,
  zeroCelsiusInKelvin as kelvin,
} from '../../../shared/domain/mean-kinetic-temperature.ts';
import type { Connection } from '../database.ts';
import { within, type PointQuestion } from './history-points.ts';

const fractions = [0.05, 0.5, 0.95] as const;

type Spread = NonNullable<RangeStatistics['temperature']>;

interface Row {
  readonly rows: number;
  readonly temperature_mean: number | null;
  readonly temperature_deviation: number | null;
  readonly temperature_percentiles: readonly number[] | null;
  readonly humidity_mean: number | null;
  readonly humidity_deviation: number | null;
  readonly humidity_percentiles: readonly number[] | null;
  readonly mkt: number | null;
}

/**
 * Of every reading of one device, wherever its parts lie. The mean kinetic temperature is
 * `(dH/R) / -ln(sum(exp(-dH/(R T))) / n)`, each reading with the same weight, as USP has it for equal intervals.
 */
export async function statisticsOf(
  connection: Connection,
  parts: readonly PointQuestion[],
): Promise<Omit<RangeStatistics, 'mac'>> {
  const list = pg.escapeLiteral(`{${fractions.join(',')}}`);
  const measured = (name: string): string =>
    `avg(${name}) as ${name}_mean, stddev_samp(${name}) as ${name}_deviation,
     percentile_cont(${list}::float8[]) within group (order by ${name}) as ${name}_percentiles`;
  const finite = (name: string): string =>
    `nullif(nullif(nullif(${name}, 'NaN'), 'Infinity'), '-Infinity')::float8 as ${name}`;
  const readings = parts
    .map(
      (part) =>
        `select ${finite('temperature')}, ${finite('humidity')} from sensor_data where ${within(part)}`,
    )
    .join(' union all ');
  const { rows } = await connection.query<Record<keyof Row, unknown>>(
    `select count(*) as rows, ${measured('temperature')}, ${measured('humidity')},
       ${energyOverGas}::float8 / nullif(-ln(avg(exp(-${energyOverGas}::float8 / nullif(temperature + ${kelvin}, 0)))
         filter (where temperature > -${kelvin})), 0) - ${kelvin} as mkt
     from (${readings}) as r`,
  );
  const [row] = rows as unknown as readonly Row[];
  return {
    rows: row?.rows ?? 0,
    temperature: spread(row?.temperature_mean, row?.temperature_deviation, row?.temperature_percentiles),
    humidity: spread(row?.humidity_mean, row?.humidity_deviation, row?.humidity_percentiles),
    meanKineticTemperature: row?.mkt ?? null,
  };
}

function spread(
  mean: number | null | undefined,
  deviation: number | null | undefined,
  percentiles: readonly number[] | null | undefined,
): Spread | null {
  const [p5, p50, p95] = percentiles ?? [];
  if (mean === undefined || mean === null || p5 === undefined || p50 === undefined || p95 === undefined)
    return null;
  return { mean, standardDeviation: deviation ?? null, p5, p50, p95 };
}
