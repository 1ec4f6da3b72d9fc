import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { containerName } from '../../src/main/stack/docker/compose/index.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { bringUp } from '../../src/main/stack/docker/project/index.ts';
import { settleOwner } from '../../src/main/stack/docker/settle-owner.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { putReadyVolume, readyPassword } from '../support/ready-volume.ts';
import { projectOf, removeProject, testStack, type TestStack } from '../support/stack-folder.ts';
import { ensureStackImages } from '../support/stack-images.ts';

const never = new AbortController().signal;

describe.skipIf(!hasEngine)('a database whose first start was interrupted', () => {
  let engine: DockerEngine;
  let stack: TestStack;

  beforeAll(async () => {
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    engine = await localEngine();
    stack = await testStack({ pg_password: readyPassword });
    await putReadyVolume(engine, stack.name);
  }, 600_000);
  afterAll(async () => {
    await removeProject(engine, stack.name);
    await engine.close();
  }, 120_000);

  const connected = async (password: string): Promise<void> => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: stack.ports.postgres,
      user: 'datayoti',
      database: 'datayoti_db',
      password,
    });
    client.on('error', () => undefined);
    await client.connect();
    await client.end();
  };

  test('gets the line that lets others in, its database and the password of now', async () => {
    await bringUp({ engine, project: projectOf(stack), files: stack.files }, () => undefined, never);
    const postgres = containerName(stack, 'postgres');
    const inside = async (...command: string[]): Promise<void> => {
      const { exitCode, output } = await engine.exec(postgres, command, { user: 'postgres' }, never);
      expect([exitCode, output]).toEqual([0, expect.any(String)]);
    };
    await engine.stopContainer(containerName(stack, 'ingestor'), 5);
    await inside(
      'psql',
      '-q',
      '-U',
      'datayoti',
      '-d',
      'postgres',
      '-c',
      'drop database datayoti_db with (force)',
    );
    await inside('sh', '-c', `sed -i '/^host all all all/d' "$PGDATA/pg_hba.conf"`);
    await inside(
      'psql',
      '-q',
      '-U',
      'datayoti',
      '-d',
      'postgres',
      '-o',
      '/dev/null',
      '-c',
      'select pg_reload_conf()',
    );
    await expect(connected(stack.secrets.pg_password)).rejects.toThrow(/pg_hba|does not exist/);

    const owner = { user: 'datayoti', database: 'datayoti_db', password: `it's "new" and $long` };
    await settleOwner(engine, postgres, owner, never);
    await connected(owner.password);
    await expect(connected(stack.secrets.pg_password)).rejects.toThrow(/password authentication failed/);
    // Once more changes nothing.
    await settleOwner(engine, postgres, owner, never);
    await connected(owner.password);
  }, 120_000);
});
