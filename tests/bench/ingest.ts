import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { AckingMqttClient } from '../../src/main/ingest/index.ts';
import { Devices } from '../../src/main/devices/index.ts';
import { AccountStore, CertificateAuthority } from '../../src/main/stack/index.ts';
import { EmbeddedBroker } from '../../src/main/stack/embedded/broker/index.ts';
import type { MessageSink } from '../../src/shared/domain/inbound-message.ts';
import { freePort } from '../support/free-port.ts';
import { ingestBench } from '../support/ingest-bench.ts';
import { startMosquitto } from '../support/mosquitto-broker.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { cpuSecondsOf } from '../support/process-cpu.ts';
import { rollupCost } from './rollup-cost.ts';
import { macOf, publishLoad, type LoadResult, type LoadWish } from './load-publisher.ts';

const seconds = 10;
const rounds = 5;
const roundSeconds = 5;
const nullSink: MessageSink = { submit: (_message, done) => done() };

const [mode, wish] = process.argv.slice(2);
if (mode === 'publish' && wish !== undefined) {
  process.stdout.write(JSON.stringify(await publishLoad(JSON.parse(wish) as LoadWish)));
} else {
  await main();
}
process.exit();

async function main(): Promise<void> {
  say(
    `Machine: ${cpus().length} x ${cpus()[0]?.model ?? '?'}, Node ${process.versions.node}; everything on it: broker, ingest, PostgreSQL (fsync on), publishers.`,
  );
  const server = await startPlainPostgres({ durable: true });
  try {
    await rollupCost(server, say);
    await throughMosquitto(server);
    await embeddedBroker(server);
    await manyDevices(server);
  } finally {
    await server.stop();
  }
}

/**
 * The same client and broker in turns: once every message is dropped, once it is committed before its
 * acknowledgement. The machine's own ups and downs meet both, and the middle of the rounds is what counts.
 */
async function throughMosquitto(server: PlainPostgres): Promise<void> {
  say(`\nThrough Mosquitto, QoS 1, 4 publishers, stored by one subscriber, ${rounds} rounds:`);
  const bench = await ingestBench(await server.createDatabase(), macs(4));
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const dropped = await subscribed('null subscriber', nullSink, server);
    const stored = await subscribed('ingest', bench.pipeline, server);
    await bench.pipeline.flush();
    await bench.owner.query('truncate sensor_data');
    ratios.push(stored / dropped);
  }
  ratios.sort((a, b) => a - b);
  say(
    `  ingest / null subscriber: ${(ratios[rounds >> 1] ?? 0).toFixed(2)} in the middle of ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')} (aim: at least 0.90)`,
  );
  await bench.close();
}

/** Messages per second that one subscriber acknowledged. */
async function subscribed(name: string, sink: MessageSink, server: PlainPostgres): Promise<number> {
  const broker = await startMosquitto();
  const client = new AckingMqttClient({
    host: '127.0.0.1',
    port: broker.port,
    username: broker.username,
    password: broker.password,
    clientId: `bench-${name}`,
    filters: ['datayoti/sensor/#'],
    sink,
    log: silentLog,
    clock: systemClock,
  });
  client.start();
  await new Promise<void>((resolve) =>
    client.onChange(() => client.state().phase === 'connected' && resolve()),
  );
  const usage = process.cpuUsage();
  const before = client.state().acknowledged;
  const started = performance.now();
  const cpu = { broker: cpuSecondsOf(broker.pid()), database: cpuSecondsOf(server.pid()) };
  const load = await publisher({
    port: broker.port,
    username: broker.username,
    password: broker.password,
    connections: 4,
    seconds: roundSeconds,
    perSecond: 0,
    window: 500,
    devicesPerConnection: 1,
  });
  const messages = client.state().acknowledged - before;
  const rate = messages / ((performance.now() - started) / 1000);
  report(name, { ...load, perSecond: Math.round(rate) }, usage, started);
  const own = process.cpuUsage(usage);
  const perMessage = (secondsBefore = 0, secondsNow = 0): string =>
    (((secondsNow - secondsBefore) * 1e6) / messages).toFixed(1);
  say(
    `    processor time per message: subscriber ${((own.user + own.system) / messages).toFixed(1)} µs, ` +
      `broker ${perMessage(cpu.broker, cpuSecondsOf(broker.pid()))} µs, ` +
      `database ${perMessage(cpu.database, cpuSecondsOf(server.pid()))} µs`,
  );
  await client.close();
  await broker.stop();
  return rate;
}

