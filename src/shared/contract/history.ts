import { z } from 'zod';
import { epochMs, mac, nothing, siteRef } from './common.ts';
import { procedure, stream } from './procedure.ts';

const count = z.number().int().min(0);
/** Epoch milliseconds of a range: `fromMs` included, `toMs` not. Reversed or over-long ones are `history.bad-range`. */
const range = { fromMs: epochMs, toMs: epochMs } as const;
/** As many as a chart can tell apart; the contract allows more for small multiples and reports. */
const macs = z.array(mac).min(1).max(20);
const measured = z.array(z.number().nullable()).readonly();

/**
 * What one point stands for: a reading as it came, or a bucket of `stepMs` that starts at a multiple of it (UTC),
 * computed from raw rows or from a rollup.
 */
export const resolution = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('raw') }).readonly(),
  z
    .object({
      kind: z.literal('bucket'),
      stepMs: count,
      source: z.enum(['raw', 'semi-hourly', 'hourly', 'daily']),
    })
    .readonly(),
]);
export type Resolution = z.infer<typeof resolution>;

/** Mean, lowest and highest per point; for raw readings the three are the same array. °C or % relative humidity. */
export const measuredSeries = z.object({ avg: measured, min: measured, max: measured }).readonly();

export const gap = z.object({ fromMs: epochMs, toMs: epochMs }).readonly();
export type Gap = z.infer<typeof gap>;

/**
 * One device's points in ascending order, columns of equal length: start of the bucket (or time of the reading),
 * measurements in it. Empty buckets are left out: where points are missing, `gaps` says why. Never more points than
 * twice the pixels.
 */
export const deviceSeries = z
  .object({
    mac,
    timesMs: z.array(epochMs).readonly(),
    counts: z.array(count).readonly(),
    temperature: measuredSeries,
    humidity: measuredSeries,
    /** Longer than what was asked for and than two and a half of the device's intervals; bounded, the longest stay. */
    gaps: z.array(gap).readonly(),
    /** More of them than are listed. */
    moreGaps: count,
    /** The device's usual pace, from its readings; `null` with fewer than three. */
    intervalMs: z.number().nullable(),
  })
  .readonly();
export type DeviceSeries = z.infer<typeof deviceSeries>;

export const seriesAnswer = z
  .object({ ...range, resolution, series: z.array(deviceSeries).readonly() })
  .readonly();
export type SeriesAnswer = z.infer<typeof seriesAnswer>;

const limits = z
  .object({
    temperatureMin: z.number().nullable(),
    temperatureMax: z.number().nullable(),
    humidityMin: z.number().nullable(),
    humidityMax: z.number().nullable(),
  })
  .readonly();
export type Limits = z.infer<typeof limits>;

/** Of one measurement; `null` where nothing was measured. */
const summary = z
  .object({ mean: z.number().nullable(), min: z.number().nullable(), max: z.number().nullable() })
  .readonly();

/** What the rollups know at once, and what is exact from few raw rows. */
export const rangeSummary = z
  .object({
    mac,
    received: count,
    /** From the device's pace within the part of the range in which it existed; `null` where that is unknown. */
    expected: count.nullable(),
    temperature: summary,
    humidity: summary,
    /** The limits that held: the zone's, else the site's rules. */
    limits,
    /** Milliseconds beyond a limit: each reading stands until the next, at most for two and a half intervals. */
    outsideMs: z.object({ temperature: z.number(), humidity: z.number() }).readonly(),
    longestGap: gap.nullable(),
    firstMs: epochMs.nullable(),
    lastMs: epochMs.nullable(),
  })
  .readonly();
export type RangeSummary = z.infer<typeof rangeSummary>;

const spread = z
  .object({
    mean: z.number(),
    standardDeviation: z.number().nullable(),
    p5: z.number(),
    p50: z.number(),
    p95: z.number(),
  })
  .readonly();

/** From every raw row of the range: may take seconds for a year. */
export const rangeStatistics = z
  .object({
    mac,
    rows: count,
    temperature: spread.nullable(),
    humidity: spread.nullable(),
    /** Mean kinetic temperature, °C; activation energy 83.14472 kJ/mol (USP <1079>). */
    meanKineticTemperature: z.number().nullable(),
  })
  .readonly();
