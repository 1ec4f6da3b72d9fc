-- Site surveys. Rows have ids that are made where they are entered, so that surveys of several laptops come together.

-- One revision of a survey; a correction of a finished one is a further row with the same root.
create table field.surveys (
  id uuid primary key,
  root_id uuid not null,
  revision integer not null,
  corrects_id uuid unique references field.surveys (id) on delete set null,
  correction_reason text not null default '',
  state varchar(8) not null default 'open' check (state in ('open', 'finished')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  finished_at timestamptz,
  data_sha256 varchar(64),
  unique (root_id, revision)
);

-- Everything that was entered: the project, rooms, plans, zones, points, recordings, photos and so on, each whole.
create table field.survey_parts (
  survey_id uuid not null references field.surveys (id) on delete cascade,
  kind varchar(16) not null,
  id uuid not null,
  data jsonb not null,
  updated_at timestamptz not null,
  primary key (survey_id, kind, id)
);
create index survey_recordings_that_run on field.survey_parts (survey_id)
  where kind = 'recording' and data ->> 'state' = 'running';

-- What can be taken back: the parts before and after each change.
create table field.survey_steps (
  id bigint generated always as identity primary key,
  survey_id uuid not null references field.surveys (id) on delete cascade,
  step varchar(40) not null,
  time timestamptz not null,
  changes jsonb not null
);
create index survey_steps_by_survey on field.survey_steps (survey_id, id);

-- Raw values, as the messages brought them. Recordings of a survey are shared by its revisions.
create table field.survey_samples (
  recording_id uuid not null,
  number integer not null,
  root_id uuid not null,
  time timestamptz not null,
  device_mac_addr varchar(17) not null,
  temperature double precision,
  humidity double precision,
  rssi integer,
  primary key (recording_id, number)
);
create index survey_samples_by_root on field.survey_samples (root_id);

-- Plans, photos and drawn signatures; never changed.
create table field.survey_files (
  id uuid primary key,
  root_id uuid not null,
  kind varchar(10) not null check (kind in ('plan', 'photo', 'signature')),
  type varchar(10) not null,
  bytes integer not null,
  sha256 varchar(64) not null,
  width integer not null,
  height integer not null,
  metadata jsonb not null,
  added_at timestamptz not null,
  content bytea not null
);
-- Images do not get smaller, and a piece of one is read without the rest.
alter table field.survey_files alter column content set storage external;
create index survey_files_by_root on field.survey_files (root_id);

-- Checklists of one's own; those that come with the application are in it.
create table field.survey_templates (
  id uuid primary key,
  template jsonb not null,
  updated_at timestamptz not null default now()
);
