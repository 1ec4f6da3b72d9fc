-- Plain PostgreSQL: one partition per UTC day.
create table if not exists sensor_data (
  time timestamptz not null,
  device_mac_addr varchar(17) not null,
  temperature real,
  humidity real,
  reception_time timestamptz default now(),
  unique (device_mac_addr, time)
) partition by range (time);

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
) partition by range (time);
