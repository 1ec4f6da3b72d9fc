import type { Queryable } from '../database.ts';

export type EventTopic = 'verdict' | 'clock' | 'limits' | 'command';
type Facts = Readonly<Record<string, string | number | boolean | null>>;

export interface DeviceEvent {
  readonly mac: string;
  readonly timeMs: number;
  readonly topic: EventTopic;
  readonly value: string;
  readonly data: Facts;
}

/** At most so many of one device are kept. */
const perDevice = 500;

/** Those of devices that exist; the oldest of each that are too many go. */
export async function insertEvents(connection: Queryable, events: readonly DeviceEvent[]): Promise<void> {
  if (events.length === 0) return;
  await connection.query(
    `insert into field.device_events (device_mac_addr, time, topic, value, data)
     select i.mac, to_timestamp(i.ms / 1000), i.topic, i.value, i.data::jsonb
     from unnest($1::text[], $2::float8[], $3::text[], $4::text[], $5::text[]) as i (mac, ms, topic, value, data)
     join devices d on d.device_mac_addr = i.mac`,
    [
      events.map(({ mac }) => mac),
      events.map(({ timeMs }) => timeMs),
      events.map(({ topic }) => topic),
      events.map(({ value }) => value),
      events.map(({ data }) => JSON.stringify(data)),
    ],
  );
  await connection.query(
    `delete from field.device_events e using (
       select m.mac, (select n.id from field.device_events n where n.device_mac_addr = m.mac
         order by n.time desc, n.id desc offset $2 limit 1) as id
       from (select distinct unnest($1::text[])) as m (mac)) as old
     where e.device_mac_addr = old.mac and old.id is not null and e.id <= old.id`,
    [events.map(({ mac }) => mac), perDevice],
  );
}

/** The last value that was noted of each device and topic. */
export async function lastEvents(
  connection: Queryable,
): Promise<readonly Pick<DeviceEvent, 'mac' | 'topic' | 'value'>[]> {
  const { rows } = await connection.query<{ mac: string; topic: EventTopic; value: string }>(
    `select distinct on (device_mac_addr, topic) device_mac_addr as mac, topic, value
     from field.device_events where topic <> 'command' order by device_mac_addr, topic, time desc, id desc`,
  );
  return rows;
}

/** Newest first. */
export async function eventsBefore(
  connection: Queryable,
  mac: string,
  beforeMs: number,
  limit: number,
): Promise<readonly DeviceEvent[]> {
  const { rows } = await connection.query<{ [K in keyof DeviceEvent]: DeviceEvent[K] }>(
    `select device_mac_addr as mac, time as "timeMs", topic, value, data from field.device_events
     where device_mac_addr = $1 and time < to_timestamp($2::float8 / 1000) order by time desc, id desc limit $3`,
    [mac, beforeMs, limit],
  );
  return rows;
}

export interface NoteRow {
  readonly timeMs: number;
  readonly kind: 'commissioned' | 'moved' | 'calibrated' | 'note';
  readonly text: string;
  readonly author: string;
  readonly automatic: boolean;
}

/** What was noted on the device's own line, newest first. */
export async function notesBefore(
  connection: Queryable,
  mac: string,
  beforeMs: number,
  limit: number,
): Promise<readonly NoteRow[]> {
  const { rows } = await connection.query<{ [K in keyof NoteRow]: NoteRow[K] }>(
    `select time as "timeMs", kind, text, author, automatic from field.annotations
     where device_mac_addr = $1 and time < to_timestamp($2::float8 / 1000) order by time desc, id desc limit $3`,
    [mac, beforeMs, limit],
  );
  return rows;
}

/** The oldest heartbeat of a device. */
export async function firstBeatMs(connection: Queryable, mac: string): Promise<number | null> {
  const { rows } = await connection.query<{ ms: number | null }>(
    'select min(time) as ms from device_heartbeats where device_mac_addr = $1',
    [mac],
  );
  return rows[0]?.ms ?? null;
}
