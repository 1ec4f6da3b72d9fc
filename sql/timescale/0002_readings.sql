-- TimescaleDB, either edition: hypertables with chunks of one day.
create table if not exists sensor_data (
  time timestamptz not null,
  device_mac_addr varchar(17) not null,
  temperature real,
  humidity real,
  reception_time timestamptz default now(),
  unique (device_mac_addr, time)
);
select create_hypertable('sensor_data', 'time', chunk_time_interval => interval '1 day', if_not_exists => true, migrate_data => true);

create table if not exists device_heartbeats (
  time timestamptz not null,
  device_mac_addr varchar(17) not null,
  rssi integer,
  free_heap integer,
  uptime integer,
  min_heap integer,
  ntp_sync boolean,
  reception_time timestamptz default now(),
  unique (device_mac_addr, time)
);
select create_hypertable('device_heartbeats', 'time', chunk_time_interval => interval '1 day', if_not_exists => true, migrate_data => true);

-- The published script may have left a table without the unique key that upserts need.
create unique index if not exists sensor_data_device_mac_addr_time_key on sensor_data (device_mac_addr, time);
create unique index if not exists device_heartbeats_device_mac_addr_time_key on device_heartbeats (device_mac_addr, time);
