-- What proves that a board was commissioned, beyond when and by whom.
alter table field.commissioning_records
  add column name varchar(60) not null default '',
  add column firmware_sha256 varchar(64),
  add column configuration_sha256 varchar(64),
  add column reading jsonb;

-- A board that took over another one's place: the history before lies under the old address.
create table field.device_replacements (
  old_mac_addr varchar(17) primary key references devices (device_mac_addr) on delete cascade,
  new_mac_addr varchar(17) not null references devices (device_mac_addr) on delete cascade,
  replaced_at timestamptz not null default now()
);

-- Each entry of the log carries a hash over itself and the hash of the one before, so that a line that is
-- changed or taken out later is found.
alter table field.audit_log add column previous_hash bytea, add column hash bytea;

create function field.audit_hash(
  previous bytea, id bigint, at timestamptz, actor text, action text, subject text, details jsonb
) returns bytea language sql immutable set search_path = pg_catalog, pg_temp as $$
  select sha256(coalesce(previous, ''::bytea) || convert_to(
    jsonb_build_array(id, extract(epoch from at)::text, actor, action, subject, details)::text, 'UTF8'))
$$;

do $$
declare
  entry field.audit_log;
  previous bytea;
begin
  for entry in select * from field.audit_log order by id loop
    update field.audit_log set previous_hash = previous,
      hash = field.audit_hash(previous, entry.id, entry.time, entry.actor, entry.action, entry.subject, entry.details)
    where id = entry.id returning hash into previous;
  end loop;
end $$;

alter table field.audit_log alter column hash set not null;

create function field.chain_audit_entry() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  newest record;
begin
  -- One writer at a time, and the number is given under the lock: the order of numbers is the order of the chain.
  perform pg_advisory_xact_lock(hashtext('field.audit_log'));
  select a.id, a.hash into newest from field.audit_log a order by a.id desc limit 1;
  new.id := coalesce(newest.id, 0) + 1;
  new.previous_hash := newest.hash;
  new.hash := field.audit_hash(
    new.previous_hash, new.id, new.time, new.actor, new.action, new.subject, new.details);
  return new;
end $$;

create trigger chain_audit_entry before insert on field.audit_log
for each row execute function field.chain_audit_entry();

-- The number of the first entry that does not fit; null where the chain is whole.
create function field.first_broken_audit_entry() returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
  select min(id) from (
    select id, hash is distinct from
        field.audit_hash(previous_hash, id, time, actor, action, subject, details)
      or previous_hash is distinct from lag(hash) over (order by id)
      or id is distinct from coalesce(lag(id) over (order by id), 0) + 1 as broken
    from field.audit_log
  ) as checked where broken
$$;
