import pg from 'pg';
import { moment } from './history-points.ts';

export interface ExportPiece {
  readonly address: string;
  /** The device that the readings belong to. */
  readonly mac: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** `2025-11-03T14:30:25.000Z`, as the sensors write it. */
const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** A spreadsheet runs what begins like a formula; behind an apostrophe it is text. One row stays one line. */
const asText = (column: string): string =>
  `regexp_replace(regexp_replace(${column}, '\\s+', ' ', 'g'), '^(?=\\s*[=+@-])', '''')`;

export const rawHeading = 'device_mac_addr,device_name,site_ref,time,temperature,humidity,reception_time';
export const bucketHeading =
  'device_mac_addr,bucket_start,bucket_end,measurement_count,avg_temperature,min_temperature,max_temperature,avg_humidity,min_humidity,max_humidity';

/** A `copy` that gives the readings of some pieces in their order as lines of CSV, without a heading. */
export function rawExport(piece: ExportPiece): string {
  const mac = pg.escapeLiteral(piece.mac);
  return `copy (
    select s.device_mac_addr, d.device_name, d.site_ref,
      ${iso('s.time')}, s.temperature, s.humidity, ${iso('s.reception_time')}
    from sensor_data s
    left join (
      select ${asText(`coalesce(max(p.name), '')`)} as device_name, ${asText(`coalesce(max(v.site_ref), '')`)} as site_ref
      from devices v
      left join field.device_profiles p using (device_mac_addr) where v.device_mac_addr = ${mac}
    ) as d on true
    where s.device_mac_addr = ${pg.escapeLiteral(piece.address)}
      and s.time >= ${moment(piece.fromMs)} and s.time < ${moment(piece.toMs)}
    order by s.time
  ) to stdout (format csv)`;
}

/** The same of a rollup view. */
export function bucketExport(
  piece: ExportPiece,
  view: 'sensor_data_semi_hourly' | 'sensor_data_hourly' | 'sensor_data_daily',
): string {
  return `copy (
    select device_mac_addr, ${iso('bucket_start')}, ${iso('bucket_end')}, measurement_count,
      avg_temperature, min_temperature, max_temperature, avg_humidity, min_humidity, max_humidity
    from ${view}
    where device_mac_addr = ${pg.escapeLiteral(piece.address)}
      and bucket_start >= ${moment(piece.fromMs)} and bucket_start < ${moment(piece.toMs)}
    order by bucket_start
  ) to stdout (format csv)`;
}
