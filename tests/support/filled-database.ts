import type { Database } from '../../src/main/storage/index.ts';
import { ensurePartitionsUnread, migrate, utcDay } from '../../src/main/storage/index.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { writeAudit } from '../../src/main/storage/queries/device-changes.ts';

const dayMs = 86_400_000;
export const firstDayMs = Date.UTC(2025, 10, 1);

/**
 * A database with rows in every table of ours, with what text can hold, and so many readings over so many days from
 * `firstDayMs` on, a day left out among them.
 */
export async function fillDatabase(
  owner: Database,
  folder: string,
  options: { readonly readings: number; readonly days: number; readonly upTo?: number },
): Promise<void> {
  const { readings, days, upTo } = options;
  await migrate(owner, {
    folder,
    appVersion: '0.1.0',
    log: silentLog,
    ...(upTo === undefined ? {} : { upTo }),
  });
  await ensurePartitionsUnread(
    owner,
    Array.from({ length: days + 1 }, (_, day) => utcDay(firstDayMs + day * dayMs)),
  );
  await owner.query(
    `insert into sites (site_ref, site_name, description) values
       ('HCS', 'Harbour "Cold", Store', E'two\\nlines\\tand a \\\\ backslash'), ('ÉTÉ', '', null), ('NIL', null, '\\.')`,
  );
  await owner.query(`delete from sites where site_ref = 'ÉTÉ'`);
  await owner.query(
    `insert into devices (device_mac_addr, site_ref) select '24:6F:28:00:00:' || lpad(to_hex(i), 2, '0'), 'HCS'
     from generate_series(0, 9) i`,
  );
  // The last reading of a day, the first of the next, one without values, and one with all that a real can be.
  await owner.query(
    `insert into sensor_data
     select $1::timestamptz + (i::float8 * $3 * 86400 / $2 + case when (i::float8 * $3 / $2)::int = 1 then 86400 else 0 end) * interval '1 second',
       '24:6F:28:00:00:' || lpad(to_hex(i % 10), 2, '0'),
       case when i % 97 = 0 then null else (sin(i) * 40)::real end, (i % 1000 / 10.0)::real,
       $1::timestamptz + i * interval '1 millisecond'
     from generate_series(0, $2 - 1) i on conflict do nothing`,
    [new Date(firstDayMs).toISOString(), readings, days],
  );
  await owner.query(
    `insert into sensor_data values
       ('2025-11-01 23:59:59.999999+00', 'edge', 'NaN', 'Infinity', null), ('2025-11-02 00:00:00+00', 'edge', 1e-38, 0.1, now())`,
  );
  await owner.query(
    `insert into device_heartbeats select time, device_mac_addr, -60, 200000, null, 1, true, reception_time
     from sensor_data where device_mac_addr like '%:03'`,
  );
  await owner.query(`insert into field.site_profiles values ('HCS', false), ('NIL', true)`);
  await owner.query(
    `insert into field.zones (site_ref, name, temperature_min) values ('HCS', 'Cold', 2), ('HCS', 'gone', 1), ('NIL', '', null)`,
  );
  await owner.query(`delete from field.zones where name = 'gone'`);
  await owner.query(
    `insert into field.device_profiles (device_mac_addr, name, zone_id) values ('24:6F:28:00:00:00', '<b>"é"</b>', 1)`,
  );
  await owner.query(
    `insert into field.device_facts (device_mac_addr, last_seen, queued) values ('24:6F:28:00:00:00', now(), 3)`,
  );
  await owner.query(
    `insert into field.candidates (device_mac_addr, first_seen, last_seen) values ('AA:AA:AA:AA:AA:AA', now(), now())`,
  );
  await owner.query(
    `insert into field.quarantine (received_at, topic, payload, payload_bytes, qos, retained, reason, detail)
     select now(), E'a "topic"\\n' || i, decode(lpad(to_hex(i), 4, '0'), 'hex') || '\\x000a220d5c2e0a'::bytea, 9, 1, false, 'malformed', ''
     from generate_series(1, 300) i`,
  );
  await owner.query(`delete from field.quarantine where id > 290 or id < 10`);
  await owner.query(`insert into field.quarantine_evictions values ('', 12)`);
  await owner.query(`insert into field.retained_messages values ('a/b', '\\x', 1, now())`);
  await owner.query(
    `insert into field.commissioning_records (device_mac_addr, started_at, steps)
     values ('24:6F:28:00:00:00', now(), '[{"a": "x\\ny"}]')`,
  );
  await owner.query(`insert into field.settings (key, value) values ('k', '{"a": [1, null, "\\""]}')`);
  for (let index = 0; index < 25; index++)
    await writeAudit(owner, 'test', `subject "${index}"`, { index, text: 'a\nb' });
  if (upTo !== undefined) return;
  await owner.query(`update field.commissioning_records set reading = '{"temperature": 6.4}'`);
  await owner.query(
    `insert into field.device_replacements values ('24:6F:28:00:00:01', '24:6F:28:00:00:02', now())`,
  );
}

/** Of each table its rows, as their number and a hash over all of them in one order; and where each sequence goes on. */
export async function contentOf(owner: Database): Promise<Readonly<Record<string, string>>> {
  const { rows: tables } = await owner.query<{ name: string; columns: string }>(
    `select format('%I.%I', table_schema, table_name) as name,
       string_agg(format('%I', column_name), ', ' order by ordinal_position) as columns
     from information_schema.columns join information_schema.tables using (table_schema, table_name)
     where table_schema in ('public', 'field') and table_type = 'BASE TABLE' and table_name <> 'schema_migrations'
       and table_name !~ '_[0-9]{8}$' group by 1`,
  );
  const content: Record<string, string> = {};
  for (const { name, columns } of tables) {
    const { rows } = await owner.query<{ rows: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by t::text collate "C")), '') as rows
       from (select ${columns} from ${name}) as t`,
    );
    content[name] = rows[0]?.rows ?? '';
  }
  const { rows: sequences } = await owner.query<{ name: string }>(
    `select format('%I.%I', schemaname, sequencename) as name from pg_sequences where schemaname in ('public', 'field')`,
  );
  for (const { name } of sequences) {
    const { rows } = await owner.query<{ next: string }>(
      `select (last_value + is_called::integer)::text as next from ${name}`,
    );
    content[name] = rows[0]?.next ?? '';
  }
  return content;
}
