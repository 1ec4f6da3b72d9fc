import type { MacAddress } from './mac-address.ts';

/** One row for `sensor_data`; °C and % relative humidity, epoch milliseconds. */
export interface Reading {
  readonly kind: 'reading';
  readonly mac: MacAddress;
  readonly timeMs: number;
  readonly temperature: number;
  readonly humidity: number;
  /** The device's own time could not be true and was replaced by the reception time. */
  readonly clockFaulty: boolean;
}

/** One row for `device_heartbeats`; `null` where the message did not say. dBm, bytes, seconds. */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly mac: MacAddress;
  readonly timeMs: number;
  readonly rssi: number | null;
  readonly freeHeap: number | null;
  readonly uptime: number | null;
  readonly minHeap: number | null;
  readonly ntpSync: boolean;
  readonly clockFaulty: boolean;
  readonly siteRef: string | null;
  readonly firmware: string | null;
  readonly chip: string | null;
  readonly ip: string | null;
  readonly resetReason: string | null;
  readonly queued: number | null;
}

/** Birth or last will; `status` is `null` where the firmware sends the same JSON for both. */
export interface DeviceStatus {
  readonly kind: 'status';
  readonly mac: MacAddress;
  readonly status: 'online' | 'offline' | null;
}

export type RejectReason =
  | 'unknown-topic'
  | 'bad-topic-mac'
  | 'not-json'
  | 'not-an-object'
  | 'mac-mismatch'
  | 'missing-field'
  | 'wrong-type'
  | 'implausible-value'
  | 'too-large'
  /** A copy that the broker kept, without a time of its own that can be true. */
  | 'unknown-age';

export interface Rejected {
  readonly kind: 'rejected';
  /** The MAC of the topic where it has one. */
  readonly mac: MacAddress | null;
  readonly reason: RejectReason;
  readonly detail: string;
}

/** Understood and not ours to store: `cmd`, the time topic. */
export interface Passed {
  readonly kind: 'passed';
}

export type Decoded = Reading | Heartbeat | DeviceStatus | Rejected | Passed;
