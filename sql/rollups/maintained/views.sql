-- What is computed already, except the days that are marked; those, and all that is newer, from the readings
-- themselves. So a reader always gets what the readings say, however far the refresher has come.

create or replace view public.sensor_data_semi_hourly as
select r.device_mac_addr, r.bucket_start, r.bucket_start + interval '30 minutes' as bucket_end,
  r.measurement_count, r.avg_temperature, r.min_temperature, r.max_temperature,
  r.avg_humidity, r.min_humidity, r.max_humidity
from field.rollup_semi_hourly r
where r.bucket_start < (select watermark from field.rollup_state)
  and not exists (
    select from field.stale_days d
    where d.device_mac_addr = r.device_mac_addr and d.day = (r.bucket_start at time zone 'UTC')::date)
union all
select s.device_mac_addr, date_bin('30 minutes', s.time, timestamptz '1970-01-01 00:00:00+00') as bucket_start,
  date_bin('30 minutes', s.time, timestamptz '1970-01-01 00:00:00+00') + interval '30 minutes' as bucket_end,
  count(s.temperature) as measurement_count,
  avg(nullif(s.temperature, 'NaN')) as avg_temperature,
  min(nullif(s.temperature, 'NaN')) as min_temperature,
  max(nullif(s.temperature, 'NaN')) as max_temperature,
  avg(nullif(s.humidity, 'NaN')) as avg_humidity,
  min(nullif(s.humidity, 'NaN')) as min_humidity,
  max(nullif(s.humidity, 'NaN')) as max_humidity
from public.sensor_data s
where s.time >= (select watermark from field.rollup_state)
group by s.device_mac_addr, date_bin('30 minutes', s.time, timestamptz '1970-01-01 00:00:00+00')
union all
select d.device_mac_addr, l.bucket_start, l.bucket_start + interval '30 minutes' as bucket_end,
  l.measurement_count, l.avg_temperature, l.min_temperature, l.max_temperature,
  l.avg_humidity, l.min_humidity, l.max_humidity
from field.stale_days d
cross join lateral (
  select date_bin('30 minutes', s.time, timestamptz '1970-01-01 00:00:00+00') as bucket_start,
    count(s.temperature) as measurement_count,
    avg(nullif(s.temperature, 'NaN')) as avg_temperature,
    min(nullif(s.temperature, 'NaN')) as min_temperature,
    max(nullif(s.temperature, 'NaN')) as max_temperature,
    avg(nullif(s.humidity, 'NaN')) as avg_humidity,
    min(nullif(s.humidity, 'NaN')) as min_humidity,
    max(nullif(s.humidity, 'NaN')) as max_humidity
  from public.sensor_data s
  where s.device_mac_addr = d.device_mac_addr
    and s.time >= d.day::timestamp at time zone 'UTC'
    and s.time < (d.day + 1)::timestamp at time zone 'UTC'
    and s.time < (select watermark from field.rollup_state)
  group by date_bin('30 minutes', s.time, timestamptz '1970-01-01 00:00:00+00')
) l;

create or replace view public.sensor_data_hourly as
select r.device_mac_addr, r.bucket_start, r.bucket_start + interval '1 hour' as bucket_end,
  r.measurement_count, r.avg_temperature, r.min_temperature, r.max_temperature,
  r.avg_humidity, r.min_humidity, r.max_humidity
from field.rollup_hourly r
where r.bucket_start < (select watermark from field.rollup_state)
  and not exists (
    select from field.stale_days d
    where d.device_mac_addr = r.device_mac_addr and d.day = (r.bucket_start at time zone 'UTC')::date)
union all
select s.device_mac_addr, date_bin('1 hour', s.time, timestamptz '1970-01-01 00:00:00+00') as bucket_start,
  date_bin('1 hour', s.time, timestamptz '1970-01-01 00:00:00+00') + interval '1 hour' as bucket_end,
  count(*) as measurement_count,
  avg(nullif(s.temperature, 'NaN')) as avg_temperature,
  min(nullif(s.temperature, 'NaN')) as min_temperature,
  max(nullif(s.temperature, 'NaN')) as max_temperature,
  avg(nullif(s.humidity, 'NaN')) as avg_humidity,
  min(nullif(s.humidity, 'NaN')) as min_humidity,
  max(nullif(s.humidity, 'NaN')) as max_humidity
