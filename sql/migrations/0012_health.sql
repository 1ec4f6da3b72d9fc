-- From where on a device is no longer healthy, where a site has something of its own.
create table field.health_thresholds (
  site_ref varchar(50) primary key references sites (site_ref) on update cascade on delete cascade,
  thresholds jsonb not null,
  updated_at timestamptz not null default now()
);

-- Ways of looking at the fleet that somebody gave a name.
create table field.fleet_views (
  id serial primary key,
  name varchar(60) not null unique,
  view jsonb not null,
  updated_at timestamptz not null default now()
);

-- What changed about a device that its stored messages do not show later; the newest of each are kept.
create table field.device_events (
  id bigint generated always as identity primary key,
  device_mac_addr varchar(17) not null references devices (device_mac_addr) on delete cascade,
  time timestamptz not null,
  topic varchar(16) not null check (topic in ('verdict', 'clock', 'limits', 'command')),
  value varchar(32) not null,
  data jsonb not null default '{}'
);
create index device_events_by_device on field.device_events (device_mac_addr, time);

create table field.alerts (
  id uuid primary key,
  kind varchar(16) not null,
  severity varchar(8) not null,
  scope varchar(8) not null check (scope in ('device', 'site', 'stack')),
  device_mac_addr varchar(17),
  site_ref varchar(50),
  devices text[] not null default '{}',
  device_count integer not null default 0,
  data jsonb not null default '{}',
  since timestamptz not null,
  raised_at timestamptz not null,
  cleared_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by varchar(60),
  note varchar(500),
  snoozed_until timestamptz
);
create index alerts_by_time on field.alerts (raised_at);
create index alerts_by_device on field.alerts (device_mac_addr, raised_at);
create index alerts_active on field.alerts (id) where cleared_at is null;

-- Commissioning checks as they were, with every line: the report of a survey quotes them.
create table field.site_checks (
  id bigint generated always as identity primary key,
  site_ref varchar(50) not null references sites (site_ref) on update cascade on delete cascade,
  site_name varchar(255) not null,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  technician varchar(60) not null default '',
  readings integer not null,
  mode varchar(8) not null,
  rssi_least integer not null,
  firmware varchar(64),
  device_count integer not null,
  passed_devices integer not null,
  passed boolean not null,
  items jsonb not null
);
create index site_checks_by_site on field.site_checks (site_ref, id);
