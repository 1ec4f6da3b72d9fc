import { afterEach, expect, test } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database } from '../../src/main/storage/index.ts';
import { testApplication } from '../support/application.ts';
import { expectAllStored, firstTimeMs, kills, mac, moment, registerDevice } from '../support/nothing-lost.ts';
import { SteadyPublisher } from '../support/steady-publisher.ts';
import { until } from '../support/until.ts';

const perSecond = 300;
const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test(`embedded broker: ${kills} times kill -9, every acknowledged message is stored exactly once`, async () => {
  const application = await testApplication({ firstRunDone: true });
  cleanUps.push(() => application.cleanUp());
  await application.accounts.create({ username: 'board', role: 'device', mac, password: 'board-pass' });
  await application.start();
  const address = await until(async () => {
    const candidate = await application.database();
    return candidate.password === '' ? undefined : candidate;
  });
  await until(async () => {
    const probe = new Database({ address, applicationName: 'test', poolSize: 1, log: silentLog });
    return registerDevice(probe)
      .then(
        () => true,
        () => false,
      )
      .finally(() => void probe.close());
  });
  const publisher = new SteadyPublisher({
    url: `mqtt://127.0.0.1:${application.ports.mqtt}`,
    username: 'board',
    password: 'board-pass',
    mac,
    perSecond,
    firstTimeMs,
  });
  cleanUps.push(() => publisher.stop());
  for (let round = 0; round < kills; round++) {
    const before = publisher.acknowledged.size;
    await until(() => publisher.acknowledged.size > before, {
      timeoutMs: 30_000,
      what: `messages are acknowledged in round ${round}`,
    });
    await new Promise((resolve) => setTimeout(resolve, moment(round)));
    await application.kill();
    await application.start();
  }
  const before = publisher.acknowledged.size;
  await until(() => publisher.acknowledged.size > before, { timeoutMs: 30_000 });
  await publisher.stop();
  expect(publisher.acknowledged.size).toBeGreaterThan(kills * 30);
  const database = new Database({ address, applicationName: 'test', poolSize: 2, log: silentLog });
  cleanUps.push(() => database.close());
  await expectAllStored(database, publisher.acknowledged);
}, 300_000);
