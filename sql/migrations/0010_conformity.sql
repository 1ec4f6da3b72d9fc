-- Bounds as the warehouse has them: 0.95 is 0.95 and not the nearest single-precision number to it.
drop view field.devices_in_use;
alter table field.conformity_rules
  alter column min_allowed type numeric using min_allowed::numeric,
  alter column max_allowed type numeric using max_allowed::numeric;

-- As before; readings are single-precision, and so are the limits that they are compared with one by one.
create view field.devices_in_use as
with rules as (
  select site_ref,
    max(min_allowed::real) filter (where metric_type = 'temperature_range') as temperature_min,
    min(max_allowed::real) filter (where metric_type = 'temperature_range') as temperature_max,
    max(min_allowed::real) filter (where metric_type = 'humidity_floor') as humidity_min,
    min(max_allowed::real) filter (where metric_type = 'humidity_ceiling') as humidity_max
  from field.conformity_rules
  group by site_ref
)
select d.device_mac_addr, d.site_ref, coalesce(nullif(s.site_name, ''), d.site_ref, '')::text as site_name,
  coalesce(nullif(p.name, ''), d.device_mac_addr)::text as device_name, z.name::text as zone_name,
  case when z.temperature_min is null and z.temperature_max is null then r.temperature_min else z.temperature_min end
    as temperature_min,
  case when z.temperature_min is null and z.temperature_max is null then r.temperature_max else z.temperature_max end
    as temperature_max,
  case when z.humidity_min is null and z.humidity_max is null then r.humidity_min else z.humidity_min end
    as humidity_min,
  case when z.humidity_min is null and z.humidity_max is null then r.humidity_max else z.humidity_max end
    as humidity_max,
  d.created_at
from devices d
left join sites s on s.site_ref = d.site_ref
left join field.device_profiles p on p.device_mac_addr = d.device_mac_addr
left join field.zones z on z.id = p.zone_id
left join rules r on r.site_ref = d.site_ref
where not exists (select from field.device_replacements x where x.old_mac_addr = d.device_mac_addr);

-- The warehouse leaves out rows without a value, which a rollup cannot tell afterwards. Only other writers make such
-- rows; this index finds the days that have one, and is empty otherwise.
create index sensor_data_incomplete on sensor_data (device_mac_addr, time)
  where temperature is null or humidity is null or temperature = 'NaN' or humidity = 'NaN';
