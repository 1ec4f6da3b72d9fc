import pg from 'pg';
import type { Limits } from '../../../shared/contract/history.ts';
import { readBinary } from '../binary-rows.ts';
import type { Connection } from '../database.ts';
import { moment, within } from './history-points.ts';

/** The limits that hold for each device in use: its zone's, else its site's rules. */
export async function limitsOf(
  connection: Connection,
  macs: readonly string[],
): Promise<ReadonlyMap<string, Limits>> {
  const { rows } = await connection.query<{ mac: string } & Limits>(
    `select device_mac_addr as mac, temperature_min as "temperatureMin", temperature_max as "temperatureMax",
       humidity_min as "humidityMin", humidity_max as "humidityMax"
     from field.devices_in_use where device_mac_addr = any($1)`,
    [macs],
  );
  return new Map(rows.map(({ mac, ...limits }) => [mac, limits]));
}

const stretchesPerStatement = 50;

export interface OutsideStretch {
  readonly mac: string;
  readonly address: string;
  readonly metric: 'temperature' | 'humidity';
  readonly min: number | null;
  readonly max: number | null;
  readonly fromMs: number;
  readonly toMs: number;
  /** A reading stands until the next one, at most so long, and not past `endMs`. */
  readonly standsMs: number;
  readonly endMs: number;
}

/** Milliseconds for which readings beyond a limit stood, by stretch. */
export async function outsideIn(
  connection: Connection,
  stretches: readonly OutsideStretch[],
): Promise<readonly { readonly mac: string; readonly metric: string; readonly ms: number }[]> {
  const found: { mac: string; metric: string; ms: number }[] = [];
  for (let from = 0; from < stretches.length; from += stretchesPerStatement) {
    const query = stretches
      .slice(from, from + stretchesPerStatement)
      .map(outsideOf)
      .join(' union all ');
    await readBinary(connection, query, (row) => {
      const mac = row.text();
      const metric = row.text();
      found.push({ mac, metric, ms: row.double() ?? 0 });
    });
  }
  return found;
}

function outsideOf(of: OutsideStretch): string {
  const { mac, address, metric, min, max, fromMs, toMs, standsMs, endMs } = of;
  const value = `nullif(${metric}, 'NaN')`;
  const beyond = [
    ...(min === null ? [] : [`${value} < ${min}::real`]),
    ...(max === null ? [] : [`${value} > ${max}::real`]),
  ].join(' or ');
  const bounds = within({ addresses: [address], fromMs, toMs: Math.min(toMs + standsMs, endMs) });
  return `select ${pg.escapeLiteral(mac)}::text, '${metric}'::text,
      coalesce(sum(extract(epoch from least(next - time, interval '${Math.round(standsMs)} milliseconds', ${moment(endMs)} - time))), 0)::float8 * 1000
    from (select time, ${metric}, lead(time) over (order by time) as next from sensor_data where ${bounds}) as s
    where time < ${moment(toMs)} and (${beyond})`;
}
