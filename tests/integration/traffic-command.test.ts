import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApplication, type TestApplication } from '../support/application.ts';
import { clientOf } from '../support/client-of.ts';
import { startCommand, type Outcome, type RunningCommand } from '../support/command-line.ts';
import { hasMosquitto, startMosquitto, type MosquittoBroker } from '../support/mosquitto-broker.ts';
import { until } from '../support/until.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-traffic-command-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const json = (outcome: Outcome): unknown => {
  expect([outcome.code, outcome.stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(outcome.stdout.trim().split('\n').at(-1) ?? '');
};

describe.skipIf(!hasMosquitto)('any broker by its address', () => {
  let broker: MosquittoBroker;
  let client: MqttClient;
  beforeAll(async () => {
    broker = await startMosquitto();
    client = await connectAsync({
      host: '127.0.0.1',
      port: broker.port,
      username: broker.username,
      password: broker.password,
    });
  });
  afterAll(async () => {
    await client.endAsync();
    await broker.stop();
  });

  const start = (...args: readonly string[]): RunningCommand =>
    startCommand(['traffic', ...args, '--mqtt', `mqtt://${broker.username}@127.0.0.1:${broker.port}`], {
      DATAYOTI_MQTT_PASSWORD: broker.password,
    });
  const run = (...args: readonly string[]): Promise<Outcome> => start(...args).ended();
  /** Publishes until the command has seen enough. */
  async function whilePublishing(command: RunningCommand, publish: () => Promise<unknown>): Promise<Outcome> {
    await until(
      async () => {
        await publish();
        return command.child.exitCode !== null;
      },
      { timeoutMs: 30_000, what: 'the command has seen enough' },
    );
    return command.ended();
  }

  test('the live tail filters, and shows nothing that could steer a terminal', async () => {
    const command = start('--topic', 'hall/+/t', '--jsonpath', 'v > 3', '--count', '2');
    const { code, stdout } = await whilePublishing(command, async () => {
      await client.publishAsync('hall/1/t', '{"v":2}', { qos: 1 });
      await client.publishAsync('hall/2/t', '{"v":4,"s":"\u001b[2J"}'.replace('\\u001b', '\u001b'), {
        qos: 1,
      });
      await client.publishAsync('hall/\u202Eevil/t', '{"v":5}', { qos: 1 });
    });
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(2);
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]/);
    expect(stdout).toContain('hall/\\u202eevil/t');
  });

  test('the live tail in JSON', async () => {
    const { stdout } = await whilePublishing(start('--count', '1', '--text', 'NEEDLE', '--json'), () =>
      client.publishAsync('hay', 'a needle', { qos: 1 }),
    );
    expect(JSON.parse(stdout)).toMatchObject({ topic: 'hay', qos: 1, preview: 'a needle', form: 'text' });
  });

  test('publish, retained, and clearing after a question or with --yes', async () => {
    expect(
      json(
        await run('publish', 'keep/a', '{"a":1}', '--retain', '--qos', '1', '--mqtt-version', '5', '--json'),
      ),
    ).toMatchObject({ reasonCode: 0 });
    const file = join(folder, 'payload.bin');
    writeFileSync(file, Buffer.from([0, 255]));
    json(await run('publish', 'keep/b', '--file', file, '--retain', '--json'));
    expect(json(await run('retained', 'keep/#', '--json'))).toMatchObject({
      complete: true,
      retained: [
        { topic: 'keep/a', form: 'json', qos: 1 },
        { topic: 'keep/b', form: 'binary', preview: '00ff' },
      ],
    });
    const asked = start('retained', 'keep', '--clear', '--subtree');
    await until(() => asked.child.exitCode !== null || asked.child.stdin?.writable === true);
    asked.send('n');
    expect((await asked.ended()).stdout).toContain('0');
    expect((await run('retained', 'keep', '--clear', '--subtree', '--json')).code).toBe(2);
    expect(json(await run('retained', 'keep', '--clear', '--subtree', '--yes', '--json'))).toEqual({
      found: 2,
      cleared: 2,
    });
    expect(json(await run('retained', 'keep/#', '--json'))).toEqual({ complete: true, retained: [] });
  });

  test('the tree after some seconds', async () => {
    const command = start('tree', '--seconds', '1', '--filter', 'tree/#', '--json');
    const { stdout } = await whilePublishing(command, () => client.publishAsync('tree/a/b', '7', { qos: 1 }));
    const { topics } = JSON.parse(stdout) as { topics: { name: string; depth: number }[] };
    expect(topics.map(({ name, depth }) => [name, depth])).toEqual([
      ['tree', 0],
      ['a', 1],
      ['b', 2],
    ]);
  });

  test('record to a file, replay it with a prefix, record that: the same messages in the same order', async () => {
    const [one, two] = [join(folder, 'one.ndjson'), join(folder, 'two.ndjson')];
    const recording = start('record', one, '--topic', 'rec/#', '--count', '20', '--json');
    let sent = 0;
    const outcome = await whilePublishing(recording, () =>
      client.publishAsync('rec/é', `message ${++sent}`, { qos: 1 }),
    );
    expect(json(outcome)).toMatchObject({ file: one, missed: 0 });
    const recorded = linesOf(one);
    expect(recorded.length).toBeGreaterThanOrEqual(20);

    // Ctrl+C ends a recording and keeps it.
    const again = start('record', two, '--topic', 'again/#', '--json');
    const retained = await connected(again);
    expect(retained).toBe(true);
    const replay = await run('replay', one, '--speed', 'max', '--prefix', 'again/', '--json');
    expect(json(replay)).toMatchObject({ sent: recorded.length, phase: 'done' });
    await client.publishAsync('again/last', 'x', { qos: 1 });
    again.child.kill('SIGINT');
    expect((await again.ended()).code).toBe(0);
    const replayed = linesOf(two).filter(({ topic }) => topic !== 'again/last');
    expect(replayed.map(({ topic, payload }) => [topic, payload])).toEqual(
      recorded.map(({ topic, payload }) => [`again/${topic}`, payload]),
    );
    expect((await run('record', one)).code).toBe(1);
  });

  /** Recording has begun once the command says so. */
  async function connected(command: RunningCommand): Promise<boolean> {
    let said = '';
    command.child.stderr?.on('data', (text: string) => (said += text));
    await until(() => said !== '' || command.child.exitCode !== null);
    return command.child.exitCode === null;
  }

  test('a damaged file says its line; a broker that refuses says so', async () => {
    const bad = join(folder, 'bad.ndjson');
    writeFileSync(bad, '{"time":0,"topic":"a","payload":"x"}\nnot json\n');
    const damaged = await run('replay', bad, '--json');
    expect([damaged.code, JSON.parse(damaged.stdout)]).toMatchObject([
      1,
      { error: { code: 'traffic.recording-damaged', data: { line: 2 } } },
    ]);
    const refused = await startCommand(
      ['traffic', 'publish', 'a', 'x', '--json', '--mqtt', `mqtt://nobody@127.0.0.1:${broker.port}`],
      { DATAYOTI_MQTT_PASSWORD: 'wrong' },
    ).ended();
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([
      1,
      { error: { code: 'mqtt.access-denied' } },
    ]);
    expect(refused.stdout + refused.stderr).not.toContain('wrong-');
    expect((await run('publish', 'a/#', 'x')).code).toBe(1);
    expect((await run('--qos', '7')).code).toBe(2);
    expect((await run('replay', join(folder, 'none.ndjson'))).code).toBe(1);
  });
});

