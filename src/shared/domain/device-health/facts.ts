/** A heartbeat as it counts here; `null` where the board did not say. dBm, bytes, seconds. */
export interface BeatSample {
  readonly timeMs: number;
  readonly receivedMs: number;
  readonly rssi: number | null;
  readonly freeHeap: number | null;
  readonly uptime: number | null;
  readonly ntpSync: boolean;
}

/** °C and % relative humidity. */
export interface ReadingSample {
  readonly timeMs: number;
  readonly receivedMs: number;
  readonly temperature: number;
  readonly humidity: number;
}

/** Ten minutes of heartbeats: mean signal, lowest free heap. */
export interface TrendSample {
  readonly timeMs: number;
  readonly rssi: number | null;
  readonly freeHeap: number | null;
}

export const trendBucketMs = 600_000;

/** Of the zone that a device is in; `null` where a side has none. */
export interface Limits {
  readonly temperatureMin: number | null;
  readonly temperatureMax: number | null;
  readonly humidityMin: number | null;
  readonly humidityMax: number | null;
}

/** Everything that a device is judged from. Samples in ascending order of their time. */
export interface HealthFacts {
  /** Reception of the last message of any kind. */
  readonly seenMs: number | null;
  readonly beats: readonly BeatSample[];
  readonly readings: readonly ReadingSample[];
  /**
   * Buckets that are over; the one that fills is in `beats`. Slopes over it are computed once for each array: whoever
   * judges again and again hands in the same one until it changes.
   */
  readonly trend: readonly TrendSample[];
  /** When the board started anew, of the last day. */
  readonly restartsMs: readonly number[];
  /** What the firmware said of itself, where it tells birth and will apart, and when that arrived. */
  readonly status: { readonly value: 'online' | 'offline'; readonly timeMs: number } | null;
  /** Since when each message carries a time that cannot be true. */
  readonly clockFaultySinceMs: number | null;
  /** Addresses of the board in the order in which they changed. */
  readonly addresses: readonly { readonly timeMs: number; readonly ip: string }[];
  /** Receptions of readings that were refused because no sensor can measure them. */
  readonly implausibleMs: readonly number[];
  readonly refusedLoginsMs: readonly number[];
  readonly limits: Limits | null;
}

/**
 * Since when the application hears what boards send without a break: after a start, or after the machine slept, silence
 * before that says nothing. `always`: judge what is stored by its age alone. `null`: it does not listen now.
 */
export type ListeningSince = number | 'always' | null;
