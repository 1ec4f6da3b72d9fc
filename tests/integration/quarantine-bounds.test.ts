import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ingestBench, type IngestBench } from '../support/ingest-bench.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { until } from '../support/until.ts';

const mac = '1C:69:20:E9:18:24';
let server: PlainPostgres;
let bench: IngestBench;

beforeAll(async () => {
  server = await startPlainPostgres({ durable: true });
});
afterEach(async () => {
  await bench.close();
});
afterAll(async () => {
  await server.stop();
});

function submit(topic: string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    bench.pipeline.submit(
      { topic, payload: Buffer.from(text), qos: 1, retain: false, receivedMs: Date.now() },
      (error) => (error === undefined ? resolve() : reject(error)),
    );
  });
}

async function rows(text: string): Promise<readonly Record<string, unknown>[]> {
  return (await bench.owner.query(text)).rows;
}

test('a flood stays within the bounds of the quarantine, and what went is counted', async () => {
  bench = await ingestBench(await server.createDatabase(), [], {
    perDevice: 100,
    total: 150,
    totalBytes: 1_000_000,
  });
  for (let round = 0; round < 5; round++) {
    await Promise.all(Array.from({ length: 300 }, (_, i) => submit(`noise/${i % 3}`, `flood ${round} ${i}`)));
  }
  await until(async () => {
    const [size] = await rows('select count(*)::int as n from field.quarantine');
    const [gone] = await rows('select coalesce(sum(evicted), 0)::int as n from field.quarantine_evictions');
    return Number(size?.['n']) <= 150 && Number(gone?.['n']) > 1_000;
  });
  expect(bench.pipeline.counters()).toMatchObject({
    received: 1500,
    backlog: 0,
    quarantined: { 'unknown-topic': 1500 },
  });
});

test('what comes while old ones are thrown out is thrown out after them', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let trims = 0;
  const bounds = { perDevice: 10, total: 20, totalBytes: 1_000_000 };
  bench = await ingestBench(await server.createDatabase(), [], bounds, (store) => ({
    write: (written) => store.write(written),
    writeFacts: (facts) => store.writeFacts(facts),
    trimQuarantine: async (within) => {
      await store.trimQuarantine(within);
      if (++trims === 1) await held;
    },
    addEvictions: (evicted) => store.addEvictions(evicted),
    knownDevices: () => store.knownDevices(),
    existingDays: () => store.existingDays(),
  }));
  const size = async (): Promise<number> =>
    Number((await rows('select count(*) as n from field.quarantine'))[0]?.['n']);
  const flood = (): Promise<unknown> =>
    Promise.all(Array.from({ length: 60 }, (_, index) => submit(`noise/${index % 3}`, String(index))));
  await flood();
  await until(() => trims === 1);
  await flood();
  const before = await size();
  release();
  expect(before).toBeGreaterThan(20);
  await until(async () => (await size()) <= 20, { what: 'the quarantine is within its bounds' });
});

test('what a flood held back is counted when it is over, and at closing', async () => {
  bench = await ingestBench(await server.createDatabase(), [mac], {
    perDevice: 5_000,
    total: 10_000,
    totalBytes: 100_000_000,
  });
  const evicted = async (): Promise<number> =>
    Number(
      (await rows('select coalesce(sum(evicted), 0)::int as n from field.quarantine_evictions'))[0]?.['n'],
    );
  const kept = async (): Promise<number> =>
    Number((await rows('select count(*)::int as n from field.quarantine'))[0]?.['n']);
  const flood = (): Promise<unknown> =>
    Promise.all(Array.from({ length: 400 }, (_, i) => submit(`datayoti/sensor/${mac}/data`, `noise ${i}`)));
  await flood();
  await until(async () => (await evicted()) + (await kept()) === 400);
  expect(await evicted()).toBeGreaterThan(0);
  await flood();
  await bench.pipeline.close();
  expect((await evicted()) + (await kept())).toBe(800);
});
