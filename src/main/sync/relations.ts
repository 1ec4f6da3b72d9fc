/** A column as it is declared on both sides. */
export interface SyncColumn {
  readonly name: string;
  /** As PostgreSQL's `format_type` says it, without a length. */
  readonly type:
    | 'timestamp with time zone'
    | 'character varying'
    | 'text'
    | 'real'
    | 'integer'
    | 'boolean'
    | 'jsonb';
}

/** A table with a row for each device and moment, tracked as it is written (`storage/sync-tracking.ts`). */
export interface SeriesRelation {
  readonly kind: 'series';
  readonly name: 'sensor_data' | 'device_heartbeats';
  readonly columns: readonly SyncColumn[];
  /** Which of them say what was measured; the others are the key and when it was received. */
  readonly values: readonly string[];
}

/** A table of which all rows are compared by a hash. */
export interface RowRelation {
  readonly kind: 'rows';
  /** In the ledger and the conflicts. */
  readonly name: string;
  /** Quoted where needed. */
  readonly local: string;
  readonly central: string;
  readonly columns: readonly SyncColumn[];
  /** What names a row, on both sides. */
  readonly key: readonly string[];
  /** Columns that make a difference: times of a change are not among them. */
  readonly compared: readonly string[];
  /** Of the local table, as a condition over `t`. */
  readonly only: string | null;
  /** Makes the central table, where it is one of ours; `null` where it is a published one. */
  readonly create: string | null;
}

export type SyncRelation = SeriesRelation | RowRelation;

const time = { name: 'time', type: 'timestamp with time zone' } as const;
const mac = { name: 'device_mac_addr', type: 'character varying' } as const;
const received = { name: 'reception_time', type: 'timestamp with time zone' } as const;
const madeAndChanged = [
  { name: 'created_at', type: 'timestamp with time zone' },
  { name: 'updated_at', type: 'timestamp with time zone' },
] as const;

/** Virtual sensors are nobody's business elsewhere. */
const noDemo = `not exists (select from field.site_profiles p where p.site_ref = t.site_ref and p.demo)`;

/** The schema of tables of ours in a central database; made only where somebody agreed. */
export const ownSchema = 'field_records';

/**
 * What is synced, in this order: what is pointed to first. Of the base relations the published columns only, without
 * their numbers, which each database gives itself.
 */
export const syncRelations: readonly SyncRelation[] = [
  {
    kind: 'rows',
    name: 'sites',
    local: 'public.sites',
    central: 'public.sites',
    columns: [
      { name: 'site_ref', type: 'character varying' },
      { name: 'site_name', type: 'character varying' },
      { name: 'description', type: 'text' },
      ...madeAndChanged,
    ],
    key: ['site_ref'],
    compared: ['site_ref', 'site_name', 'description'],
    only: noDemo,
    create: null,
  },
  {
    kind: 'rows',
    name: 'devices',
    local: 'public.devices',
    central: 'public.devices',
    columns: [mac, { name: 'site_ref', type: 'character varying' }, ...madeAndChanged],
    key: ['device_mac_addr'],
    compared: ['device_mac_addr', 'site_ref'],
    only: noDemo,
    create: null,
  },
  {
    kind: 'series',
    name: 'sensor_data',
    columns: [time, mac, { name: 'temperature', type: 'real' }, { name: 'humidity', type: 'real' }, received],
    values: ['temperature', 'humidity'],
  },
  {
    kind: 'series',
    name: 'device_heartbeats',
    columns: [
      time,
      mac,
      { name: 'rssi', type: 'integer' },
      { name: 'free_heap', type: 'integer' },
      { name: 'uptime', type: 'integer' },
      { name: 'min_heap', type: 'integer' },
      { name: 'ntp_sync', type: 'boolean' },
      received,
    ],
    values: ['rssi', 'free_heap', 'uptime', 'min_heap', 'ntp_sync'],
  },
  {
    kind: 'rows',
    name: 'commissioning_records',
    local: 'field.commissioning_records',
    central: `${ownSchema}.commissioning_records`,
    columns: [
      mac,
      { name: 'started_at', type: 'timestamp with time zone' },
      { name: 'finished_at', type: 'timestamp with time zone' },
      { name: 'site_ref', type: 'character varying' },
      { name: 'name', type: 'character varying' },
      { name: 'technician', type: 'text' },
      { name: 'result', type: 'character varying' },
      { name: 'firmware_sha256', type: 'character varying' },
      { name: 'configuration_sha256', type: 'character varying' },
      { name: 'reading', type: 'jsonb' },
      { name: 'steps', type: 'jsonb' },
    ],
    key: ['device_mac_addr', 'started_at'],
    compared: [
      'device_mac_addr',
      'started_at',
      'finished_at',
      'site_ref',
      'name',
      'technician',
      'result',
      'firmware_sha256',
      'configuration_sha256',
      'reading',
      'steps',
    ],
    only: noDemo,
    create: `create table if not exists ${ownSchema}.commissioning_records (
  device_mac_addr varchar(17) not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  site_ref varchar(50),
  name varchar(60) not null default '',
  technician text not null default '',
  result varchar(16),
  firmware_sha256 varchar(64),
  configuration_sha256 varchar(64),
  reading jsonb,
  steps jsonb not null default '[]',
  primary key (device_mac_addr, started_at)
)`,
  },
];