async function embeddedBroker(server: PlainPostgres): Promise<void> {
  say('\nEmbedded broker, QoS 1, 10 publishers, acknowledged after the commit:');
  const bench = await ingestBench(await server.createDatabase(), macs(10));
  const full = { connections: 10, seconds, perSecond: 0, window: 500, devicesPerConnection: 1 };
  await withBroker(nullSink, (login) => measured('null sink', () => publisher({ ...login, ...full })));
  await withBroker(bench.pipeline, async (login) => {
    await measured('ingest (aim: 30 000 msg/s)', () => publisher({ ...login, ...full }));
    await bench.pipeline.flush();
    await measured('ingest at 1 000 msg/s (aim: p99 under 250 ms)', () =>
      publisher({ ...login, ...full, perSecond: 1_000 }),
    );
  });
  await bench.close();
}

async function manyDevices(server: PlainPostgres): Promise<void> {
  say('\n10 000 devices on the embedded broker with the device board, 2 000 msg/s:');
  const bench = await ingestBench(await server.createDatabase(), macs(10_000));
  const devices = new Devices({ clock: systemClock, refreshKnownDevices: () => Promise.resolve() });
  await devices.open(bench.owner);
  bench.pipeline.onCommitted((messages) => devices.accept(messages));
  await withBroker(bench.pipeline, (login) =>
    measured('ingest', () =>
      publisher({
        ...login,
        connections: 10,
        seconds,
        perSecond: 2_000,
        window: 500,
        devicesPerConnection: 1_000,
      }),
    ),
  );
  say(
    `  resident memory: ${Math.round(process.memoryUsage().rss / 1e6)} MB (aim: under 350 MB), without the database's own processes`,
  );
  await bench.close();
}

async function withBroker(
  sink: MessageSink,
  work: (login: { port: number; username: string; password: string }) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-bench-'));
  const accounts = new AccountStore(join(folder, 'accounts.json'), systemClock);
  const { password } = await accounts.create({ username: 'load', role: 'sensors', mac: null, password: '' });
  const broker = new EmbeddedBroker({
    sink,
    retained: {
      load: () => Promise.resolve([]),
      save: () => Promise.resolve(),
    },
    accounts,
    authority: new CertificateAuthority(join(folder, 'tls'), systemClock),
    log: silentLog,
    clock: systemClock,
  });
  const port = await freePort();
  await broker.start(
    {
      address: '127.0.0.1',
      mqttPort: port,
      mqttsPort: null,
      websocketPort: null,
      maxPacketBytes: 8_192,
      announce: false,
    },
    new AbortController().signal,
  );
  await work({ port, username: 'load', password });
  await broker.close();
  rmSync(folder, { recursive: true });
}

async function measured(name: string, run: () => Promise<LoadResult>): Promise<void> {
  const usage = process.cpuUsage();
  const started = performance.now();
  report(name, await run(), usage, started);
}

function report(name: string, load: LoadResult, usageBefore: NodeJS.CpuUsage, started: number): void {
  const { user, system } = process.cpuUsage(usageBefore);
  const cpu = Math.round((100 * (user + system)) / 1000 / (performance.now() - started));
  say(
    `  ${name.padEnd(48)} ${String(load.perSecond).padStart(7)} msg/s   p50 ${load.p50Ms} ms   p99 ${load.p99Ms} ms   CPU ${cpu} %   RSS ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
  );
}

function publisher(load: LoadWish): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1] ?? '', 'publish', JSON.stringify(load)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('close', (code) =>
      code === 0
        ? resolve(JSON.parse(output) as LoadResult)
        : reject(new Error(`publisher ended with ${code}`)),
    );
  });
}

function macs(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => macOf(index));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
