-- One look into the index per device, newest partition first, instead of a sort over a year.
create or replace view latest_sensor_readings as
select d.device_mac_addr, l.time, l.temperature, l.humidity, l.reception_time
from devices d
cross join lateral (
  select s.time, s.temperature, s.humidity, s.reception_time
  from sensor_data s
  where s.device_mac_addr = d.device_mac_addr
  order by s.time desc
  limit 1
) l;
