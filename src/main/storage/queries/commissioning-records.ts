import type { CommissioningRecord } from '../../../shared/contract/provisioning.ts';
import type { Queryable } from '../database.ts';

export type NewCommissioningRecord = Omit<CommissioningRecord, 'id'>;

/** Stores the record, a note of it on the device's line of time, and the whole of it once more in the chained log, where a later change would show. */
export async function insertCommissioningRecord(
  connection: Queryable,
  record: NewCommissioningRecord,
): Promise<void> {
  const { mac, siteRef, name, technician, startedMs, finishedMs, result } = record;
  await connection.query(
    `insert into field.commissioning_records
       (device_mac_addr, site_ref, name, technician, started_at, finished_at, result, firmware_sha256, configuration_sha256, reading, steps)
     values ($1, $2, $3, $4, to_timestamp($5::float8 / 1000), to_timestamp($6::float8 / 1000), $7, $8, $9, $10, $11)`,
    [
      mac,
      siteRef,
      name,
      technician,
      startedMs,
      finishedMs,
      result,
      record.firmwareSha256,
      record.configurationSha256,
      record.reading === null ? null : JSON.stringify(record.reading),
      JSON.stringify(record.steps),
    ],
  );
  if (result === 'ready') {
    // A board that was removed again meanwhile has no line of time that it could stand on.
    await connection.query(
      `insert into field.annotations (time, kind, text, author, device_mac_addr, automatic)
       select to_timestamp($1::float8 / 1000), 'commissioned', $2, $3, device_mac_addr, true
       from devices where device_mac_addr = $4`,
      [finishedMs, name, technician === '' ? 'application' : technician, mac],
    );
  }
  await connection.query(
    `insert into field.audit_log (actor, action, subject, details) values ($1, 'board.provision', $2, $3)`,
    [technician === '' ? 'application' : technician, mac, JSON.stringify(record)],
  );
}

/** Newest first. */
export async function listCommissioningRecords(
  connection: Queryable,
  mac: string | null,
  limit: number,
): Promise<readonly CommissioningRecord[]> {
  const { rows } = await connection.query<Row>(
    `select id, device_mac_addr as mac, site_ref as "siteRef", name, technician, started_at as "startedMs",
       finished_at as "finishedMs", result, firmware_sha256 as "firmwareSha256",
       configuration_sha256 as "configurationSha256", reading, steps
     from field.commissioning_records where $1::text is null or device_mac_addr = $1 order by id desc limit $2`,
    [mac, limit],
  );
  return rows;
}

type Row = CommissioningRecord & Record<string, unknown>;

/** Whether nothing in the log was changed or taken out since it was written; a schema before 0006 has no chain to break. */
export async function auditChainIsIntact(connection: Queryable): Promise<boolean> {
  const { rows: chain } = await connection.query<{ there: boolean }>(
    `select to_regprocedure('field.first_broken_audit_entry()') is not null as there`,
  );
  if (chain[0]?.there !== true) return true;
  const { rows } = await connection.query<{ broken: number | null }>(
    'select field.first_broken_audit_entry() as broken',
  );
  return rows[0]?.broken === null;
}
