-- What a site's climate must keep to, in the warehouse's own form, so that it can be copied as it is.
create table field.conformity_rules (
  id serial primary key,
  site_ref varchar(50) not null references sites (site_ref) on update cascade on delete cascade,
  metric_type varchar(32) not null check (metric_type in (
    'temperature_range', 'humidity_ceiling', 'humidity_floor', 'temperature_stability', 'uptime_ratio', 'data_validity')),
  min_allowed real,
  max_allowed real,
  criticality varchar(6) not null default 'MEDIUM' check (criticality in ('LOW', 'MEDIUM', 'HIGH')),
  description text,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  check (min_allowed <= max_allowed)
);
create index conformity_rules_by_site on field.conformity_rules (site_ref, metric_type);

-- The devices in use, with the names that people gave and the limits that hold for each: those of its zone, else the
-- strictest of its site's rules. A metric's two limits come from one place, never one from each. Null: no limit.
create view field.devices_in_use as
with rules as (
  select site_ref,
    max(min_allowed) filter (where metric_type = 'temperature_range') as temperature_min,
    min(max_allowed) filter (where metric_type = 'temperature_range') as temperature_max,
    max(min_allowed) filter (where metric_type = 'humidity_floor') as humidity_min,
    min(max_allowed) filter (where metric_type = 'humidity_ceiling') as humidity_max
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
