import { describe, expect, test } from 'vitest';
import * as limits from './limits.ts';
import type { BoardSign } from './ports.ts';
import { ProofOfLife } from './proof-of-life.ts';

const reset = 1_000_000;
const reading = { type: 'reading', timeMs: reset - 5, temperature: 6.4, humidity: 67.1 } as const;

function after(...signs: readonly BoardSign[]): ProofOfLife {
  const proof = new ProofOfLife(reset, true);
  signs.forEach((sign, index) => proof.sign(sign, reset + index));
  return proof;
}

describe('what proves that a board lives', () => {
  test('the log leads step by step, and a committed row ends the way', () => {
    const proof = new ProofOfLife(reset, true);
    expect(proof.verdict(reset)).toEqual({ type: 'going', step: 'boot' });
    proof.sign('booted', reset + 300);
    expect(proof.verdict(reset + 300)).toEqual({ type: 'going', step: 'wifi' });
    proof.sign('wifi-joined', reset + 3_000);
    expect(proof.verdict(reset + 3_000)).toEqual({ type: 'going', step: 'broker' });
    proof.arrival({ type: 'login', timeMs: reset + 3_500 });
    expect(proof.verdict(reset + 3_500)).toEqual({ type: 'going', step: 'reading' });
    proof.arrival({ type: 'heartbeat', receivedMs: reset + 3_600, rssi: -62 });
    proof.arrival({ ...reading, receivedMs: reset + 4_000 });
    expect(proof.verdict(reset + 4_000)).toEqual({
      type: 'ready',
      reading: { timeMs: reset - 5, temperature: 6.4, humidity: 67.1, rssi: -62, delayMs: 4_000 },
    });
  });

  test('a row needs no log line, and later complaints do not undo it', () => {
    const proof = new ProofOfLife(reset, false);
    proof.arrival({ ...reading, receivedMs: reset + 9_000 });
    proof.sign('sensor-silent', reset + 10_000);
    expect(proof.verdict(reset + 10_000_000).type).toBe('ready');
  });

  test('what the firmware before sent counts for nothing', () => {
    const proof = new ProofOfLife(reset, true);
    proof.arrival({ ...reading, receivedMs: reset - 1 });
    proof.arrival({ type: 'login', timeMs: reset - 1 });
    expect(proof.verdict(reset)).toEqual({ type: 'going', step: 'boot' });
  });
});

describe('what is found where it does not', () => {
  test.each<[string, readonly BoardSign[], string, string]>([
    ['silence', [], 'boot', 'no-firmware-answer'],
    ['no Wi-Fi by name', ['booted', 'no-such-network'], 'wifi', 'no-such-network'],
    ['a wrong password', ['booted', 'wrong-wifi-password'], 'wifi', 'wrong-wifi-password'],
    ['no address', ['booted', 'no-ip-address'], 'wifi', 'no-ip-address'],
    ['no broker', ['booted', 'wifi-joined', 'broker-unreachable'], 'broker', 'broker-unreachable'],
    ['a refused login', ['booted', 'wifi-joined', 'broker-refused-login'], 'broker', 'broker-refused-login'],
    ['nothing after Wi-Fi', ['booted', 'wifi-joined'], 'broker', 'nothing-arrived'],
    [
      'a silent sensor',
      ['booted', 'wifi-joined', 'broker-joined', 'sensor-silent'],
      'reading',
      'sensor-silent',
    ],
    [
      'the last complaint',
      ['booted', 'no-such-network', 'wrong-wifi-password'],
      'wifi',
      'wrong-wifi-password',
    ],
  ])('%s', (_what, signs, step, finding) => {
    const proof = after(...signs);
    expect(proof.verdict(reset + 5_000)).toMatchObject({ type: 'going', step });
    expect(proof.verdict(reset + 100_000)).toEqual({ type: 'failed', step, finding });
  });

  test('heartbeats without a reading are a silent sensor, also where the log says nothing', () => {
    const proof = new ProofOfLife(reset, false);
    proof.arrival({ type: 'login', timeMs: reset + 10 });
    expect(proof.verdict(reset + 100_000)).toMatchObject({ step: 'reading', finding: 'nothing-arrived' });
    proof.arrival({ type: 'heartbeat', receivedMs: reset + 20, rssi: -60 });
    expect(proof.verdict(reset + 30_000)).toMatchObject({ type: 'going', step: 'reading' });
    expect(proof.verdict(reset + 100_000)).toMatchObject({ step: 'reading', finding: 'sensor-silent' });
  });

  test('a complaint that is repeated ends the wait before its time', () => {
    const proof = after(
      'booted',
      ...Array.from({ length: limits.complaintsAtMost }, () => 'wrong-wifi-password' as const),
    );
    expect(proof.verdict(reset + 100)).toMatchObject({ type: 'failed', finding: 'wrong-wifi-password' });
  });

  test('restarts in a row are a crash, with sagging supply a brown-out', () => {
    expect(after('crash', 'crash').verdict(reset).type).toBe('going');
    expect(after('crash', 'crash', 'crash').verdict(reset)).toMatchObject({ finding: 'crashing' });
    expect(after('brown-out', 'brown-out', 'crash').verdict(reset)).toMatchObject({ finding: 'brown-out' });
  });

  test('a refused login that the broker saw, and a row in quarantine, are told', () => {
    const refused = after('booted', 'wifi-joined');
    refused.arrival({ type: 'login-refused', timeMs: reset + 2_000, username: 'x' });
    expect(refused.verdict(reset + 100_000)).toMatchObject({
      step: 'broker',
      finding: 'broker-refused-login',
    });
    const kept = after('booted', 'wifi-joined', 'broker-joined');
    kept.arrival({ type: 'quarantined', receivedMs: reset + 2_000, reason: 'implausible-value' });
    expect(kept.verdict(reset + 100_000)).toMatchObject({ step: 'reading', finding: 'reading-quarantined' });
  });

  test('without a serial log the broker has the time of the whole way', () => {
    const proof = new ProofOfLife(reset, false);
    expect(proof.verdict(reset + limits.bootLimitMs + limits.wifiLimitMs).type).toBe('going');
    expect(proof.verdict(reset + 200_000).type).toBe('failed');
  });
});