export type RangeStatistics = z.infer<typeof rangeStatistics>;

/** dBm, bytes, seconds; buckets as in `series`. */
export const heartbeatSeries = z
  .object({
    mac,
    ...range,
    resolution,
    timesMs: z.array(epochMs).readonly(),
    counts: z.array(count).readonly(),
    rssi: measuredSeries,
    /** Lowest per point. */
    freeHeap: measured,
    minHeap: measured,
    /** Highest per point. */
    uptime: measured,
    /** When the uptime fell back: the board started at `startedMs`, as its first heartbeat after it says. */
    restarts: z.array(z.object({ seenMs: epochMs, startedMs: epochMs }).readonly()).readonly(),
    gaps: z.array(gap).readonly(),
  })
  .readonly();
export type HeartbeatSeries = z.infer<typeof heartbeatSeries>;

export const annotationKind = z.enum(['commissioned', 'moved', 'calibrated', 'note']);
export const annotation = z
  .object({
    id: count,
    timeMs: epochMs,
    kind: annotationKind,
    text: z.string(),
    author: z.string(),
    mac: mac.nullable(),
    /** Of a whole site, where it names no device. */
    siteRef: siteRef.nullable(),
    /** Written by the tool itself: commissioning and moves. Such a one is not edited. */
    automatic: z.boolean(),
  })
  .readonly();
export type Annotation = z.infer<typeof annotation>;

/** Part of a file, UTF-8 text with whole lines; the first begins with the heading. */
const exportPart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('part'), text: z.string(), rows: count }),
  z.object({ type: z.literal('done'), rows: count }),
]);

export const historyContract = {
  series: procedure(
    z.object({
      macs,
      ...range,
      /** Of the chart's drawing area; decides the resolution together with the range. */
      widthPx: z.number().int().min(50).max(8_000),
      /** Shortest silence that counts as a gap. */
      gapMs: z.number().int().min(60_000).max(86_400_000).default(300_000),
    }),
    seriesAnswer,
  ),
  summary: procedure(
    z.object({ macs, ...range, gapMs: z.number().int().min(60_000).max(86_400_000).default(300_000) }),
    z.object({ items: z.array(rangeSummary).readonly() }).readonly(),
  ),
  statistics: procedure(
    z.object({ macs, ...range }),
    z.object({ items: z.array(rangeStatistics).readonly() }).readonly(),
  ),
  heartbeats: procedure(
    z.object({ mac, ...range, widthPx: z.number().int().min(50).max(8_000) }),
    heartbeatSeries,
  ),
  /** First and last reading of each; `null` for a device without. */
  extent: procedure(
    z.object({ macs: z.array(mac).max(500) }),
    z.object({
      items: z
        .array(z.object({ mac, firstMs: epochMs.nullable(), lastMs: epochMs.nullable() }).readonly())
        .readonly(),
    }),
  ),
  annotations: procedure(
    z.object({ macs: z.array(mac).max(500), ...range }),
    z.object({ items: z.array(annotation).readonly() }).readonly(),
  ),
  annotate: procedure(
    z.object({
      timeMs: epochMs,
      kind: z.enum(['calibrated', 'moved', 'note']),
      text: z.string().trim().min(1).max(500),
      mac: mac.nullable(),
      siteRef: siteRef.nullable(),
    }),
    annotation,
  ),
  removeAnnotation: procedure(z.object({ id: count }), nothing),
  /**
   * CSV, RFC 4180, dot as decimal mark, times as ISO 8601 in UTC. Raw: `device_mac_addr,device_name,site_ref,time,
   * temperature,humidity,reception_time`; buckets: the columns of the rollups. Streamed: whoever reads slowly holds
   * the database back, whoever lets go stops it.
   */
  exportCsv: stream(
    z.object({
      macs: z.array(mac).min(1).max(500),
      ...range,
      resolution: z.enum(['raw', 'semi-hourly', 'hourly', 'daily']),
    }),
    exportPart,
  ),
} as const;