from public.sensor_data s
where s.time >= (select watermark from field.rollup_state)
group by s.device_mac_addr, date_bin('1 hour', s.time, timestamptz '1970-01-01 00:00:00+00')
union all
select d.device_mac_addr, l.bucket_start, l.bucket_start + interval '1 hour' as bucket_end,
  l.measurement_count, l.avg_temperature, l.min_temperature, l.max_temperature,
  l.avg_humidity, l.min_humidity, l.max_humidity
from field.stale_days d
cross join lateral (
  select date_bin('1 hour', s.time, timestamptz '1970-01-01 00:00:00+00') as bucket_start,
    count(*) as measurement_count,
    avg(nullif(s.temperature, 'NaN')) as avg_temperature,
    min(nullif(s.temperature, 'NaN')) as min_temperature,
    max(nullif(s.temperature, 'NaN')) as max_temperature,
    avg(nullif(s.humidity, 'NaN')) as avg_humidity,
    min(nullif(s.humidity, 'NaN')) as min_humidity,
    max(nullif(s.humidity, 'NaN')) as max_humidity
  from public.sensor_data s
  where s.device_mac_addr = d.device_mac_addr
    and s.time >= d.day::timestamp at time zone 'UTC'
    and s.time < (d.day + 1)::timestamp at time zone 'UTC'
    and s.time < (select watermark from field.rollup_state)
  group by date_bin('1 hour', s.time, timestamptz '1970-01-01 00:00:00+00')
) l;

create or replace view public.sensor_data_daily as
select r.device_mac_addr, r.bucket_start, r.bucket_start + interval '1 day' as bucket_end,
  r.measurement_count, r.avg_temperature, r.min_temperature, r.max_temperature,
  r.avg_humidity, r.min_humidity, r.max_humidity
from field.rollup_daily r
where r.bucket_start < (select date_bin('1 day', watermark, timestamptz '1970-01-01 00:00:00+00') from field.rollup_state)
  and not exists (
    select from field.stale_days d
    where d.device_mac_addr = r.device_mac_addr and d.day = (r.bucket_start at time zone 'UTC')::date)
union all
select s.device_mac_addr, date_bin('1 day', s.time, timestamptz '1970-01-01 00:00:00+00') as bucket_start,
  date_bin('1 day', s.time, timestamptz '1970-01-01 00:00:00+00') + interval '1 day' as bucket_end,
  count(*) as measurement_count,
  avg(nullif(s.temperature, 'NaN')) as avg_temperature,
  min(nullif(s.temperature, 'NaN')) as min_temperature,
  max(nullif(s.temperature, 'NaN')) as max_temperature,
  avg(nullif(s.humidity, 'NaN')) as avg_humidity,
  min(nullif(s.humidity, 'NaN')) as min_humidity,
  max(nullif(s.humidity, 'NaN')) as max_humidity
from public.sensor_data s
where s.time >= (select date_bin('1 day', watermark, timestamptz '1970-01-01 00:00:00+00') from field.rollup_state)
group by s.device_mac_addr, date_bin('1 day', s.time, timestamptz '1970-01-01 00:00:00+00')
union all
select d.device_mac_addr, l.bucket_start, l.bucket_start + interval '1 day' as bucket_end,
  l.measurement_count, l.avg_temperature, l.min_temperature, l.max_temperature,
  l.avg_humidity, l.min_humidity, l.max_humidity
from field.stale_days d
cross join lateral (
  select date_bin('1 day', s.time, timestamptz '1970-01-01 00:00:00+00') as bucket_start,
    count(*) as measurement_count,
    avg(nullif(s.temperature, 'NaN')) as avg_temperature,
    min(nullif(s.temperature, 'NaN')) as min_temperature,
    max(nullif(s.temperature, 'NaN')) as max_temperature,
    avg(nullif(s.humidity, 'NaN')) as avg_humidity,
    min(nullif(s.humidity, 'NaN')) as min_humidity,
    max(nullif(s.humidity, 'NaN')) as max_humidity
  from public.sensor_data s
  where s.device_mac_addr = d.device_mac_addr
    and s.time >= d.day::timestamp at time zone 'UTC'
    and s.time < (d.day + 1)::timestamp at time zone 'UTC'
    and s.time < (select date_bin('1 day', watermark, timestamptz '1970-01-01 00:00:00+00') from field.rollup_state)
  group by date_bin('1 day', s.time, timestamptz '1970-01-01 00:00:00+00')
) l;
