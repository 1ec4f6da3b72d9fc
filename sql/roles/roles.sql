-- Cluster-wide, so another database on this server may have made them already. Passwords are set apart.
do $$
declare
  role text;
begin
  foreach role in array array['mqtt_ingestor', 'grafana_reader'] loop
    begin
      execute format('create role %I login', role);
    exception when duplicate_object or unique_violation then null;
    end;
    execute format('grant connect on database %I to %I', current_database(), role);
  end loop;
end $$;

revoke create on schema public from public;
grant usage on schema public to mqtt_ingestor, grafana_reader;
grant usage on schema field to mqtt_ingestor;

grant select on sites, devices to mqtt_ingestor;
grant insert, select, update on
  sensor_data, device_heartbeats,
  field.device_facts, field.candidates, field.quarantine, field.quarantine_evictions
to mqtt_ingestor;
grant execute on function
  field.ensure_partitions(date[]), field.trim_quarantine(bigint, bigint, bigint), field.trim_candidates(bigint)
to mqtt_ingestor;

grant select on all tables in schema public to grafana_reader;
alter default privileges in schema public grant select on tables to grafana_reader;
