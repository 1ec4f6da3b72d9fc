import type { Alert, AlertKind } from '../../../shared/contract/alerts.ts';
import type { Queryable } from '../database.ts';

/** At most so many that are over are kept. */
const clearedKept = 10_000;

const columns = `id, kind, severity, scope, device_mac_addr as mac, site_ref as "siteRef", devices, device_count as "deviceCount",
  data, since as "sinceMs", raised_at as "raisedMs", cleared_at as "clearedMs", acknowledged_at as "acknowledgedMs",
  coalesce(acknowledged_by, '') as "acknowledgedBy", coalesce(note, '') as note, snoozed_until as "snoozedUntilMs"`;

type Row = { [K in keyof Omit<Alert, 'acknowledged'>]: Alert[K] } & {
  acknowledgedMs: number | null;
  acknowledgedBy: string;
  note: string;
};

function alertOf({ acknowledgedMs, acknowledgedBy, note, ...row }: Row): Alert {
  return {
    ...row,
    acknowledged: acknowledgedMs === null ? null : { timeMs: acknowledgedMs, by: acknowledgedBy, note },
  };
}

/** Writes alerts as they are now, new ones and known ones. */
export async function storeAlerts(connection: Queryable, alerts: readonly Alert[]): Promise<void> {
  for (const alert of alerts) {
    await connection.query(
      `insert into field.alerts (id, kind, severity, scope, device_mac_addr, site_ref, devices, device_count, data, since,
         raised_at, cleared_at, acknowledged_at, acknowledged_by, note, snoozed_until)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10::float8 / 1000), to_timestamp($11::float8 / 1000),
         to_timestamp($12::float8 / 1000), to_timestamp($13::float8 / 1000), $14, $15, to_timestamp($16::float8 / 1000))
       on conflict (id) do update set severity = excluded.severity, devices = excluded.devices,
         device_count = excluded.device_count, data = excluded.data, cleared_at = excluded.cleared_at,
         acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by, note = excluded.note,
         snoozed_until = excluded.snoozed_until`,
      [
        alert.id,
        alert.kind,
        alert.severity,
        alert.scope,
        alert.mac,
        alert.siteRef,
        alert.devices,
        alert.deviceCount,
        JSON.stringify(alert.data),
        alert.sinceMs,
        alert.raisedMs,
        alert.clearedMs,
        alert.acknowledged?.timeMs ?? null,
        alert.acknowledged?.by ?? null,
        alert.acknowledged?.note ?? null,
        alert.snoozedUntilMs,
      ],
    );
  }
  await connection.query(
    `delete from field.alerts where cleared_at is not null and raised_at < (
       select raised_at from field.alerts where cleared_at is not null order by raised_at desc offset $1 limit 1)`,
    [clearedKept],
  );
}

export async function activeAlerts(connection: Queryable): Promise<readonly Alert[]> {
  const { rows } = await connection.query<Row>(
    `select ${columns} from field.alerts where cleared_at is null order by raised_at`,
  );
  return rows.map(alertOf);
}

export interface AlertFilter {
  readonly kind: AlertKind | null;
  readonly mac: string | null;
  readonly siteRef: string | null;
}

/** Newest first. A device's are those about it alone and those that list it; a site's, those that list one of its devices. */
export async function alertsBefore(
  connection: Queryable,
  { kind, mac, siteRef }: AlertFilter,
  beforeMs: number,
  limit: number,
): Promise<readonly Alert[]> {
  const { rows } = await connection.query<Row>(
    `select ${columns} from field.alerts
     where raised_at < to_timestamp($4::float8 / 1000) and ($1::text is null or kind = $1)
       and ($2::text is null or device_mac_addr = $2 or $2 = any(devices)) and ($3::text is null or site_ref = $3
         or scope = 'stack' and exists (
           select from devices d where d.site_ref = $3 and d.device_mac_addr = any(field.alerts.devices)))
     order by raised_at desc, id limit $5`,
    [kind, mac, siteRef, beforeMs, limit],
  );
  return rows.map(alertOf);
}

/** Of one device, also those that cleared before that moment. */
export async function alertsOfDevice(
  connection: Queryable,
  mac: string,
  beforeMs: number,
  limit: number,
): Promise<readonly Alert[]> {
  return alertsBefore(connection, { kind: null, mac, siteRef: null }, beforeMs, limit);
}
