import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEnvFile } from '../../src/main/stack/docker/project/env-file.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { startCommand, type Outcome } from '../support/command-line.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { freePorts, newDataFolder } from '../support/embedded-application.ts';
import { freePort } from '../support/free-port.ts';
import { removeProject } from '../support/stack-folder.ts';
import { ensureStackImages, imageVariables } from '../support/stack-images.ts';

const project = `dyt${randomBytes(4).toString('hex')}`;
const services = ['grafana', 'ingestor', 'mosquitto', 'postgres'];

describe.skipIf(!hasEngine)('the Docker stack from the command line', () => {
  let engine: DockerEngine;
  let data: string;
  let folder: string;
  const out = mkdtempSync(join(tmpdir(), 'datayoti-out-'));

  beforeAll(async () => {
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    engine = await localEngine();
    ({ data, folder } = newDataFolder({ ...(await freePorts()), grafanaPort: await freePort() }));
  }, 600_000);
  afterAll(async () => {
    await removeProject(engine, project);
    await engine.close();
    for (const path of [folder, out]) rmSync(path, { recursive: true, force: true });
  }, 120_000);

  const stack = (...args: string[]): Promise<Outcome> =>
    startCommand(['stack', ...args, '--data', data], {
      ...imageVariables,
      COMPOSE_PROJECT_NAME: project,
      INGESTOR_IMAGE: `${project}-ingestor:test`,
      LC_ALL: 'C',
    }).ended(180_000);
  const read = ({ stdout }: Outcome): Record<string, unknown> =>
    JSON.parse(stdout) as Record<string, unknown>;
  const states = (answer: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      (answer['services'] as readonly { name: string; state: string }[]).map(({ name, state }) => [
        name,
        state,
      ]),
    );

  test('up, status, logs, passwords, export, down, and the data by name', async () => {
    const before = await stack('status', '--json');
    expect(before.code).toBe(1);
    expect(Object.values(states(read(before)))).toEqual(['absent', 'absent', 'absent', 'absent']);

    const up = await stack('up', '--profile', 'pi');
    expect([up.code, up.stderr.includes('Waiting until healthy: postgres')]).toEqual([0, true]);
    const status = await stack('status', '--json');
    expect(status.code).toBe(0);
    expect(states(read(status))).toEqual(Object.fromEntries(services.map((name) => [name, 'healthy'])));
    expect(read(status)).toMatchObject({ drift: [], publishedStack: [] });

    const logs = await stack('logs', 'postgres', '--tail', '3', '--json');
    const lines = logs.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(3);
    expect(lines.every(({ service, text }) => service === 'postgres' && typeof text === 'string')).toBe(true);
    expect((await stack('logs', 'none', '--json')).code).toBe(1);

    const file = join(out, '.env');
    expect((await stack('env', 'export', file)).code).toBe(0);
    expect(statSync(file).mode & 0o077).toBe(0);
    const first = parseEnvFile(readFileSync(file, 'utf8'));
    const rotated = await stack('rotate');
    expect([rotated.code, rotated.stderr]).toEqual([0, '']);
    await stack('env', 'export', file);
    const second = parseEnvFile(readFileSync(file, 'utf8'));
    expect(second['PG_PASSWORD']).not.toBe(first['PG_PASSWORD']);
    expect((await stack('status')).code).toBe(0);

    expect((await stack('export', join(out, 'pi'))).code).toBe(0);
    expect(readFileSync(join(out, 'pi', '.env'), 'utf8')).toMatch(/^STACK_PROFILE=pi$/m);
    expect(readFileSync(join(out, 'pi', 'README.md'), 'utf8')).toContain('docker compose up -d');

    const wrong = await stack('down', '--remove-data', 'wrong');
    expect([wrong.code, wrong.stderr.includes(project)]).toEqual([1, true]);
    expect((await stack('status')).code).toBe(0);
    expect((await stack('down')).code).toBe(0);
    const label = { 'com.docker.compose.project': project };
    expect(await engine.listContainers(label)).toEqual([]);
    expect(await engine.listVolumes(label)).toHaveLength(3);
    expect((await stack('down', '--remove-data', project)).code).toBe(0);
    expect(await engine.listVolumes(label)).toEqual([]);
  }, 400_000);
});
