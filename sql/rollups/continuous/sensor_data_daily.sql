create materialized view public.sensor_data_daily
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select device_mac_addr,
  public.time_bucket(interval '1 day', time) as bucket_start,
  public.time_bucket(interval '1 day', time) + interval '1 day' as bucket_end,
  count(*) as measurement_count,
  avg(nullif(temperature, 'NaN')) as avg_temperature,
  min(nullif(temperature, 'NaN')) as min_temperature,
  max(nullif(temperature, 'NaN')) as max_temperature,
  avg(nullif(humidity, 'NaN')) as avg_humidity,
  min(nullif(humidity, 'NaN')) as min_humidity,
  max(nullif(humidity, 'NaN')) as max_humidity
from public.sensor_data
group by device_mac_addr, public.time_bucket(interval '1 day', time)
with no data;
