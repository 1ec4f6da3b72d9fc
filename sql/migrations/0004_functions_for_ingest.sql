-- The ingest may neither create nor delete; what it needs of both is given here, each with a fixed search path.

-- Daily partitions for the given UTC days. A table that is no partitioned one (a hypertable) needs none.
create function field.ensure_partitions(days date[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  parent text;
  day date;
  child text;
begin
  foreach parent in array array['sensor_data', 'device_heartbeats'] loop
    continue when not exists (select from pg_class where oid = ('public.' || parent)::regclass and relkind = 'p');
    foreach day in array days loop
      child := parent || '_' || to_char(day, 'YYYYMMDD');
      continue when to_regclass('public.' || child) is not null;
      -- Two writers may meet here; the second finds the partition made.
      perform pg_advisory_xact_lock(hashtext('datayoti.partitions'));
      execute format(
        'create table if not exists public.%I partition of public.%I for values from (%L) to (%L)',
        child, parent,
        to_char(day, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(day + 1, 'YYYY-MM-DD') || ' 00:00:00+00');
    end loop;
  end loop;
end $$;
revoke all on function field.ensure_partitions(date[]) from public;

-- Keeps the quarantine within its bounds, oldest first; counts what went, by device. Returns how many went.
create function field.trim_quarantine(per_device bigint, total bigint, total_bytes bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  gone bigint;
begin
  with ranked as (
    select id,
      row_number() over (partition by device_mac_addr order by id desc) as in_device,
      row_number() over (order by id desc) as overall,
      sum(payload_bytes + 200) over (order by id desc) as bytes
    from field.quarantine
  ), removed as (
    delete from field.quarantine q using ranked r
    where q.id = r.id and (r.in_device > per_device or r.overall > total or r.bytes > total_bytes)
    returning coalesce(q.device_mac_addr, '') as device
  ), counted as (
    insert into field.quarantine_evictions as e (device_mac_addr, evicted)
    select device, count(*) from removed group by device
    on conflict (device_mac_addr) do update set evicted = e.evicted + excluded.evicted
    returning 1
  )
  select count(*) into gone from removed;
  return gone;
end $$;
revoke all on function field.trim_quarantine(bigint, bigint, bigint) from public;

-- At most so many candidates, the longest silent that nobody ignored on purpose go first.
create function field.trim_candidates(at_most bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  gone bigint;
begin
  with surplus as (
    select device_mac_addr from field.candidates order by ignored desc, last_seen desc offset at_most
  ), removed as (
    delete from field.candidates c using surplus s where c.device_mac_addr = s.device_mac_addr returning 1
  )
  select count(*) into gone from removed;
  return gone;
end $$;
revoke all on function field.trim_candidates(bigint) from public;
