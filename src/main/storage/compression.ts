import type { Queryable } from './database.ts';
import { databaseKind } from './database-kind.ts';

/** Chunks that no device writes to any more. */
const afterDays = 30;

/**
 * On the community edition of TimescaleDB, old chunks are compressed by its own job: by device, in order of time,
 * which is how they are read (TimescaleDB's documentation, "Compression", `ALTER TABLE (Compression)` and
 * `add_compression_policy`). Safe to call again; elsewhere it does nothing. Late readings, imports and undoing them
 * work on compressed chunks too (from 2.11 on), only slower: the server's bound of 100000 rows that one transaction may
 * decompress (`timescaledb.max_tuples_decompressed_per_dml_transaction`) is lifted for the database, for one day of
 * many devices holds more. Connections that are open keep it until they are opened anew.
 *
 * Its retention policies are not used: they drop by the age of the readings alone, and with that what was imported or
 * sent late only today.
 *
 * @returns the tables for which it was switched on now
 */
export async function keepCompressed(owner: Queryable): Promise<readonly string[]> {
  if ((await databaseKind(owner)) !== 'timescaledb-community') return [];
  await liftBound(owner);
  const { rows } = await owner.query<{ table: string }>(
    `select h.hypertable_name as table from timescaledb_information.hypertables h
     where h.hypertable_schema = 'public' and h.hypertable_name in ('sensor_data', 'device_heartbeats')
       and not exists (
         select from timescaledb_information.jobs j where j.proc_name = 'policy_compression'
           and j.hypertable_schema = h.hypertable_schema and j.hypertable_name = h.hypertable_name)
     order by 1`,
  );
  for (const { table } of rows) {
    await owner.query(
      `alter table public.${table} set (timescaledb.compress, timescaledb.compress_segmentby = 'device_mac_addr',
         timescaledb.compress_orderby = 'time')`,
    );
    await owner.query(
      `select add_compression_policy('public.${table}', compress_after => interval '${afterDays} days', if_not_exists => true)`,
    );
  }
  return rows.map(({ table }) => table);
}

async function liftBound(owner: Queryable): Promise<void> {
  const { rows } = await owner.query<{ name: string }>('select quote_ident(current_database()) as name');
  const name = rows[0]?.name;
  if (name !== undefined)
    await owner.query(
      `alter database ${name} set timescaledb.max_tuples_decompressed_per_dml_transaction to 0`,
    );
}
