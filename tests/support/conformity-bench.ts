import { afterAll, beforeAll } from 'vitest';
import { Conformity } from '../../src/main/conformity/index.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { ensurePartitions, refreshRollups, utcDay, type Database } from '../../src/main/storage/index.ts';
import { parseMacAddress } from '../../src/shared/domain/mac-address.ts';
import type { databaseServers } from './database-servers.ts';
import type { OracleReading } from './excursion-oracle.ts';
import { storageBench } from './storage-bench.ts';
import { until } from './until.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** In Europe/Paris the night to 30 March 2025 lacks an hour; the UTC day has all of its 24. */
export const firstDayMs = Date.UTC(2025, 2, 28);
export const days = Array.from({ length: 6 }, (_, day) => utcDay(firstDayMs + day * dayMs));
export const never = new AbortController().signal;
export const macs = ['1C:69:20:00:00:01', '1C:69:20:00:00:02', '1C:69:20:00:00:03'].map((text) => {
  const mac = parseMacAddress(text);
  if (mac === undefined) throw new Error(text);
  return mac;
});
/** One that can be stored. */
export const rule = {
  siteRef: 'HCS',
  metricType: 'temperature_range',
  minAllowed: 2,
  maxAllowed: 8,
  criticality: 'HIGH',
  description: '',
} as const;

export interface ConformityBench {
  readonly handlers: Conformity['handlers'];
  readonly conformity: Conformity;
  readonly clock: { nowMs: number };
  readonly owner: () => Database;
  /** These readings, and no others. */
  readonly store: (rows: readonly OracleReading[]) => Promise<void>;
  /** What is written next is late for the rollups, and read from the rows until they are refreshed. */
  readonly refresh: () => Promise<void>;
  readonly forgetRules: () => Promise<void>;
  readonly lastAudit: () => Promise<Record<string, unknown> | undefined>;
}

/** Conformity on a database with two sites: two devices at `HCS`, the third one at `ELSE`. */
export function conformityBench(kind: (typeof databaseServers)[number]): ConformityBench {
  const bench = storageBench(kind);
  let owner: Database;
  const clock = { nowMs: firstDayMs + 10 * dayMs };
  const conformity = new Conformity({ clock: { now: () => clock.nowMs }, log: silentLog });

  beforeAll(async () => {
    owner = await bench.migrated();
    conformity.open(owner);
    await ensurePartitions(owner, days);
    await owner.query(
      `insert into sites (site_ref, site_name) values ('HCS', 'Harbour'), ('ELSE', 'Elsewhere')`,
    );
    await owner.query(
      `insert into devices (device_mac_addr, site_ref) select m, case i when 3 then 'ELSE' else 'HCS' end
       from unnest($1::text[]) with ordinality as x(m, i)`,
      [macs],
    );
  }, 600_000);
  afterAll(() => conformity.detach());

  return {
    handlers: conformity.handlers,
    conformity,
    clock,
    owner: () => owner,
    store: async (rows) => {
      // Chunks and partitions stay: making them anew for each history would take most of the time.
      await owner.query('delete from sensor_data');
      await owner.query(
        `insert into sensor_data (time, device_mac_addr, temperature, humidity)
         select to_timestamp(ms / 1000), mac, t::real, h::real
         from jsonb_to_recordset($1::jsonb) as r(mac text, ms float8, t text, h text)`,
        [JSON.stringify(rows)],
      );
    },
    refresh: async () => {
      await until(async () => (await refreshRollups(owner, never)) === 'current', {
        timeoutMs: 60_000,
        what: 'the rollups are current',
      });
    },
    forgetRules: async () => {
      await owner.query('truncate field.conformity_rules restart identity');
    },
    lastAudit: async () =>
      (await owner.query('select action, subject, details from field.audit_log order by id desc limit 1'))
        .rows[0],
  };
}
