import { readBinary } from '../binary-rows.ts';
import type { Connection } from '../database.ts';
import { bucket, push, within, type Measured, type PointQuestion } from './history-points.ts';

export interface HeartbeatPoints {
  readonly times: number[];
  readonly counts: number[];
  /** dBm */
  readonly rssi: Measured;
  /** Bytes, lowest of the bucket. */
  readonly freeHeap: (number | null)[];
  readonly minHeap: (number | null)[];
  /** Seconds, highest of the bucket. */
  readonly uptime: (number | null)[];
  readonly first: number[];
  readonly last: number[];
}

/** @param stepMs 0 gives heartbeats as they came */
export async function heartbeatPoints(
  connection: Connection,
  question: PointQuestion,
  stepMs: number,
): Promise<HeartbeatPoints> {
  const points: HeartbeatPoints = {
    times: [],
    counts: [],
    rssi: { avg: [], min: [], max: [] },
    freeHeap: [],
    minHeap: [],
    uptime: [],
    first: [],
    last: [],
  };
  const time = stepMs === 0 ? 'time' : bucket('time', stepMs);
  await readBinary(
    connection,
    `select ${time}, count(*), avg(rssi)::float8, min(rssi), max(rssi), min(free_heap), min(min_heap), max(uptime),
       min(time), max(time)
     from device_heartbeats where ${within(question)} group by 1 order by 1`,
    (row) => {
      points.times.push(row.timestamp() ?? 0);
      points.counts.push(row.bigint());
      push(points.rssi, row.double(), row.integer(), row.integer());
      points.freeHeap.push(row.integer());
      points.minHeap.push(row.integer());
      points.uptime.push(row.integer());
      points.first.push(row.timestamp() ?? 0);
      points.last.push(row.timestamp() ?? 0);
    },
  );
  return points;
}

export interface HeartbeatStep {
  readonly beforeMs: number;
  readonly timeMs: number;
  readonly uptimeBefore: number | null;
  readonly uptime: number | null;
}

/** Neighbouring heartbeats between which the uptime fell or more time than this passed. */
export async function heartbeatSteps(
  connection: Connection,
  question: PointQuestion,
  longerThanMs: number,
): Promise<readonly HeartbeatStep[]> {
  const steps: HeartbeatStep[] = [];
  await readBinary(
    connection,
    `select before, time, uptime_before, uptime from (
       select time, uptime, lag(time) over w as before,
         lag(uptime) over w as uptime_before
       from device_heartbeats where ${within(question)} window w as (order by time)
     ) as s where before is not null
       and (uptime < uptime_before or time - before > interval '${Math.round(longerThanMs)} milliseconds')
     order by time`,
    (row) => {
      const beforeMs = row.timestamp() ?? 0;
      const timeMs = row.timestamp() ?? 0;
      steps.push({ beforeMs, timeMs, uptimeBefore: row.integer(), uptime: row.integer() });
    },
  );
  return steps;
}

/** Whether there is a heartbeat before a moment. */
export async function beatBefore(connection: Connection, address: string, ms: number): Promise<boolean> {
  const { rows } = await connection.query<{ found: boolean }>(
    `select exists (select from device_heartbeats where device_mac_addr = $1 and time < to_timestamp($2::float8 / 1000)) as found`,
    [address, ms],
  );
  return rows[0]?.found === true;
}
