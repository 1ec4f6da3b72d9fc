import { isMacAddress, type MacAddress } from './mac-address.ts';
import type { Decoded, DeviceStatus, Heartbeat, Reading, Rejected, RejectReason } from './telemetry.ts';
import { judgeTime } from './timestamps.ts';
import { parseSensorTopic, sensorTopicPrefix, timeTopic } from './topics.ts';

/** What a DHT22 can measure; everything else is a broken sensor or a broken message. */
export const temperatureRange = { min: -40, max: 80 } as const;
export const humidityRange = { min: 0, max: 100 } as const;
/** Larger than any message of a sensor; more is not even parsed. */
export const maxPayloadBytes = 8_192;

const int4Max = 2_147_483_647;
const textLimit = 64;

type Json = Readonly<Record<string, unknown>>;

const passed: Decoded = { kind: 'passed' };
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Turns one publication into a row, a status, or a reason why it is none. Never throws; unknown fields are
 * ignored. The rules are those of the published topics and payloads.
 *
 * A reading without a time is given its reception time, which is true of a live message only. Of a copy that a broker
 * kept, that time would be a new row at every reconnect and a sensor alive that died months ago; so it is rejected with
 * `unknown-age`, and one with a time of its own is the row that it always was.
 *
 * @param keptCopy see `InboundMessage.keptCopy`
 */
export function decodeMessage(
  topic: string,
  payload: Uint8Array,
  receivedMs: number,
  keptCopy = false,
): Decoded {
  const place = parseSensorTopic(topic);
  if (place === undefined) {
    if (topic === timeTopic) return passed;
    return rejectTopic(topic);
  }
  if (place.channel === 'cmd') return passed;
  if (payload.length > maxPayloadBytes) return reject(place.mac, 'too-large', `${payload.length} bytes`);
  const text = decodeText(payload);
  if (text === undefined) return reject(place.mac, 'not-json', 'not UTF-8 text');
  if (place.channel === 'status') return decodeStatus(place.mac, text);
  const json = parseJson(text);
  if (json === undefined) return reject(place.mac, 'not-json', '');
  if (!isObject(json)) return reject(place.mac, 'not-an-object', '');
  const fault = checkDevice(place.mac, json);
  if (fault !== undefined) return fault;
  return place.channel === 'data'
    ? decodeReading(place.mac, json, receivedMs, keptCopy)
    : decodeHeartbeat(place.mac, json, receivedMs, keptCopy);
}

function rejectTopic(topic: string): Rejected {
  const after = topic.startsWith(sensorTopicPrefix) ? topic.slice(sensorTopicPrefix.length) : undefined;
  const level = after?.split('/', 1)[0];
  if (level === undefined) return reject(null, 'unknown-topic', '');
  if (isMacAddress(level)) return reject(level, 'unknown-topic', '');
  return reject(null, 'bad-topic-mac', '');
}

