-- What is written late is marked in the writer's own transaction, whoever the writer is.
create trigger note_late_inserts after insert on public.sensor_data
referencing new table as touched for each statement execute function field.note_late_readings();
create trigger note_late_updates_before after update on public.sensor_data
referencing old table as touched for each statement execute function field.note_late_readings();
create trigger note_late_updates_after after update on public.sensor_data
referencing new table as touched for each statement execute function field.note_late_readings();
create trigger note_late_deletes after delete on public.sensor_data
referencing old table as touched for each statement execute function field.note_late_readings();
create trigger forget_rollups after truncate on public.sensor_data
for each statement execute function field.forget_rollups();
