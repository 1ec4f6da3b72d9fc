import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database, migrate, type DatabaseAddress } from '../../src/main/storage/index.ts';
import { sqlFolder } from '../support/ingest-bench.ts';
import { hasMosquitto, startMosquitto, type MosquittoBroker } from '../support/mosquitto-broker.ts';
import {
  expectAllStored,
  firstTimeMs,
  kills,
  mac,
  moment,
  registerDevice,
  storedTimes,
} from '../support/nothing-lost.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { SteadyPublisher } from '../support/steady-publisher.ts';
import { until } from '../support/until.ts';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function open(address: DatabaseAddress): Database {
  const database = new Database({ address, applicationName: 'test', poolSize: 2, log: silentLog });
  cleanUps.push(() => database.close());
  return database;
}

describe.runIf(hasMosquitto)('with Mosquitto', () => {
  let ingest: ChildProcess | undefined;

  const startIngest = (broker: MosquittoBroker, address: DatabaseAddress): void => {
    const cli = fileURLToPath(new URL('../../out/main/cli.js', import.meta.url));
    const { host, port, database, user } = address;
    ingest = spawn(
      process.execPath,
      [
        cli,
        'ingest',
        '--json',
        '--client-id',
        'ingest-test',
        '--mqtt',
        `mqtt://${broker.username}@127.0.0.1:${broker.port}`,
        '--db',
        `postgres://${user}@${host}:${port}/${database}`,
      ],
      {
        env: {
          ...process.env,
          DATAYOTI_MQTT_PASSWORD: broker.password,
          DATAYOTI_DB_PASSWORD: address.password,
        },
        stdio: 'ignore',
      },
    );
  };
  const endIngest = async (signal: NodeJS.Signals): Promise<void> => {
    const running = ingest;
    ingest = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await gone;
  };
  const setUp = async (): Promise<{
    broker: MosquittoBroker;
    server: PlainPostgres;
    database: Database;
    publisher: SteadyPublisher;
  }> => {
    const server = await startPlainPostgres({ durable: true });
    cleanUps.push(() => server.stop());
    const broker = await startMosquitto();
    cleanUps.push(() => broker.stop());
    const database = open(server.address);
    await migrate(database, { folder: sqlFolder, appVersion: '0.1.0', log: silentLog });
    await registerDevice(database);
    startIngest(broker, server.address);
    cleanUps.push(() => endIngest('SIGTERM'));
    // The session must exist before anything is published: only then does the broker keep messages for it.
    const publisher = new SteadyPublisher({
      url: `mqtt://127.0.0.1:${broker.port}`,
      username: broker.username,
      password: broker.password,
      mac,
      perSecond: 200,
      firstTimeMs,
    });
    cleanUps.push(() => publisher.stop());
    await until(async () => (await storedTimes(database)).length > 0, {
      timeoutMs: 30_000,
      what: 'the first message is stored',
    });
    publisher.acknowledged.clear();
    return { broker, server, database, publisher };
  };

  test(`${kills} times kill -9 of the ingest, every message that Mosquitto acknowledged is stored exactly once`, async () => {
    const { broker, server, database, publisher } = await setUp();
    for (let round = 0; round < kills; round++) {
      await new Promise((resolve) => setTimeout(resolve, moment(round)));
      await endIngest('SIGKILL');
      startIngest(broker, server.address);
    }
    await publisher.stop();
    const last = Math.max(...publisher.acknowledged);
    await until(async () => (await storedTimes(database)).includes(last), {
      timeoutMs: 60_000,
      what: 'the last message is stored',
    });
    expect(publisher.acknowledged.size).toBeGreaterThan(1_000);
    await expectAllStored(database, publisher.acknowledged);
  }, 240_000);

  test('a minute without the database and a broker that goes and comes back lose nothing', async () => {
    const { broker, server, database, publisher } = await setUp();
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    await server.restart();
    await until(async () => (await storedTimes(database).catch(() => [])).length > 10_000, {
      timeoutMs: 60_000,
      what: 'the backlog is stored',
    });
    await broker.kill();
    await broker.restart();
    const before = publisher.acknowledged.size;
    await until(() => publisher.acknowledged.size > before + 200, { timeoutMs: 30_000 });
    await publisher.stop();
    const last = Math.max(...publisher.acknowledged);
    await until(async () => (await storedTimes(database)).includes(last), {
      timeoutMs: 60_000,
      what: 'the last message is stored',
    });
    await expectAllStored(database, publisher.acknowledged);
  }, 240_000);
});