function decodeText(payload: Uint8Array): string | undefined {
  try {
    return utf8.decode(payload);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkDevice(mac: MacAddress, json: Json): Rejected | undefined {
  const id = own(json, 'device_id');
  if (id === undefined) return reject(mac, 'missing-field', 'device_id');
  if (typeof id !== 'string') return reject(mac, 'wrong-type', 'device_id');
  return id === mac ? undefined : reject(mac, 'mac-mismatch', `device_id ${id.slice(0, textLimit)}`);
}

function decodeReading(
  mac: MacAddress,
  json: Json,
  receivedMs: number,
  keptCopy: boolean,
): Reading | Rejected {
  const temperature = own(json, 'temperature');
  const humidity = own(json, 'humidity');
  const fault =
    checkMeasure(mac, 'temperature', temperature, temperatureRange) ??
    checkMeasure(mac, 'humidity', humidity, humidityRange);
  if (fault !== undefined) return fault;
  const time = judgeTime(own(json, 'timestamp'), receivedMs);
  if (keptCopy && !time.own) return reject(mac, 'unknown-age', 'timestamp');
  const { timeMs, clockFaulty } = time;
  return {
    kind: 'reading',
    mac,
    timeMs,
    temperature: temperature as number,
    humidity: humidity as number,
    clockFaulty,
  };
}

function checkMeasure(
  mac: MacAddress,
  field: string,
  value: unknown,
  range: { min: number; max: number },
): Rejected | undefined {
  if (value === undefined || value === null) return reject(mac, 'missing-field', field);
  if (typeof value !== 'number') return reject(mac, 'wrong-type', field);
  if (!(value >= range.min && value <= range.max))
    return reject(mac, 'implausible-value', `${field} ${value}`);
  return undefined;
}

function decodeHeartbeat(
  mac: MacAddress,
  json: Json,
  receivedMs: number,
  keptCopy: boolean,
): Heartbeat | Rejected {
  for (const field of ['rssi', 'free_heap', 'uptime', 'min_heap'] as const) {
    const fault = checkInteger(mac, field, own(json, field));
    if (fault !== undefined) return fault;
  }
  const ntpSync = own(json, 'ntp_sync');
  if (ntpSync !== undefined && ntpSync !== null && typeof ntpSync !== 'boolean')
    return reject(mac, 'wrong-type', 'ntp_sync');
  const time = judgeTime(own(json, 'timestamp'), receivedMs);
  if (keptCopy && !time.own) return reject(mac, 'unknown-age', 'timestamp');
  const { timeMs, clockFaulty } = time;
  return {
    kind: 'heartbeat',
    mac,
    timeMs,
    clockFaulty,
    rssi: integerOrNull(own(json, 'rssi')),
    freeHeap: integerOrNull(own(json, 'free_heap')),
    uptime: integerOrNull(own(json, 'uptime')),
    minHeap: integerOrNull(own(json, 'min_heap')),
    ntpSync: ntpSync === true,
    siteRef: textOrNull(own(json, 'site_id')),
    firmware: textOrNull(own(json, 'fw')),
    chip: textOrNull(own(json, 'chip')),
    ip: textOrNull(own(json, 'ip')),
    resetReason: textOrNull(own(json, 'reset_reason')),
    queued: integerOrNull(own(json, 'queued')),
  };
}

function checkInteger(mac: MacAddress, field: string, value: unknown): Rejected | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') return reject(mac, 'wrong-type', field);
  if (!(Math.abs(value) <= int4Max)) return reject(mac, 'implausible-value', `${field} ${value}`);
  return undefined;
}

function integerOrNull(value: unknown): number | null {
  return typeof value === 'number' && Math.abs(value) <= int4Max ? Math.round(value) : null;
}

/** What is only shown is cut to a length and freed of control characters, never a reason to refuse. */
function textOrNull(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const clean = value.replace(/[\p{Cc}\p{Cs}]/gu, '').trim();
  return clean === '' ? null : clean.slice(0, textLimit).replace(/[\uD800-\uDBFF]$/, '');
}

/** Field firmware sends the same JSON for birth and will, its README says plain words, ours adds `status`. */
function decodeStatus(mac: MacAddress, text: string): DeviceStatus | Rejected {
  const word = text.trim().toLowerCase();
  if (word === 'online' || word === 'offline') return { kind: 'status', mac, status: word };
  // An empty retained message only takes the old one away.
  if (word === '') return { kind: 'status', mac, status: null };
  const json = parseJson(text);
  if (json === undefined) return reject(mac, 'not-json', '');
  if (!isObject(json)) return reject(mac, 'not-an-object', '');
  const id = own(json, 'device_id');
  if (id !== undefined && id !== mac) return reject(mac, 'mac-mismatch', '');
  const status = own(json, 'status');
  return { kind: 'status', mac, status: status === 'online' || status === 'offline' ? status : null };
}

/** Only the message's own fields: `__proto__` and the like say nothing. */
function own(json: Json, field: string): unknown {
  return Object.hasOwn(json, field) ? json[field] : undefined;
}

function reject(mac: MacAddress | null, reason: RejectReason, detail: string): Rejected {
  return { kind: 'rejected', mac, reason, detail };
}
