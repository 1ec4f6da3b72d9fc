-- Where hypertables take no transition tables (TimescaleDB before 2.18).
create trigger note_late_inserts after insert on public.sensor_data
for each row execute function field.note_late_reading();
create trigger note_late_updates_before after update on public.sensor_data
for each row execute function field.note_late_reading();
create trigger note_late_deletes after delete on public.sensor_data
for each row execute function field.note_late_reading();
create trigger forget_rollups after truncate on public.sensor_data
for each statement execute function field.forget_rollups();
