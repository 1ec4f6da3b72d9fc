-- What people and the tool itself note on the line of time: of one device, else of a whole site.
create table field.annotations (
  id bigint generated always as identity primary key,
  time timestamptz not null,
  kind varchar(16) not null check (kind in ('commissioned', 'moved', 'calibrated', 'note')),
  text varchar(500) not null default '',
  author text not null default 'application',
  device_mac_addr varchar(17) references devices (device_mac_addr) on delete cascade,
  site_ref varchar(50) references sites (site_ref) on update cascade on delete cascade,
  automatic boolean not null default false,
  created_at timestamptz not null default now(),
  check (device_mac_addr is not null or site_ref is not null)
);
create index annotations_by_device on field.annotations (device_mac_addr, time);
create index annotations_by_site on field.annotations (site_ref, time);

-- What was proven and replaced before there were annotations.
insert into field.annotations (time, kind, text, author, device_mac_addr, automatic)
select coalesce(c.finished_at, c.started_at), 'commissioned', c.name, coalesce(nullif(c.technician, ''), 'application'),
  c.device_mac_addr, true
from field.commissioning_records c join devices d on d.device_mac_addr = c.device_mac_addr
where c.result = 'ready' order by c.id;

insert into field.annotations (time, kind, text, device_mac_addr, automatic)
select replaced_at, 'commissioned', old_mac_addr || ' → ' || new_mac_addr, new_mac_addr, true
from field.device_replacements order by replaced_at;
