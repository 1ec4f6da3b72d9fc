import { BinaryCopy } from '../binary-copy.ts';
import type { Queryable } from '../database.ts';

/** A reading from a file; epoch milliseconds, °C, % relative humidity. */
export interface ImportRow {
  readonly mac: string;
  readonly timeMs: number;
  readonly temperature: number;
  readonly humidity: number;
}

export interface BatchCounts {
  readonly added: number;
  readonly replaced: number;
  readonly unchanged: number;
}

/** Once for each connection; its rows go with each transaction. */
export async function makeImportTable(connection: Queryable): Promise<void> {
  await connection.query(
    `create temporary table import_batch (time timestamptz not null, device_mac_addr varchar(17) not null,
       temperature real, humidity real, primary key (device_mac_addr, time)) on commit delete rows`,
  );
}

/** No two rows may share MAC and time. To be called inside a transaction, as what follows. */
async function fill(connection: Queryable, rows: readonly ImportRow[]): Promise<readonly [string, string]> {
  const data = new BinaryCopy(4, rows.length, 49);
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { mac, timeMs, temperature, humidity } of rows) {
    data.row();
    data.timestamp(timeMs);
    data.text(mac);
    data.real(temperature);
    data.real(humidity);
    from = Math.min(from, timeMs);
    to = Math.max(to, timeMs);
  }
  // Each row is looked up by its key: a join by hash would read whole days for a few rows of each.
  await connection.query('set local enable_hashjoin = off');
  await connection.query('set local enable_mergejoin = off');
  await connection.copyIn(
    'copy import_batch (time, device_mac_addr, temperature, humidity) from stdin (format binary)',
    data.finish(),
  );
  return [new Date(from).toISOString(), new Date(to).toISOString()];
}

/** What writing these rows would do. */
export async function countBatch(connection: Queryable, rows: readonly ImportRow[]): Promise<BatchCounts> {
  const range = await fill(connection, rows);
  const { rows: counted } = await connection.query<{ found: number; same: number }>(
    `select count(*) as found, count(*) filter (
       where (s.temperature, s.humidity) is not distinct from (b.temperature, b.humidity)) as same
     from import_batch b join sensor_data s on s.device_mac_addr = b.device_mac_addr and s.time = b.time
     where s.time between $1 and $2`,
    range,
  );
  const { found, same } = counted[0] ?? { found: 0, same: 0 };
  return { added: rows.length - found, replaced: found - same, unchanged: same };
}

/**
 * Writes rows as those of an import. What they replace is kept first, and a row is replaced only as long as it still
 * is what was kept: what a device sends in between stays. Rows that are there with the same values stay as they are,
 * and are not the import's.
 */
export async function writeBatch(
  connection: Queryable,
  importId: number,
  rows: readonly ImportRow[],
): Promise<BatchCounts> {
  const range = await fill(connection, rows);
  const { rowCount: added } = await connection.query(
    `insert into sensor_data (time, device_mac_addr, temperature, humidity, reception_time)
     select b.time, b.device_mac_addr, b.temperature, b.humidity, i.reception_time
     from import_batch b, field.imports i where i.id = $1
     on conflict (device_mac_addr, time) do nothing`,
    [importId],
  );
  await connection.query(
    `insert into field.import_days (import_id, day, device_mac_addr)
     select distinct $1::bigint, (time at time zone 'UTC')::date, device_mac_addr from import_batch
     on conflict do nothing`,
    [importId],
  );
  if (added === rows.length) return { added, replaced: 0, unchanged: 0 };
  await connection.query(
    `insert into field.import_replaced as r (import_id, device_mac_addr, time, temperature, humidity, reception_time)
     select i.id, s.device_mac_addr, s.time, s.temperature, s.humidity, s.reception_time
     from field.imports i, import_batch b join sensor_data s on s.device_mac_addr = b.device_mac_addr and s.time = b.time
     where i.id = $1 and s.time between $2 and $3 and s.reception_time is distinct from i.reception_time
       and (s.temperature, s.humidity) is distinct from (b.temperature, b.humidity)
     on conflict (import_id, device_mac_addr, time) do update set temperature = excluded.temperature,
       humidity = excluded.humidity, reception_time = excluded.reception_time`,
    [importId, ...range],
  );
  const { rowCount: replaced } = await connection.query(
    `update sensor_data s set temperature = b.temperature, humidity = b.humidity, reception_time = i.reception_time
     from import_batch b, field.imports i
     where i.id = $1 and s.device_mac_addr = b.device_mac_addr and s.time = b.time and s.time between $2 and $3
       and (s.temperature, s.humidity) is distinct from (b.temperature, b.humidity)
       and (s.reception_time = i.reception_time or exists (
         select from field.import_replaced r where r.import_id = $1 and r.device_mac_addr = s.device_mac_addr
           and r.time = s.time and r.reception_time is not distinct from s.reception_time))`,
    [importId, ...range],
  );
  return { added, replaced, unchanged: rows.length - added - replaced };
}

export interface UndoneCounts {
  readonly removed: number;
  readonly restored: number;
}

/**
 * Takes one day of an import back: what it replaced is as before, what it added is gone. A later import that replaced
 * rows of this one keeps theirs, and has underneath what this one had underneath. A row that carries another reception
 * time is not this import's any more and stays.
 *
 * @param day `YYYY-MM-DD`, UTC
 */
export async function undoDay(connection: Queryable, importId: number, day: string): Promise<UndoneCounts> {
  const range = [importId, `${day}T00:00:00Z`, `${nextDay(day)}T00:00:00Z`];
  const { rowCount: restored } = await connection.query(
    `update sensor_data s set temperature = r.temperature, humidity = r.humidity, reception_time = r.reception_time
     from field.import_replaced r, field.imports i
     where i.id = $1 and r.import_id = i.id and s.device_mac_addr = r.device_mac_addr and s.time = r.time
       and s.reception_time = i.reception_time and s.time >= $2 and s.time < $3 and r.time >= $2 and r.time < $3`,
    range,
  );
  const { rowCount: removed } = await connection.query(
    `delete from sensor_data s using field.imports i
     where i.id = $1 and s.reception_time = i.reception_time and s.time >= $2 and s.time < $3
       and s.device_mac_addr = any(array(
         select d.device_mac_addr::text from field.import_days d where d.import_id = $1 and d.day = $4::date))`,
    [...range, day],
  );
  await connection.query(
    `update field.import_replaced l
     set temperature = r.temperature, humidity = r.humidity, reception_time = r.reception_time
     from field.import_replaced r, field.imports i
     where i.id = $1 and r.import_id = i.id and l.import_id <> i.id and l.device_mac_addr = r.device_mac_addr
       and l.time = r.time and l.reception_time = i.reception_time
       and l.time >= $2 and l.time < $3 and r.time >= $2 and r.time < $3`,
    range,
  );
  await connection.query(
    `delete from field.import_replaced l using field.imports i
     where i.id = $1 and l.time >= $2 and l.time < $3
       and (l.import_id = i.id or l.reception_time = i.reception_time)`,
    range,
  );
  await connection.query('delete from field.import_days where import_id = $1 and day = $2::date', [
    importId,
    day,
  ]);
  return { removed, restored };
}

function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
