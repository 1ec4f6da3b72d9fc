-- A flood under ever new addresses fills neither the counts nor the facts: both are bounded here.

-- As before, and: at most so many devices are counted by name, the rest together under ''.
create or replace function field.trim_quarantine(per_device bigint, total bigint, total_bytes bigint) returns bigint
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
  with surplus as (
    select device_mac_addr from field.quarantine_evictions where device_mac_addr <> ''
    order by evicted desc, device_mac_addr offset 5000
  ), removed as (
    delete from field.quarantine_evictions e using surplus s
    where e.device_mac_addr = s.device_mac_addr returning e.evicted
  )
  insert into field.quarantine_evictions as e (device_mac_addr, evicted)
  select '', sum(evicted) from removed having count(*) > 0
  on conflict (device_mac_addr) do update set evicted = e.evicted + excluded.evicted;
  return gone;
end $$;

-- What devices said of themselves, for at most so many that nobody adopted; the longest silent go first.
create function field.trim_device_facts(strangers bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  gone bigint;
begin
  with surplus as (
    select f.device_mac_addr from field.device_facts f
    where not exists (select from public.devices d where d.device_mac_addr = f.device_mac_addr)
    order by f.last_seen desc offset strangers
  ), removed as (
    delete from field.device_facts f using surplus s where f.device_mac_addr = s.device_mac_addr returning 1
  )
  select count(*) into gone from removed;
  return gone;
end $$;
revoke all on function field.trim_device_facts(bigint) from public;

-- Rows come and go here by the thousand: what went makes room at once instead of after a fifth of the table.
alter table field.quarantine set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0, toast.autovacuum_vacuum_scale_factor = 0,
  toast.autovacuum_vacuum_threshold = 5000, toast.autovacuum_vacuum_cost_delay = 0);

-- The published script gave the ingestor every table, the future ones included; what it needs is given anew after this.
do $$
begin
  if exists (select from pg_roles where rolname = 'mqtt_ingestor') then
    revoke all on all tables in schema public from mqtt_ingestor;
    revoke all on all sequences in schema public from mqtt_ingestor;
    alter default privileges in schema public revoke all on tables from mqtt_ingestor;
    alter default privileges in schema public revoke all on sequences from mqtt_ingestor;
  end if;
end $$;
