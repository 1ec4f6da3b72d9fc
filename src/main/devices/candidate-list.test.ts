import { expect, test } from 'vitest';
import { parseMacAddress, type MacAddress } from '../../shared/domain/mac-address.ts';
import type { Reading } from '../../shared/domain/telemetry.ts';
import { CandidateList } from './candidate-list.ts';

function macOf(n: number): MacAddress {
  const mac = parseMacAddress(n.toString(16).padStart(12, '0'));
  if (mac === undefined) throw new Error(String(n));
  return mac;
}

function reading(n: number): Reading {
  return { kind: 'reading', mac: macOf(n), timeMs: n, temperature: 1, humidity: 1, clockFaulty: false };
}

test('the thousand heard last are listed, the ignored first of all, and the others counted once each', () => {
  const list = new CandidateList();
  list.replace([{ ...first(), ignored: true }]);
  for (let n = 1; n <= 3_000; n++) list.note(reading(n), n);
  list.note(reading(1), 3_001);
  const macs = list.list().map((candidate) => candidate.mac);
  expect(macs).toHaveLength(1_000);
  expect(macs).toContain(macOf(0));
  expect(macs).toContain(macOf(1));
  expect(macs).toContain(macOf(3_000));
  expect(macs).not.toContain(macOf(2_002));
  expect(list.more).toBe(2_001);
});

test('a flood of new addresses ends in a bounded list and a bounded count', () => {
  const list = new CandidateList();
  for (let n = 0; n < 30_000; n++) list.note(reading(n), n);
  expect([list.list().length, list.more]).toEqual([1_000, 20_000]);
});

test('a database with more candidates than are listed shows the newest', () => {
  const list = new CandidateList();
  list.replace(
    Array.from({ length: 1_200 }, (_, n) => ({
      ...first(),
      mac: macOf(n),
      firstSeenMs: n,
      lastSeenMs: 5_000 - n,
    })),
  );
  expect([list.list()[0]?.mac, list.list().at(-1)?.mac, list.more]).toEqual([macOf(0), macOf(999), 200]);
});

function first() {
  return {
    mac: macOf(0),
    firstSeenMs: 0,
    lastSeenMs: 0,
    messages: 1,
    siteRef: null,
    temperature: null,
    humidity: null,
    rssi: null,
    ignored: false,
    kept: 0,
    evicted: 0,
  };
}
