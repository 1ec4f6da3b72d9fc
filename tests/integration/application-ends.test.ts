import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { testApplication, type TestApplication } from '../support/application.ts';
import { processesOf } from '../support/processes-of.ts';
import { until } from '../support/until.ts';

let application: TestApplication | undefined;

afterEach(async () => {
  await application?.cleanUp();
  application = undefined;
});

function clusterFolders({ data }: TestApplication): readonly string[] {
  const folder = join(data, 'postgres');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('cluster')) : [];
}

async function untilServing(of: TestApplication): Promise<void> {
  await until(
    () =>
      connectAsync(`mqtt://127.0.0.1:${of.ports.mqtt}`, {
        username: 'reader',
        password: 'reader-pass',
        reconnectPeriod: 0,
      }).then(
        (client) => client.endAsync().then(() => true),
        () => false,
      ),
    { timeoutMs: 30_000, what: 'the broker serves' },
  );
}

async function running(): Promise<TestApplication> {
  application = await testApplication({ firstRunDone: true, ready: true });
  await application.accounts.create({
    username: 'reader',
    role: 'reader',
    mac: null,
    password: 'reader-pass',
  });
  await application.start();
  await untilServing(application);
  return application;
}

describe.runIf(process.platform === 'linux')('no process is left', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('after %s', async (signal) => {
    const subject = await running();
    expect(processesOf(subject.data).length).toBeGreaterThan(3);
    await subject.stop(signal);
    expect(processesOf(subject.data)).toEqual([]);
  });

  test('where nobody reads what it prints', async () => {
    const subject = await running();
    subject.stopReading();
    await subject.stop('SIGTERM');
    expect(processesOf(subject.data)).toEqual([]);
  });

  test('after kill -9, a new start and its end', async () => {
    const subject = await running();
    const left = readFileSync(join(subject.data, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0];
    await subject.kill();
    expect(processesOf(subject.data)).toContain(left);
    await subject.start();
    await untilServing(subject);
    expect(processesOf(subject.data)).not.toContain(left);
    await subject.stop();
    expect(processesOf(subject.data)).toEqual([]);
  });

  test('after kill -9 in the middle of the first start, a new start and its end', async () => {
    application = await testApplication({ firstRunDone: true });
    const subject = application;
    await subject.accounts.create({ username: 'reader', role: 'reader', mac: null, password: 'reader-pass' });
    await subject.start();
    await until(() => clusterFolders(subject).some((name) => name.startsWith('cluster.new-')));
    await subject.kill();
    await subject.start();
    await untilServing(subject);
    await subject.stop();
    await until(() => processesOf(subject.data).length === 0);
    expect(clusterFolders(subject)).toEqual(['cluster']);
  });

  test('after SIGTERM in the middle of the first start', async () => {
    application = await testApplication({ firstRunDone: true });
    const subject = application;
    await subject.start();
    await subject.stop('SIGTERM');
    expect(processesOf(subject.data)).toEqual([]);
  });
});
