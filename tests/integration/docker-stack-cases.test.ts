import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { ensureEngine, hasEngine, localEngine } from '../support/container-engine.ts';
import { DockerApplications } from '../support/docker-application.ts';
import { ensureStackImages } from '../support/stack-images.ts';

const signal = new AbortController().signal;

describe.skipIf(!hasEngine)('the Docker stack in the cases that go wrong', () => {
  let stopEngine: () => Promise<void> = () => Promise.resolve();
  let engine: DockerEngine;
  let applications: DockerApplications;

  beforeAll(async () => {
    stopEngine = await ensureEngine();
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    engine = await localEngine();
  }, 600_000);
  beforeEach(() => {
    applications = new DockerApplications();
  });
  afterEach(() => applications.end(engine), 120_000);
  afterAll(async () => {
    await engine.close();
    await stopEngine();
  }, 60_000);

  const sql = async (text: string): Promise<string> => {
    const { exitCode, output } = await engine.exec(
      `${applications.project}-postgres-1`,
      [
        'psql',
        '-X',
        '-q',
        '-A',
        '-t',
        '-v',
        'ON_ERROR_STOP=1',
        '-U',
        'datayoti',
        '-d',
        'datayoti_db',
        '-f',
        '-',
      ],
      { user: 'postgres', input: text },
      signal,
    );
    if (exitCode !== 0) throw new Error(output);
    return output.trim();
  };
  const state = async (service: string): Promise<string | undefined> =>
    (await engine.inspectContainer(`${applications.project}-${service}-1`))?.State.Status;

  test('a database left half-initialised is named before anything writes to it, and repaired when asked', async () => {
    const { handlers } = await applications.open();
    await handlers.stack.start({}, signal);
    await sql(`drop schema field cascade;
      drop table sensor_data cascade; drop table device_heartbeats cascade; drop table devices, sites cascade;
      create table sites (id serial primary key, site_ref varchar(50) unique not null, site_name varchar(255),
        description text, created_at timestamptz default now(), updated_at timestamptz default now());
      create table devices (id serial primary key, device_mac_addr varchar(17) unique not null,
        site_ref varchar(50) references sites (site_ref), created_at timestamptz default now(),
        updated_at timestamptz default now());
      insert into sites (site_ref, site_name) values ('HOME', 'kept');`);
    await handlers.stack.stop({}, signal);
    await expect(handlers.stack.start({}, signal)).rejects.toMatchObject({
      code: 'schema.half-initialised',
      data: { missing: 'sensor_data, device_heartbeats', context: 'docker' },
    });
    expect([await state('postgres'), await state('ingestor')]).toEqual(['running', 'exited']);
    const told: string[] = [];
    for await (const item of handlers.docker.repair({}, signal))
      told.push(item.type === 'progress' ? item.progress.step : item.type);
    expect(told.at(-1)).toBe('done');
    expect(await state('ingestor')).toBe('running');
    expect(await sql('select site_ref, site_name from sites')).toBe('HOME|kept');
    expect(await sql('select count(*) from device_heartbeats')).toBe('0');
  }, 180_000);
});
