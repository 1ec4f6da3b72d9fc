-- Partitions of one table of readings. A statement that made those of both tables held the lock of the first while
-- it waited for the second, and whoever read them in the other order made a deadlock of it. The function of
-- migration 4 stays for an ingestor of an older version that still writes here.
create function field.ensure_partitions(parent text, days date[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  day date;
  child text;
begin
  if parent not in ('sensor_data', 'device_heartbeats') then
    raise invalid_parameter_value using message = format('%s is no table of readings', parent);
  end if;
  if not exists (select from pg_class where oid = ('public.' || parent)::regclass and relkind = 'p') then
    return;
  end if;
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
end $$;
revoke all on function field.ensure_partitions(text, date[]) from public;
