-- Aggregates per device of half an hour, an hour and a UTC day, where the database does not keep them itself
-- (docs/rollups.md tells how the parts play together).

create table field.rollup_semi_hourly (
  device_mac_addr varchar(17) not null,
  bucket_start timestamptz not null,
  measurement_count bigint not null,
  avg_temperature double precision,
  min_temperature real,
  max_temperature real,
  avg_humidity double precision,
  min_humidity real,
  max_humidity real,
  primary key (device_mac_addr, bucket_start)
);
create table field.rollup_hourly (like field.rollup_semi_hourly including all);
create table field.rollup_daily (like field.rollup_semi_hourly including all);
-- For charts of some months, between the hour and the day; not published.
create table field.rollup_six_hourly (like field.rollup_semi_hourly including all);

-- Buckets that end at or before the watermark are in the tables above. Whoever writes a reading older than
-- `announced`, which is never behind the watermark, marks its day.
create table field.rollup_state (
  only_one boolean primary key default true check (only_one),
  announced timestamptz not null default '-infinity',
  watermark timestamptz not null default '-infinity',
  check (watermark <= announced)
);
insert into field.rollup_state default values;

-- The planner takes a table that it knows nothing of for a large one.
analyze field.rollup_state;

-- A question over a year of days is no reason to compile it first: that takes longer than all of the answer.
do $$
begin
  execute format('alter database %I set jit = off', current_database());
end $$;

-- Days of devices whose buckets no longer fit their readings.
create table field.stale_days (
  device_mac_addr varchar(17) not null,
  day date not null,
  generation integer not null default 0,
  primary key (device_mac_addr, day)
);
create index stale_days_by_day on field.stale_days (day);

-- Days whose readings went with the retention: their buckets are all that is left and do not change any more.
create table field.closed_days (
  day date primary key
);

-- Marks what an insert, update or delete of older readings touched; `touched` are the rows of the statement. The
-- update is there for its lock: a refresh that runs at this moment leaves the mark, and with it the day, alone
-- until these rows are committed. "Do nothing" would let it take away the mark before it can see the rows.
create function field.note_late_readings() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  late timestamptz := 'infinity';
begin
  -- A snapshot older than this statement might hold an older announcement: then all of it counts as late.
  if current_setting('transaction_isolation') = 'read committed' then
    select announced into late from field.rollup_state;
  end if;
  insert into field.stale_days as s (device_mac_addr, day)
  select distinct device_mac_addr, (time at time zone 'UTC')::date
  from touched
  where time < late
    and not exists (select from field.closed_days c where c.day = (time at time zone 'UTC')::date)
  order by 1, 2
  on conflict (device_mac_addr, day) do update set generation = s.generation + 1;
  return null;
end $$;
revoke all on function field.note_late_readings() from public;

-- The same row by row, for a TimescaleDB whose hypertables take no transition tables.
create function field.note_late_reading() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  late timestamptz := 'infinity';
begin
  if current_setting('transaction_isolation') = 'read committed' then
    select announced into late from field.rollup_state;
  end if;
  insert into field.stale_days as s (device_mac_addr, day)
  select distinct mac, (at at time zone 'UTC')::date
  from (values (old.device_mac_addr, old.time), (new.device_mac_addr, new.time)) as touched (mac, at)
  where at < late and not exists (select from field.closed_days c where c.day = (at at time zone 'UTC')::date)
  order by 1, 2
  on conflict (device_mac_addr, day) do update set generation = s.generation + 1;
  return null;
end $$;
revoke all on function field.note_late_reading() from public;

-- All readings were taken away at once, and with them what was computed from them. Deleted and not truncated: a
-- reader may hold these tables while it waits for the readings.
create function field.forget_rollups() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update field.rollup_state set watermark = '-infinity', announced = '-infinity';
  delete from field.rollup_semi_hourly;
  delete from field.rollup_hourly;
  delete from field.rollup_six_hourly;
  delete from field.rollup_daily;
  delete from field.stale_days;
  delete from field.closed_days;
  return null;
end $$;
revoke all on function field.forget_rollups() from public;

