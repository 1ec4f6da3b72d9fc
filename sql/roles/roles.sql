-- Cluster-wide, so another database on this server may have made them already, perhaps as a role of more rights
-- than the owner of this one: they are only made where they are missing. Passwords are set apart.
do $$
declare
  role text;
begin
  foreach role in array array['mqtt_ingestor', 'grafana_reader'] loop
    if not exists (select from pg_roles where rolname = role) then
      begin
        execute format('create role %I login', role);
      exception when duplicate_object or unique_violation then null;
      end;
    end if;
    execute format('grant connect on database %I to %I', current_database(), role);
  end loop;
  -- Everybody may make temporary tables unless told otherwise; these two may not.
  execute format('revoke temporary on database %I from public', current_database());
end $$;

revoke create on schema public from public;
grant usage on schema public to mqtt_ingestor, grafana_reader;
grant usage on schema field to mqtt_ingestor;

grant select on sites, devices, field.schema_migrations to mqtt_ingestor;
grant insert, select, update on
  sensor_data, device_heartbeats,
  field.device_facts, field.candidates, field.quarantine, field.quarantine_evictions
to mqtt_ingestor;
grant execute on function
  field.ensure_partitions(date[]), field.ensure_partitions(text, date[]), field.trim_quarantine(bigint, bigint, bigint), field.trim_candidates(bigint),
  field.trim_device_facts(bigint),
  field.announce_rollups(), field.advance_rollups(), field.refresh_stale_days(integer, date)
to mqtt_ingestor;
grant select on field.rollup_state, field.stale_days to mqtt_ingestor;

grant select on all tables in schema public to grafana_reader;
alter default privileges in schema public grant select on tables to grafana_reader;

-- Of what the tool knows beyond: names, limits and what devices say of themselves; no settings, no records, no log.
grant usage on schema field to grafana_reader;
grant select on field.devices_in_use, field.device_facts, field.conformity_rules to grafana_reader;
