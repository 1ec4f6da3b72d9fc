-- As published. "if not exists" lets a database that the published script initialised be taken over.
create table if not exists sites (
  id serial primary key,
  site_ref varchar(50) unique not null,
  site_name varchar(255),
  description text,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table if not exists devices (
  id serial primary key,
  device_mac_addr varchar(17) unique not null,
  site_ref varchar(50) references sites (site_ref),
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create index if not exists devices_site_ref on devices (site_ref);
