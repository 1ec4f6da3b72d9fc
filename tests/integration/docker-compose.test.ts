import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { containerName } from '../../src/main/stack/docker/compose/index.ts';
import type { DockerEngine } from '../../src/main/stack/docker/engine/docker-engine.ts';
import {
  bringUp,
  exportFolder,
  removeContainers,
  stopProject,
} from '../../src/main/stack/docker/project/index.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { ensureStackImages } from '../support/stack-images.ts';
import {
  projectOf,
  removeProject,
  testStack,
  type TestStack,
  withOwnIngestor,
} from '../support/stack-folder.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const never = new AbortController().signal;

describe.skipIf(!hasEngine)('the same file by Compose and by the application', () => {
  let engine: DockerEngine;
  let stack: TestStack;

  beforeAll(async () => {
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    engine = await localEngine();
    stack = withOwnIngestor(await testStack());
  }, 600_000);
  afterAll(async () => {
    await removeProject(engine, stack.name);
    await engine.close();
  }, 120_000);

  const up = (): Promise<void> =>
    bringUp({ engine, project: projectOf(stack), files: stack.files }, () => undefined, never);

  test.each(['docker-compose'])(
    '%s brings the same file up, and each sees and stops the stack of the other',
    async (program) => {
      const folder = await mkdtemp(join(tmpdir(), 'datayoti-export-'));
      await exportFolder(folder, {
        compose: stack.compose,
        files: stack.files,
        variables: stack.variables,
        projectName: stack.name,
      });
      const compose = (...args: string[]): Promise<{ stdout: string }> =>
        run(program, args, { cwd: folder, maxBuffer: 10_000_000 });

      await compose('up', '-d');
      const healthy = async (): Promise<boolean> => {
        const all = await Promise.all(
          (await engine.listContainers({ 'com.docker.compose.project': stack.name })).map(({ Id }) =>
            engine.inspectContainer(Id),
          ),
        );
        return all.length === 4 && all.every((info) => info?.State.Health?.Status === 'healthy');
      };
      await until(healthy, { timeoutMs: 60_000, what: 'the stack of Compose is healthy' });
      const theirs = await shape(engine, stack.name);
      const theirIds = (await engine.listContainers({ 'com.docker.compose.project': stack.name }))
        .map(({ Id }) => Id)
        .sort();
      // Seen as it is: nothing differs from the definition, so nothing is made anew.
      await up();
      const now = (await engine.listContainers({ 'com.docker.compose.project': stack.name }))
        .map(({ Id }) => Id)
        .sort();
      expect(now).toEqual(theirIds);
      await stopProject(engine, projectOf(stack), never);
      expect((await compose('ps', '--services', '--filter', 'status=running')).stdout.trim()).toBe('');
      await removeContainers(engine, projectOf(stack), never);

      await up();
      expect(await shape(engine, stack.name)).toEqual(theirs);
      const listed = (await compose('ps', '-q')).stdout.trim().split('\n');
      expect(listed).toHaveLength(4);
      await compose('stop');
      for (const service of ['mosquitto', 'postgres', 'ingestor', 'grafana'])
        expect((await engine.inspectContainer(containerName(stack, service)))?.State.Running).toBe(false);
      await compose('down');
      expect(await engine.listContainers({ 'com.docker.compose.project': stack.name })).toEqual([]);
      expect(await engine.listVolumes({ 'com.docker.compose.project': stack.name })).toHaveLength(3);
    },
    240_000,
  );
});

/** What of a project should be the same, whoever made it; names of containers differ between versions of Compose. */
async function shape(engine: DockerEngine, project: string): Promise<unknown> {
  const label = { 'com.docker.compose.project': project };
  const containers = await Promise.all(
    (await engine.listContainers(label)).map(async ({ Id }) => {
      const info = await engine.inspectContainer(Id);
      return {
        service: info?.Config.Labels['com.docker.compose.service'],
        number: info?.Config.Labels['com.docker.compose.container-number'],
        oneOff: info?.Config.Labels['com.docker.compose.oneoff'],
        image: info?.Config.Image,
        environment: [...(info?.Config.Env ?? [])].sort(),
        ports: info?.HostConfig.PortBindings as unknown,
        volumes: info?.Mounts.filter(({ Type }) => Type === 'volume')
          .map(({ Name, Destination }) =>
            /^[0-9a-f]{64}$/.test(Name ?? '') ? Destination : `${Name}:${Destination}`,
          )
          .sort(),
        memory: info?.HostConfig.Memory,
        cpus: info?.HostConfig.NanoCpus,
        restart: info?.HostConfig.RestartPolicy?.Name,
        security: info?.HostConfig.SecurityOpt as unknown,
        logging: info?.HostConfig.LogConfig,
        healthcheck: info?.Config.Healthcheck,
        networks: Object.keys(info?.NetworkSettings.Networks ?? {}),
        aliases: Object.values(info?.NetworkSettings.Networks ?? {}).map((network) =>
          ((network.Aliases ?? []) as string[]).filter((alias) => !/^[0-9a-f]{12}$/.test(alias)),
        ),
        health: info?.State.Health?.Status,
      };
    }),
  );
  return {
    containers: containers.toSorted((a, b) => String(a.service).localeCompare(String(b.service))),
    networks: (await engine.listNetworks(label)).map(({ Name, Driver, Labels }) => [
      Name,
      Driver,
      Labels?.['com.docker.compose.network'],
    ]),
    volumes: (await engine.listVolumes(label))
      .map(({ Name, Labels }) => `${Name} ${Labels?.['com.docker.compose.volume']}`)
      .toSorted(),
  };
}
