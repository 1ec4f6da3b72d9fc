-- Readings that came from a file. All rows of one import carry one reception time that nothing else has, and what
-- they replaced is kept here: that is enough to take an import back whole, in any order with others.
create table field.imports (
  id bigint generated always as identity primary key,
  file_name varchar(255) not null,
  reception_time timestamptz not null unique,
  -- 'running' and 'undoing' without a process that holds their lock were interrupted.
  state varchar(8) not null default 'running' check (state in ('running', 'done', 'undoing', 'undone')),
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  undone_at timestamptz,
  added bigint not null default 0,
  replaced bigint not null default 0,
  unchanged bigint not null default 0,
  unassigned bigint not null default 0,
  refused bigint not null default 0,
  from_time timestamptz,
  to_time timestamptz,
  -- How the file was read.
  reading jsonb not null default '{}'
);

-- Where the rows of an import are, written with them.
create table field.import_days (
  import_id bigint not null references field.imports (id) on delete cascade,
  day date not null,
  device_mac_addr varchar(17) not null,
  primary key (import_id, day, device_mac_addr)
);

-- The reading that was there before, as it was.
create table field.import_replaced (
  import_id bigint not null references field.imports (id) on delete cascade,
  device_mac_addr varchar(17) not null,
  time timestamptz not null,
  temperature real,
  humidity real,
  reception_time timestamptz,
  primary key (import_id, device_mac_addr, time)
);
create index import_replaced_by_time on field.import_replaced (time);
