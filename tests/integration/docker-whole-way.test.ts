import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RestoreResult } from '../../src/shared/contract/backup.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { parseEnvFile } from '../../src/main/stack/docker/project/env-file.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { freePort } from '../support/free-port.ts';
import { expandSql } from '../support/grafana/expand-sql.ts';
import { context } from '../support/grafana/panel-query.ts';
import { allPanels, dashboards } from '../support/grafana/provisioned-files.ts';
import { ProvisioningBench, wish } from '../support/provisioning-bench.ts';
import { removeProject } from '../support/stack-folder.ts';
import { ensureStackImages, imageVariables, ingestorImage } from '../support/stack-images.ts';
import { SteadyPublisher } from '../support/steady-publisher.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const boardMac = '24:6F:28:AA:00:01' as MacAddress;
const publisherMac = '24:6F:28:AA:00:02' as MacAddress;
const hourMs = 3_600_000;

describe.skipIf(!hasEngine)('the Docker stack, the whole way', () => {
  let engine: DockerEngine;
  let bench: ProvisioningBench | undefined;
  const project = `dyt${randomBytes(4).toString('hex')}`;

  beforeAll(async () => {
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    engine = await localEngine();
  }, 600_000);
  afterAll(async () => {
    await bench?.close();
    await removeProject(engine, project);
    await engine.close();
  }, 120_000);

  test('a board is provisioned, Grafana sees it, passwords change, all is removed and comes back from the backup', async () => {
    bench = await ProvisioningBench.open(
      { stackKind: 'docker', grafanaPort: await freePort() },
      { ...imageVariables, COMPOSE_PROJECT_NAME: project, INGESTOR_IMAGE: ingestorImage() },
    );
    const { handlers, settings } = bench.app;
    const as = async (user: string, passwordOf: string): Promise<pg.Client> => {
      const { text } = await handlers.docker.exportEnv({}, signal);
      const client = new pg.Client({
        host: '127.0.0.1',
        port: settings.current.postgresPort,
        database: 'datayoti_db',
        user,
        password: parseEnvFile(text)[passwordOf] ?? '',
      });
      await client.connect();
      return client;
    };

    // A board from blank to its first reading, stored by the ingestor in its container.
    const { address } = await bench.plug(boardMac);
    const [job] = await bench.provision([wish(address, 'Door')], { intervalS: 5 });
    expect(job).toMatchObject({ phase: 'ready', mac: boardMac });

    // Its readings through the panels' own SQL, as the role that Grafana has.
    const reader = await as('grafana_reader', 'GRAFANA_READER_PASSWORD');
    const climate = dashboards().find(({ uid }) => uid === 'datayoti-site-climate');
    expect(climate).toBeDefined();
    const withRows: string[] = [];
    for (const panel of climate === undefined ? [] : allPanels(climate))
      for (const { rawSql } of panel.targets ?? []) {
        const devices = { site: ['HCS'], device: [boardMac] };
        const shown = { ...context(panel, Date.now(), hourMs, [boardMac]), variables: devices };
        const { rows, fields } = await reader.query<unknown[]>({
          text: expandSql(rawSql, shown),
          rowMode: 'array',
        });
        // A panel names the board in its rows or, as a line, in the names of its columns.
        const named = fields.some(({ name }) => name.includes('Door'));
        if (named || rows.some((row) => row.includes('Door'))) withRows.push(panel.title);
      }
    await reader.end();
    expect(withRows.length, withRows.join(', ')).toBeGreaterThan(1);

    // Passwords change while another sensor publishes: what was acknowledged is there.
    const { password } = await handlers.broker.createAccount(
      { username: 'steady', role: 'device', mac: publisherMac, password: '' },
      signal,
    );
    await handlers.devices.adopt({ mac: publisherMac, siteRef: 'HCS', name: 'Shelf', zoneId: null }, signal);
    const publisher = new SteadyPublisher({
      url: `mqtt://127.0.0.1:${settings.current.mqttPort}`,
      username: 'steady',
      password,
      mac: publisherMac,
      perSecond: 50,
      firstTimeMs: Date.UTC(2025, 10, 3),
    });
    await until(() => publisher.acknowledged.size > 50, { what: 'the sensor publishes', timeoutMs: 20_000 });
    const before = parseEnvFile((await handlers.docker.exportEnv({}, signal)).text);
    await handlers.docker.rotateSecrets({}, signal);
    const after = parseEnvFile((await handlers.docker.exportEnv({}, signal)).text);
    for (const name of ['PG_PASSWORD', 'MQTT_INGESTOR_PASSWORD', 'GRAFANA_READER_PASSWORD', 'MQTT_PASSWORD'])
      expect(after[name]).not.toBe(before[name]);
    const atRotation = publisher.acknowledged.size;
    await until(() => publisher.acknowledged.size > atRotation + 50, {
      what: 'it goes on',
      timeoutMs: 20_000,
    });
    await publisher.stop();
    const owner = await as('datayoti', 'PG_PASSWORD');
    const stored = async (): Promise<Set<number>> => {
      const { rows } = await owner.query<{ ms: string }>(
        `select (extract(epoch from time) * 1000)::bigint as ms from sensor_data where device_mac_addr = $1`,
        [publisherMac],
      );
      return new Set(rows.map(({ ms }) => Number(ms)));
    };
    await until(
      async () => {
        const there = await stored();
        return [...publisher.acknowledged].every((time) => there.has(time));
      },
      { what: 'every acknowledged reading is stored', timeoutMs: 30_000 },
    );
    const old = new pg.Client({
      host: '127.0.0.1',
      port: settings.current.postgresPort,
      database: 'datayoti_db',
      user: 'datayoti',
      password: before['PG_PASSWORD'] ?? '',
    });
    await expect(old.connect()).rejects.toThrow(/password authentication failed/);

    // The board must be silent for the count to be that of the backup.
    await bench.unplugAll();
    const { rows } = await owner.query<{ n: string }>(`select count(*) as n from sensor_data`);
    await owner.end();
    const folder = await mkdtemp(join(tmpdir(), 'datayoti-backups-'));
    await settings.update({ backupFolder: folder });
    const file = await last(handlers.backup.run({}, signal));
    expect(file).toMatchObject({ verified: true });

    // Everything goes, and comes back in the embedded server.
    await handlers.docker.remove({ data: true, typedName: project }, signal);
    expect(await engine.listVolumes({ 'com.docker.compose.project': project })).toEqual([]);
    expect(await engine.listContainers({ 'com.docker.compose.project': project })).toEqual([]);
    await handlers.stack.use({ kind: 'embedded' }, signal);
    const restored = (await last(
      handlers.backup.restore({ path: (file as { path: string }).path, into: 'empty-only' }, signal),
    )) as RestoreResult;
    expect(restored.auditChainIntact).toBe(true);
    expect(restored.relations.find(({ name }) => name === 'public.sensor_data')?.rows).toBe(
      Number(rows[0]?.n),
    );
    expect((await handlers.provisioning.records({ mac: boardMac, limit: 5 }, signal)).items).toHaveLength(1);
  }, 300_000);
});

async function last(
  items: AsyncIterable<{ readonly type: 'progress' } | { readonly type: 'done'; readonly result: unknown }>,
): Promise<unknown> {
  for await (const item of items) if (item.type === 'done') return item.result;
  throw new Error('it ended without a result');
}
