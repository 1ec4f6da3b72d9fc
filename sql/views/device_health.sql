create or replace view device_health as
select d.device_mac_addr, l.time as last_heartbeat, l.rssi, l.free_heap, l.uptime, l.min_heap, l.ntp_sync,
  case
    when l.time > now() - interval '5 minutes' then 'online'
    when l.time > now() - interval '30 minutes' then 'warning'
    else 'offline'
  end as health_status
from devices d
cross join lateral (
  select h.time, h.rssi, h.free_heap, h.uptime, h.min_heap, h.ntp_sync
  from device_heartbeats h
  where h.device_mac_addr = d.device_mac_addr
  order by h.time desc
  limit 1
) l;
