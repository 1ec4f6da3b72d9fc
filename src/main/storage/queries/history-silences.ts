import pg from 'pg';
import { readBinary } from '../binary-rows.ts';
import type { Connection } from '../database.ts';
import { moment, within, type PointQuestion } from './history-points.ts';
import type { Rollups } from './history-rollups.ts';

/** So many stretches are asked for in one statement. */
const stretchesPerStatement = 50;

export interface Stretch {
  readonly mac: string;
  /** Where its readings lie. */
  readonly parts: readonly { readonly address: string; readonly fromMs: number; readonly toMs: number }[];
  /** Moments that end a silence as a reading does: the edges of what is asked. */
  readonly edgesMs: readonly number[];
  readonly longerThanMs: number;
}

export interface FoundSilence {
  readonly mac: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Between readings of these stretches, where longer than so much. */
export async function silencesIn(
  connection: Connection,
  stretches: readonly Stretch[],
): Promise<readonly FoundSilence[]> {
  const found: FoundSilence[] = [];
  for (let from = 0; from < stretches.length; from += stretchesPerStatement) {
    const some = stretches.slice(from, from + stretchesPerStatement);
    await readBinary(connection, some.map(silencesOf).join(' union all '), (row) => {
      const mac = row.text();
      const fromMs = row.timestamp() ?? 0;
      found.push({ mac, fromMs, toMs: row.timestamp() ?? 0 });
    });
  }
  return found;
}

/** With the bounds of each stretch in its own select, which is then planned for its own days only. */
function silencesOf({ mac, parts, edgesMs, longerThanMs }: Stretch): string {
  const times = [
    ...parts.map(
      ({ address, fromMs, toMs }) =>
        `select time from sensor_data where ${within({ addresses: [address], fromMs, toMs })}`,
    ),
    ...edgesMs.map((ms) => `select ${moment(ms)}`),
  ].join(' union all ');
  return `select ${pg.escapeLiteral(mac)}::text, before, time
    from (select time, lag(time) over (order by time) as before from (${times}) as t) as s
    where time - before > interval '${Math.round(longerThanMs)} milliseconds'`;
}

/**
 * Which of these addresses have a reading before a moment. Asked of the days' rollup where there is one: a look into
 * every day that may hold one takes tens of milliseconds to plan with a year of them.
 */
export async function existedBefore(
  connection: Connection,
  rollups: Rollups,
  addresses: readonly string[],
  ms: number,
): Promise<ReadonlySet<string>> {
  if (rollups.kind !== 'tables') return existedByReadings(connection, addresses, ms);
  const dayMs = 86_400_000;
  const dayFromMs = Math.floor(Math.min(ms, rollups.watermarkMs) / dayMs) * dayMs;
  const { rows } = await connection.query<{ address: string; known: boolean; stale: boolean }>(
    `select a.address,
       exists (select from field.rollup_daily r where r.device_mac_addr = a.address and r.bucket_start < ${moment(dayFromMs)})
         or exists (select from sensor_data s where s.device_mac_addr = a.address
           and s.time >= ${moment(dayFromMs)} and s.time < ${moment(ms)}) as known,
       exists (select from field.stale_days d where d.device_mac_addr = a.address) as stale
     from unnest($1::text[]) as a (address)`,
    [addresses],
  );
  const found = new Set(rows.filter(({ known, stale }) => known && !stale).map(({ address }) => address));
  const unsure = rows.filter(({ stale }) => stale).map(({ address }) => address);
  for (const address of await existedByReadings(connection, unsure, ms)) found.add(address);
  return found;
}

async function existedByReadings(
  connection: Connection,
  addresses: readonly string[],
  ms: number,
): Promise<ReadonlySet<string>> {
  if (addresses.length === 0) return new Set();
  const { rows } = await connection.query<{ address: string }>(
    `select a.address from unnest($1::text[]) as a (address)
     where exists (select from sensor_data where device_mac_addr = a.address and time < ${moment(ms)})`,
    [addresses],
  );
  return new Set(rows.map(({ address }) => address));
}

/** The most readings that one of these addresses has there. */
export async function mostReadings(connection: Connection, question: PointQuestion): Promise<number> {
  const { rows } = await connection.query<{ most: number | null }>(
    `select max(n) as most from (select count(*) as n from sensor_data where ${within(question)} group by device_mac_addr) as c`,
  );
  return rows[0]?.most ?? 0;
}
