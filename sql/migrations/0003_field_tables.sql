-- What the tool knows beyond the published relations.
create table field.site_profiles (
  site_ref varchar(50) primary key references sites (site_ref) on update cascade on delete cascade,
  demo boolean not null default false
);

create table field.zones (
  id serial primary key,
  site_ref varchar(50) not null references sites (site_ref) on update cascade on delete cascade,
  name varchar(80) not null,
  temperature_min real,
  temperature_max real,
  humidity_min real,
  humidity_max real,
  unique (site_ref, name)
);

-- What a person says of a device.
create table field.device_profiles (
  device_mac_addr varchar(17) primary key references devices (device_mac_addr) on delete cascade,
  name varchar(60) not null default '',
  position varchar(120) not null default '',
  zone_id integer references field.zones (id) on delete set null,
  updated_at timestamptz not null default now()
);

-- What the device says of itself; written by the ingest, at most every few seconds per device.
create table field.device_facts (
  device_mac_addr varchar(17) primary key,
  last_seen timestamptz not null,
  clock_faulty boolean not null default false,
  status varchar(7) check (status in ('online', 'offline')),
  status_time timestamptz,
  firmware varchar(64),
  chip varchar(32),
  ip varchar(45),
  reset_reason varchar(64),
  queued integer,
  claimed_site_ref varchar(50)
);

create table field.candidates (
  device_mac_addr varchar(17) primary key,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  messages bigint not null default 0,
  claimed_site_ref varchar(50),
  temperature real,
  humidity real,
  rssi integer,
  ignored boolean not null default false
);

create table field.quarantine (
  id bigint generated always as identity primary key,
  received_at timestamptz not null,
  topic text not null,
  payload bytea not null,
  payload_bytes integer not null,
  qos smallint not null,
  retained boolean not null,
  device_mac_addr varchar(17),
  reason varchar(32) not null,
  detail text not null default ''
);
create index quarantine_by_device on field.quarantine (device_mac_addr, id);
create index quarantine_by_reason on field.quarantine (reason, id);

-- How many older messages had to make room, by device; '' where a message names none.
create table field.quarantine_evictions (
  device_mac_addr varchar(17) primary key,
  evicted bigint not null
);

create table field.retained_messages (
  topic text primary key,
  payload bytea not null,
  qos smallint not null,
  updated_at timestamptz not null default now()
);

create table field.commissioning_records (
  id bigint generated always as identity primary key,
  device_mac_addr varchar(17) not null,
  site_ref varchar(50),
  technician text not null default '',
  started_at timestamptz not null,
  finished_at timestamptz,
  result varchar(16),
  steps jsonb not null default '[]'
);
create index commissioning_records_by_device on field.commissioning_records (device_mac_addr, started_at);

create table field.settings (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);

create table field.audit_log (
  id bigint generated always as identity primary key,
  time timestamptz not null default now(),
  actor text not null,
  action text not null,
  subject text not null default '',
  details jsonb not null default '{}'
);
create index audit_log_by_time on field.audit_log (time);
