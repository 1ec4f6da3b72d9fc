-- What goes to a central database, and how far that is (docs/sync.md tells how the parts play together).

create table field.sync_targets (
  id integer generated always as identity primary key,
  name varchar(60) not null unique,
  -- Where it is and as whom, without the password; null where only files are carried there.
  address jsonb,
  -- Somebody agreed that tables of ours are made there.
  own_tables boolean not null default false,
  created_at timestamptz not null default now(),
  -- When the rows that were there before had been noted; null while they are not.
  marked_at timestamptz
);

-- Rows of the tables by time that a target does not have yet: each statement that writes notes here what it touched,
-- in its own transaction. So whoever sees the rows sees the note, and the other way round.
create table field.sync_pieces (
  id bigint generated always as identity primary key,
  target_id integer not null,
  relation varchar(63) not null,
  -- Null where rows of several devices are meant.
  device_mac_addr varchar(17),
  from_time timestamptz not null,
  -- The last one, itself included.
  to_time timestamptz not null,
  rows bigint not null,
  -- Files that they were written to, and that nobody has confirmed yet.
  bundles uuid[] not null default '{}'
);
create index sync_pieces_by_time on field.sync_pieces (target_id, relation, from_time);
-- Notes come and go with every batch.
alter table field.sync_pieces set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Rows of the other tables as a target has confirmed them, as a hash over what is compared.
create table field.sync_confirmed (
  target_id integer not null references field.sync_targets (id) on delete cascade,
  relation varchar(63) not null,
  key text not null,
  hash text not null,
  confirmed_at timestamptz not null default now(),
  primary key (target_id, relation, key)
);

-- Rows that the target has otherwise, and newer or nobody knows which is: somebody is asked.
create table field.sync_conflicts (
  id bigint generated always as identity primary key,
  target_id integer not null references field.sync_targets (id) on delete cascade,
  relation varchar(63) not null,
  key text not null,
  time timestamptz,
  ours jsonb not null,
  theirs jsonb not null,
  found_at timestamptz not null default now(),
  decision varchar(6) check (decision in ('ours', 'theirs')),
  unique (target_id, relation, key)
);

-- The ledger. It stays when the target goes.
create table field.sync_runs (
  id bigint generated always as identity primary key,
  target_id integer references field.sync_targets (id) on delete set null,
  target_name varchar(60) not null,
  kind varchar(8) not null check (kind in ('sync', 'bundle', 'import', 'receipt')),
  bundle uuid,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  -- A run without an end that nobody is at was interrupted.
  outcome varchar(64)
);
create table field.sync_run_relations (
  run_id bigint not null references field.sync_runs (id) on delete cascade,
  relation varchar(63) not null,
  inserted bigint not null default 0,
  replaced bigint not null default 0,
  unchanged bigint not null default 0,
  conflicts bigint not null default 0,
  held bigint not null default 0,
  from_time timestamptz,
  to_time timestamptz,
  -- When the target said that it has the last of them.
  confirmed_at timestamptz,
  primary key (run_id, relation)
);

create table field.sync_bundles (
  id uuid primary key,
  target_id integer not null references field.sync_targets (id) on delete cascade,
  sha256 varchar(64) not null,
  created_at timestamptz not null default now(),
  confirmed_at timestamptz,
  -- Relation, key and hash of the rows that are not by time.
  rows jsonb not null default '[]'
);

-- Notes what a statement inserted or changed; `touched` are its rows, the argument is the table's name, since a
-- trigger that goes row by row runs on a chunk.
create function field.note_unsynced_rows() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into field.sync_pieces (target_id, relation, device_mac_addr, from_time, to_time, rows)
  select t.id, tg_argv[0], w.device, w.first, w.last, w.rows
  from field.sync_targets t cross join (
    select case when min(device_mac_addr) = max(device_mac_addr) then min(device_mac_addr) end as device,
      min(time) as first, max(time) as last, count(*) as rows
    from touched group by date_bin('1 day', time, '1970-01-01 00:00:00+00')) w;
  return null;
end $$;
revoke all on function field.note_unsynced_rows() from public;

-- The same row by row, for a TimescaleDB whose hypertables take no transition tables.
create function field.note_unsynced_row() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into field.sync_pieces (target_id, relation, device_mac_addr, from_time, to_time, rows)
  select t.id, tg_argv[0], new.device_mac_addr, new.time, new.time, 1 from field.sync_targets t;
  return null;
end $$;
revoke all on function field.note_unsynced_row() from public;

-- Many notes of one hour become one. Returns how many went.
create function field.merge_unsynced_pieces(of_target integer) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  origin constant timestamptz := '1970-01-01 00:00:00+00';
  gone bigint;
begin
  with grouped as (
    select id, relation,
      -- A stretch within an hour is one of all its devices; of longer ones, as imports leave them, the devices stay.
      case when date_bin('1 hour', from_time, origin) = date_bin('1 hour', to_time, origin) then ''
        else coalesce(device_mac_addr, '') end as apart,
      date_bin('1 hour', from_time, origin) as first_hour, date_bin('1 hour', to_time, origin) as last_hour
    from field.sync_pieces where target_id = of_target and bundles = '{}'
  ), several as (
    select array_agg(id) as ids from grouped
    group by relation, apart, first_hour, last_hour having count(*) > 1
  ), removed as (
    delete from field.sync_pieces p using (select unnest(ids) as id, ids[1] as first from several) s
    where p.id = s.id returning p.*, s.first
  ), merged as (
    insert into field.sync_pieces (target_id, relation, device_mac_addr, from_time, to_time, rows)
    select of_target, min(relation),
      case when count(device_mac_addr) = count(*) and min(device_mac_addr) = max(device_mac_addr) then min(device_mac_addr) end,
      min(from_time), max(to_time), sum(rows)
    from removed group by first returning 1
  )
  select (select count(*) from removed) - (select count(*) from merged) into gone;
  return gone;
end $$;
revoke all on function field.merge_unsynced_pieces(integer) from public;