-- The start of the first UTC day that may have readings, without looking for them; null where there is none.
create function field.first_day_of_readings() returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  first timestamptz;
begin
  if (select relkind from pg_class where oid = 'public.sensor_data'::regclass) = 'p' then
    select min(coalesce(substring(bound from $re$FROM \('([^']+)'\)$re$)::timestamptz, '-infinity')) into first
    from (select pg_get_expr(c.relpartbound, c.oid) as bound
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'public.sensor_data'::regclass) as partitions;
    -- A partition without a lower bound is none of ours.
    if first = '-infinity' then select min(time) into first from public.sensor_data; end if;
  else
    execute 'select min(range_start) from timescaledb_information.chunks
      where hypertable_schema = ''public'' and hypertable_name = ''sensor_data''' into first;
  end if;
  return date_bin('1 day', first, '1970-01-01 00:00:00+00');
end $$;
revoke all on function field.first_day_of_readings() from public;

-- Writes the buckets of a stretch of time from the readings: of all devices, or of those named.
create function field.fill_rollup(
  rollup regclass, width interval, since timestamptz, until timestamptz, devices varchar[] default null
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Put together here and planned with its values, so that the planner looks into the days concerned only.
  execute format(
    'insert into %s (device_mac_addr, bucket_start, measurement_count,
       avg_temperature, min_temperature, max_temperature, avg_humidity, min_humidity, max_humidity)
     select device_mac_addr, date_bin($1, time, ''1970-01-01 00:00:00+00''), %s,
       avg(nullif(temperature, ''NaN'')), min(nullif(temperature, ''NaN'')), max(nullif(temperature, ''NaN'')),
       avg(nullif(humidity, ''NaN'')), min(nullif(humidity, ''NaN'')), max(nullif(humidity, ''NaN''))
     from public.sensor_data
     where time >= $2 and time < $3 %s
     group by 1, 2
     on conflict (device_mac_addr, bucket_start) do update set measurement_count = excluded.measurement_count,
       avg_temperature = excluded.avg_temperature, min_temperature = excluded.min_temperature,
       max_temperature = excluded.max_temperature, avg_humidity = excluded.avg_humidity,
       min_humidity = excluded.min_humidity, max_humidity = excluded.max_humidity',
    rollup,
    case rollup when 'field.rollup_semi_hourly'::regclass then 'count(temperature)' else 'count(*)' end,
    case when devices is null then '' else 'and device_mac_addr = any($4)' end)
  using width, since, until, devices;
end $$;
revoke all on function field.fill_rollup(regclass, interval, timestamptz, timestamptz, varchar[]) from public;

-- One refresher at a time, whatever process it is in; and each statement must see what was committed before it.
create function field.may_refresh_rollups() returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'rollups are refreshed in transactions that read what is committed';
  end if;
  return pg_try_advisory_xact_lock(hashtext('datayoti.rollups'));
end $$;
revoke all on function field.may_refresh_rollups() from public;

-- Announces up to where the rollups will be written next: the last full hour, with five minutes for what is under
-- way. The lock waits for the writers that have not seen it, for a moment only: where one is slow, the next call
-- has better luck. Returns whether there is something to advance; null while another refresher works.
create function field.announce_rollups() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '200ms' as $$
declare
  origin constant timestamptz := '1970-01-01 00:00:00+00';
  target constant timestamptz := date_bin('1 hour', clock_timestamp() - interval '5 minutes', origin);
  state field.rollup_state;
begin
  if not field.may_refresh_rollups() then return null; end if;
  select * into state from field.rollup_state;
  -- Ahead by an hour is a clock that was set right; more is one that was wrong.
  if state.announced between target and target + interval '1 hour' then
    return state.watermark < state.announced;
  end if;
  begin
    lock table only public.sensor_data in share mode;
  exception when lock_not_available then
    return state.watermark < state.announced;
  end;
  select * into state from field.rollup_state for update;
  if state.watermark = '-infinity' then
    state.watermark := least(field.first_day_of_readings(), target);
  elsif state.watermark > target then
    state.watermark := target;
    delete from field.rollup_semi_hourly where bucket_start >= target;
    delete from field.rollup_hourly where bucket_start >= target;
    delete from field.rollup_six_hourly where bucket_start >= date_bin('6 hours', target, origin);
    delete from field.rollup_daily where bucket_start >= date_bin('1 day', target, origin);
  end if;
  update field.rollup_state set announced = target, watermark = state.watermark;
  return state.watermark < target;
end $$;
revoke all on function field.announce_rollups() from public;

-- Writes the buckets of the next day at most, or up to what was announced. Returns whether there is more; null
-- while another refresher works. The readings are locked before the state, as TRUNCATE does.
create function field.advance_rollups() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  origin constant timestamptz := '1970-01-01 00:00:00+00';
  state field.rollup_state;
  day_start timestamptz;
  until timestamptz;
begin
  if not field.may_refresh_rollups() then return null; end if;
  lock table only public.sensor_data in access share mode;
  select * into state from field.rollup_state for update;
  if state.watermark >= state.announced then return false; end if;
  day_start := date_bin('1 day', state.watermark, origin);
  until := least(day_start + interval '1 day', state.announced);
  if not exists (select from field.closed_days where day = (day_start at time zone 'UTC')::date) then
    perform field.fill_rollup('field.rollup_semi_hourly', '30 minutes', state.watermark, until);
    perform field.fill_rollup('field.rollup_hourly', '1 hour', state.watermark, until);
    perform field.fill_rollup('field.rollup_six_hourly', '6 hours',
      date_bin('6 hours', state.watermark, origin), date_bin('6 hours', until, origin));
    if until = day_start + interval '1 day' then
      perform field.fill_rollup('field.rollup_daily', '1 day', day_start, until);
    end if;
  end if;
  update field.rollup_state set watermark = until;
  return until < state.announced;
end $$;
revoke all on function field.advance_rollups() from public;

-- Computes anew the buckets of at most so many devices on one marked day: the given one, else the newest. Marks of
-- writers that have not committed stay. Returns how many marks went; null while another refresher works.
create function field.refresh_stale_days(at_most integer, the_day date default null) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  origin constant timestamptz := '1970-01-01 00:00:00+00';
  mark timestamptz;
  devices varchar[];
  since timestamptz;
  until timestamptz;
begin
  if not field.may_refresh_rollups() then return null; end if;
  lock table only public.sensor_data in access share mode;
  select watermark into mark from field.rollup_state for update;
  if the_day is null then
    select day into the_day from field.stale_days order by day desc limit 1 for update skip locked;
    if not found then return 0; end if;
  end if;
  devices := array(select device_mac_addr from field.stale_days where day = the_day
    order by 1 limit at_most for update skip locked);
  delete from field.stale_days where day = the_day and device_mac_addr = any(devices);
  -- From here on each statement sees all rows whose marks are held.
  if cardinality(devices) = 0 or exists (select from field.closed_days where day = the_day) then
    return cardinality(devices);
  end if;
  since := the_day::timestamp at time zone 'UTC';
  until := since + interval '1 day';
  delete from field.rollup_semi_hourly
  where device_mac_addr = any(devices) and bucket_start >= since and bucket_start < until;
  delete from field.rollup_hourly
  where device_mac_addr = any(devices) and bucket_start >= since and bucket_start < until;
  delete from field.rollup_six_hourly
  where device_mac_addr = any(devices) and bucket_start >= since and bucket_start < until;
  delete from field.rollup_daily where device_mac_addr = any(devices) and bucket_start = since;
  perform field.fill_rollup('field.rollup_semi_hourly', '30 minutes', since, least(until, mark), devices);
  perform field.fill_rollup('field.rollup_hourly', '1 hour', since, least(until, mark), devices);
  perform field.fill_rollup('field.rollup_six_hourly', '6 hours',
    since, date_bin('6 hours', least(until, mark), origin), devices);
  if until <= mark then
    perform field.fill_rollup('field.rollup_daily', '1 day', since, until, devices);
  end if;
  return cardinality(devices);
end $$;
revoke all on function field.refresh_stale_days(integer, date) from public;

-- Forgets what was computed of the days that still have readings, so that all of it is computed anew.
create function field.reset_rollups() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  first timestamptz;
begin
  perform pg_advisory_xact_lock(hashtext('datayoti.rollups'));
  lock table only public.sensor_data in access share mode;
  update field.rollup_state set watermark = '-infinity', announced = '-infinity';
  first := coalesce(field.first_day_of_readings(), 'infinity');
  delete from field.rollup_semi_hourly where bucket_start >= first
    and not exists (select from field.closed_days where day = (bucket_start at time zone 'UTC')::date);
  delete from field.rollup_hourly where bucket_start >= first
    and not exists (select from field.closed_days where day = (bucket_start at time zone 'UTC')::date);
  delete from field.rollup_six_hourly where bucket_start >= first
    and not exists (select from field.closed_days where day = (bucket_start at time zone 'UTC')::date);
  delete from field.rollup_daily where bucket_start >= first
    and not exists (select from field.closed_days where day = (bucket_start at time zone 'UTC')::date);
  delete from field.stale_days;
end $$;
revoke all on function field.reset_rollups() from public;

-- Before the readings of a day are dropped for their age: what is marked is computed a last time, and from then on
-- the day's buckets stay as they are.
create function field.close_day(the_day date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtext('datayoti.rollups'));
  perform field.refresh_stale_days(2147483647, the_day);
  insert into field.closed_days (day) values (the_day) on conflict do nothing;
end $$;
revoke all on function field.close_day(date) from public;
