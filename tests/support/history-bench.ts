import { History } from '../../src/main/history/index.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import type { Database } from '../../src/main/storage/index.ts';
import { ensurePartitions, utcDay } from '../../src/main/storage/index.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';

const dayMs = 86_400_000;
export const never = new AbortController().signal;

export function macAt(index: number): MacAddress {
  return `24:6F:28:00:00:${index.toString(16).padStart(2, '0').toUpperCase()}` as MacAddress;
}

/** A history on this database, at this moment. */
export function historyOn(owner: Database, nowMs: number): History {
  const history = new History({ clock: { now: () => nowMs }, log: silentLog });
  history.open(owner);
  return history;
}

export interface Readings {
  readonly mac: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly everySeconds?: number;
  /** Of these, each n-th is lost. */
  readonly loseEach?: number;
}

/** A wave of a day with some noise, its hundredths made from the time alone. */
export async function addReadings(owner: Database, wish: Readings): Promise<void> {
  const { mac, fromMs, toMs, everySeconds = 60, loseEach = 0 } = wish;
  const days: string[] = [];
  for (let at = fromMs; at <= toMs + dayMs; at += dayMs) days.push(utcDay(at));
  await ensurePartitions(owner, days);
  await owner.query(
    `insert into sensor_data (device_mac_addr, time, temperature, humidity, reception_time)
     select $1, t, round((5 + 3 * sin(extract(epoch from t) / 86400 * 2 * pi()) + (extract(epoch from t)::bigint / 7 % 100) / 100.0)::numeric, 2)::real,
       round((60 + 10 * cos(extract(epoch from t) / 86400 * 2 * pi()) + (extract(epoch from t)::bigint / 11 % 100) / 100.0)::numeric, 2)::real, t
     from generate_series(to_timestamp($2::float8 / 1000), to_timestamp($3::float8 / 1000) - interval '1 microsecond', $4 * interval '1 second')
       with ordinality as s (t, n)
     where $5 = 0 or n % greatest($5, 1) <> 0 on conflict do nothing`,
    [mac, fromMs, toMs, everySeconds, loseEach],
  );
}
