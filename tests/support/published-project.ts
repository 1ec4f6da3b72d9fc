import { hashPassword } from '../../src/main/stack/embedded/broker/password-hash.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { stackImages } from './stack-images.ts';
import { until } from './until.ts';

export const publishedVolume = 'published_timescale-data';
export const publishedNames = ['timescale_db', 'mqtt-broker', 'mqtt-to-pg', 'grafana'] as const;
/** As the published project's `.env` has them. */
export const publishedValues = {
  PG_USER: 'postgres',
  PG_PASSWORD: 'published password',
  PG_DATABASE: 'datayoti_db',
  MQTT_INGESTOR_PASSWORD: 'ingestor password',
  GRAFANA_READER_PASSWORD: 'reader password',
  MQTT_USER: 'esp32',
  MQTT_PASSWORD: 'board password',
  GF_SECURITY_ADMIN_USER: 'admin',
  GF_SECURITY_ADMIN_PASSWORD: 'admin password',
};
/**
 * As the published script leaves them: with the rights of the ingestor, without what comes after the statement that
 * fails. A site, a board of it and 500 readings: 502 rows.
 */
export const publishedTables = `
create extension if not exists timescaledb;
create table sites (id serial primary key, site_ref varchar(50) unique not null, site_name varchar(255),
  description text, created_at timestamptz default now(), updated_at timestamptz default now());
create table devices (id serial primary key, device_mac_addr varchar(17) unique not null,
  site_ref varchar(50) references sites (site_ref), created_at timestamptz default now(), updated_at timestamptz default now());
create table sensor_data (time timestamptz not null, device_mac_addr varchar(17) not null, temperature real,
  humidity real, reception_time timestamptz default now(), foreign key (device_mac_addr) references devices (device_mac_addr));
select create_hypertable('sensor_data', 'time', if_not_exists => true, chunk_time_interval => interval '1 day');
alter table sensor_data add constraint sensor_data_uniq unique (device_mac_addr, time);
insert into sites (site_ref, site_name) values ('HCS', 'Harbour');
insert into devices (device_mac_addr, site_ref) values ('1C:69:20:E9:18:24', 'HCS');
insert into sensor_data (time, device_mac_addr, temperature, humidity)
  select timestamptz '2025-11-03 00:00Z' + n * interval '10 minutes', '1C:69:20:E9:18:24', 20 + n % 5, 60
  from generate_series(0, 499) as n;
do $$ begin
  if not exists (select from pg_roles where rolname = 'mqtt_ingestor') then create role mqtt_ingestor login; end if;
end $$;
grant all on all tables in schema public to mqtt_ingestor;
grant all on all sequences in schema public to mqtt_ingestor;
alter default privileges in schema public grant all on tables to mqtt_ingestor;
alter default privileges in schema public grant all on sequences to mqtt_ingestor;`;

export function publishedEnvText(change: Partial<typeof publishedValues> = {}): string {
  return Object.entries({ ...publishedValues, ...change })
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
}

/** What a statement says in a container's database. @throws Error with the output of psql */
export async function sqlIn(
  engine: DockerEngine,
  container: string,
  user: string,
  text: string,
): Promise<string> {
  const { exitCode, output } = await engine.exec(
    container,
    ['psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-U', user, '-d', 'datayoti_db', '-f', '-'],
    { user: 'postgres', input: text },
    new AbortController().signal,
  );
  if (exitCode !== 0) throw new Error(output);
  return output.trim();
}

/** A program that does nothing, under a name and on ports that something else would want. */
export async function startIdle(engine: DockerEngine, name: string, ports: readonly number[]): Promise<void> {
  await engine.createContainer({
    name,
    Image: stackImages.mosquitto,
    Entrypoint: ['sleep'],
    Cmd: ['3600'],
    StopSignal: 'SIGKILL',
    // Its image tells of other ports only.
    ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
    HostConfig: { RestartPolicy, PortBindings: bindings(ports) },
  });
  await engine.startContainer(name);
}

const RestartPolicy = { Name: 'unless-stopped' };
const bindings = (ports: readonly number[]) =>
  Object.fromEntries(ports.map((port) => [`${port}/tcp`, [{ HostIp: '', HostPort: String(port) }]]));

/** Containers, names, ports and volume as DOMAIN, section 3 has them, on an engine of the test's own. */
export async function startPublishedProject(engine: DockerEngine): Promise<void> {
  await engine.createContainer({
    name: 'timescale_db',
    Image: stackImages.postgres,
    Env: [
      `POSTGRES_USER=${publishedValues.PG_USER}`,
      `POSTGRES_PASSWORD=${publishedValues.PG_PASSWORD}`,
      `POSTGRES_DB=${publishedValues.PG_DATABASE}`,
    ],
    HostConfig: {
      RestartPolicy,
      PortBindings: bindings([5432]),
      Binds: [`${publishedVolume}:/var/lib/postgresql/data`],
    },
  });
  await engine.startContainer('timescale_db');
  await startPublishedBroker(engine);
  await startIdle(engine, 'mqtt-to-pg', []);
  await startIdle(engine, 'grafana', [3000]);
  const listens = ['pg_isready', '-h', '127.0.0.1'];
  const { signal } = new AbortController();
  await until(
    () =>
      sqlIn(engine, 'timescale_db', publishedValues.PG_USER, 'select 1').then(
        // The first start ends the server once more.
        async () => (await engine.exec('timescale_db', listens, {}, signal)).exitCode === 0,
        () => false,
      ),
    { timeoutMs: 60_000, what: 'the published database answers' },
  );
  await sqlIn(engine, 'timescale_db', publishedValues.PG_USER, publishedTables);
}

/** With its one account and no rules of who may do what, as published. */
async function startPublishedBroker(engine: DockerEngine): Promise<void> {
  await engine.createContainer({
    name: 'mqtt-broker',
    Image: stackImages.mosquitto,
    ExposedPorts: { '1883/tcp': {} },
    HostConfig: { RestartPolicy, PortBindings: bindings([1883]) },
  });
  const { MQTT_USER, MQTT_PASSWORD } = publishedValues;
  const files = {
    'mosquitto.conf': 'listener 1883\nallow_anonymous false\npassword_file /mosquitto/config/passwords\n',
    passwords: `${MQTT_USER}:${await hashPassword(MQTT_PASSWORD)}\n`,
  };
  const owner = { mode: 0o600, uid: 1883, gid: 1883 };
  await engine.putFiles(
    'mqtt-broker',
    Object.entries(files).map(([name, text]) => ({
      path: `/mosquitto/config/${name}`,
      content: Buffer.from(text),
      ...owner,
    })),
  );
  await engine.startContainer('mqtt-broker');
}

/** What a board of it publishes. */
export async function publishAsBoard(engine: DockerEngine, topic: string, message: object): Promise<void> {
  const { MQTT_USER, MQTT_PASSWORD } = publishedValues;
  const login = ['-h', '127.0.0.1', '-u', MQTT_USER, '-P', MQTT_PASSWORD, '-q', '1'];
  const { exitCode, output } = await engine.exec(
    'mqtt-broker',
    ['mosquitto_pub', ...login, '-t', topic, '-m', JSON.stringify(message)],
    {},
    new AbortController().signal,
  );
  if (exitCode !== 0) throw new Error(output);
}

export async function publishedStates(engine: DockerEngine): Promise<readonly (string | undefined)[]> {
  return Promise.all(publishedNames.map(async (name) => (await engine.inspectContainer(name))?.State.Status));
}
