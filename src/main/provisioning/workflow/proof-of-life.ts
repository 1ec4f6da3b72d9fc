import type { ProvisioningFinding, ProvisioningStep } from '../../../shared/contract/provisioning.ts';
import * as limits from './limits.ts';
import type { Arrival, BoardSign, FirstReading } from './ports.ts';

/** The steps that a board goes through by itself, in order, after it was told to run. */
export const lifeSteps = ['boot', 'wifi', 'broker', 'reading'] as const satisfies readonly ProvisioningStep[];
export type LifeStep = (typeof lifeSteps)[number];

export type Verdict =
  | { readonly type: 'going'; readonly step: LifeStep }
  | { readonly type: 'ready'; readonly reading: FirstReading }
  | { readonly type: 'failed'; readonly step: LifeStep; readonly finding: ProvisioningFinding };

const failures: Partial<Record<BoardSign, { step: LifeStep; finding: ProvisioningFinding }>> = {
  'no-such-network': { step: 'wifi', finding: 'no-such-network' },
  'wrong-wifi-password': { step: 'wifi', finding: 'wrong-wifi-password' },
  'no-ip-address': { step: 'wifi', finding: 'no-ip-address' },
  'broker-unreachable': { step: 'broker', finding: 'broker-unreachable' },
  'broker-refused-login': { step: 'broker', finding: 'broker-refused-login' },
  'sensor-silent': { step: 'reading', finding: 'sensor-silent' },
};

const limitMs: Readonly<Record<LifeStep, number>> = {
  boot: limits.bootLimitMs,
  wifi: limits.wifiLimitMs,
  broker: limits.brokerLimitMs,
  reading: limits.readingLimitMs,
};

const silence: Readonly<Record<LifeStep, ProvisioningFinding>> = {
  boot: 'no-firmware-answer',
  wifi: 'nothing-arrived',
  broker: 'nothing-arrived',
  reading: 'nothing-arrived',
};

/**
 * Judges from the serial log, the broker and the committed rows how far a board that runs has come. Later
 * evidence proves earlier steps: a row in the database needs no log line that says so. A complaint is a failure
 * when it was repeated or its step runs out of time, since a board that retries may yet succeed.
 */
export class ProofOfLife {
  readonly #resetMs: number;
  readonly #listensToSerial: boolean;
  #step: LifeStep = 'boot';
  #stepSinceMs: number;
  #complaints = new Map<LifeStep, { finding: ProvisioningFinding; times: number }>();
  #crashes = 0;
  #brownOut = false;
  #reading: Omit<FirstReading, 'rssi'> | null = null;
  #rssi: number | null = null;
  #beats = false;

  /** @param listensToSerial whether the board's log can be read; without it silence there proves nothing */
  constructor(resetMs: number, listensToSerial: boolean) {
    this.#resetMs = resetMs;
    this.#stepSinceMs = resetMs;
    this.#listensToSerial = listensToSerial;
  }

  sign(sign: BoardSign, timeMs: number): void {
    if (sign === 'crash' || sign === 'invalid-image') this.#crashes++;
    else if (sign === 'brown-out') {
      this.#brownOut = true;
      this.#crashes++;
    } else if (sign === 'booted') this.#reach('wifi', timeMs);
    else if (sign === 'wifi-joined') this.#reach('broker', timeMs);
    else if (sign === 'broker-joined') this.#reach('reading', timeMs);
    const failure = failures[sign];
    if (failure !== undefined) {
      this.#reach(failure.step, timeMs);
      this.#complain(failure.step, failure.finding);
    }
  }

  arrival(arrival: Arrival): void {
    if (arrival.type === 'login') {
      if (arrival.timeMs >= this.#resetMs) this.#reach('reading', arrival.timeMs);
    } else if (arrival.type === 'login-refused') {
      this.#reach('broker', arrival.timeMs);
      this.#complain('broker', 'broker-refused-login');
    } else if (arrival.receivedMs < this.#resetMs) {
      // Sent by the firmware that ran before.
    } else if (arrival.type === 'heartbeat') {
      this.#reach('reading', arrival.receivedMs);
      this.#rssi = arrival.rssi ?? this.#rssi;
      this.#beats = true;
    } else if (arrival.type === 'quarantined') {
      this.#reach('reading', arrival.receivedMs);
      this.#complain('reading', 'reading-quarantined');
    } else {
      this.#reach('reading', arrival.receivedMs);
      const { timeMs, temperature, humidity, receivedMs } = arrival;
      this.#reading ??= { timeMs, temperature, humidity, delayMs: receivedMs - this.#resetMs };
    }
  }

  verdict(nowMs: number): Verdict {
    if (this.#reading !== null) return { type: 'ready', reading: { ...this.#reading, rssi: this.#rssi } };
    if (this.#crashes >= limits.crashesAtMost)
      return { type: 'failed', step: this.#step, finding: this.#brownOut ? 'brown-out' : 'crashing' };
    const complaint = this.#complaints.get(this.#step);
    const patience = complaint === undefined || complaint.times < limits.complaintsAtMost;
    if (patience && nowMs - this.#stepSinceMs <= this.#limit()) return { type: 'going', step: this.#step };
    // A board that reports for itself but not for its sensor says enough, even where its log cannot be read.
    const silent = this.#step === 'reading' && this.#beats ? 'sensor-silent' : silence[this.#step];
    return { type: 'failed', step: this.#step, finding: complaint?.finding ?? silent };
  }

  #complain(step: LifeStep, finding: ProvisioningFinding): void {
    const before = this.#complaints.get(step);
    this.#complaints.set(step, { finding, times: before?.finding === finding ? before.times + 1 : 1 });
  }

  /** Without a serial log only the broker tells, so the whole way has the time of its parts. */
  #limit(): number {
    if (this.#listensToSerial || this.#step !== 'boot') return limitMs[this.#step];
    return limitMs.boot + limitMs.wifi + limitMs.broker;
  }

  #reach(step: LifeStep, timeMs: number): void {
    if (lifeSteps.indexOf(step) <= lifeSteps.indexOf(this.#step)) return;
    this.#step = step;
    this.#stepSinceMs = timeMs;
  }
}