interface Line {
  readonly topic: string;
  readonly payload: string;
}

function linesOf(file: string): readonly Line[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((text) => JSON.parse(text) as Line);
}

describe('an application that runs', () => {
  let application: TestApplication;
  let client: MqttClient;
  beforeAll(async () => {
    application = await testApplication({ firstRunDone: true, ready: true });
    await application.accounts.create({
      username: 'admin',
      role: 'admin',
      mac: null,
      password: 'admin-pass',
    });
    await application.start();
    const page = await clientOf(application.link());
    for await (const { phase } of await page.client.stack.watch({})) if (phase === 'running') break;
    page.close();
    client = await connectAsync(`mqtt://127.0.0.1:${application.ports.mqtt}`, {
      clientId: 'watcher',
      username: 'admin',
      password: 'admin-pass',
    });
  });
  afterAll(async () => {
    await client.endAsync(true);
    await application.cleanUp();
  });
  const run = (...args: readonly string[]): Promise<Outcome> =>
    startCommand(['traffic', ...args, '--data', application.data]).ended();

  test('tail, tree, clients and publish go through it', async () => {
    await client.publishAsync('own/a', '1', { qos: 1 });
    const kept = await run('--last', '5', '--topic', 'own/#', '--count', '1', '--json');
    expect(json(kept)).toMatchObject({ topic: 'own/a', client: 'watcher', account: 'admin' });
    expect(json(await run('tree', '--filter', 'own', '--json'))).toMatchObject({
      topics: [{ name: 'own' }, { name: 'a', own: { preview: '1' } }],
    });
    expect(json(await run('clients', '--filter', 'watch', '--json'))).toMatchObject({
      available: true,
      clients: [{ id: 'watcher', account: 'admin' }],
    });
    const heard = new Promise((resolve) => client.once('message', (topic) => resolve(topic)));
    await client.subscribeAsync('own/b', { qos: 1 });
    json(await run('publish', 'own/b', 'x', '--json'));
    expect(await heard).toBe('own/b');
    expect((await run('--source', 'nobody', '--json')).code).toBe(1);
  });

  test('a file of several megabytes is replayed through its page, and nothing of it stays', async () => {
    const file = join(folder, 'large.ndjson');
    const payload = 'é'.repeat(1_000);
    const lines = Array.from({ length: 2_000 }, (_, number) =>
      JSON.stringify({ time: number, topic: `large/${number}`, payload, qos: 1 }),
    );
    writeFileSync(file, `${lines.join('\n')}\n`);
    expect(json(await run('replay', file, '--speed', 'max', '--json'))).toMatchObject({ sent: 2_000 });
    expect(existsSync(join(application.data, 'recordings', 'large.ndjson'))).toBe(false);
    const large = join(folder, 'payload.txt');
    writeFileSync(large, '\u0001'.repeat(7_000));
    json(await run('publish', 'large/x', '--file', large, '--json'));
  });
});
