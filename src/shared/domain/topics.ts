import { isMacAddress, type MacAddress } from './mac-address.ts';
import { utf8Length } from './utf8-length.ts';

/** What a sensor's topic can carry; `cmd` goes towards the board, the others come from it. */
export type SensorChannel = 'data' | 'heartbeat' | 'status' | 'cmd';

export interface SensorTopic {
  readonly mac: MacAddress;
  readonly channel: SensorChannel;
}

export const sensorTopicPrefix = 'datayoti/sensor/';
/** Filter under which everything that sensors publish arrives. */
export const sensorTopicFilter = 'datayoti/sensor/#';
/** Time for boards that reach no NTP server: `{"epoch_ms":...}`. */
export const timeTopic = 'datayoti/time';

const channels: ReadonlySet<string> = new Set<SensorChannel>(['data', 'heartbeat', 'status', 'cmd']);
const macEnd = sensorTopicPrefix.length + 17;

/** Reads `datayoti/sensor/{MAC}/{channel}`; `undefined` for every other topic. */
export function parseSensorTopic(topic: string): SensorTopic | undefined {
  if (!topic.startsWith(sensorTopicPrefix) || topic.charCodeAt(macEnd) !== 47) return undefined;
  const mac = topic.slice(sensorTopicPrefix.length, macEnd);
  const channel = topic.slice(macEnd + 1);
  if (!channels.has(channel) || !isMacAddress(mac)) return undefined;
  return { mac, channel: channel as SensorChannel };
}

export function sensorTopic(mac: MacAddress, channel: SensorChannel): string {
  return `${sensorTopicPrefix}${mac}/${channel}`;
}

/** MQTT 3.1.1 section 4.7: does a topic name match a filter with `+` and `#`? `$` topics match no leading wildcard. */
export function topicMatches(filter: string, topic: string): boolean {
  const filterLevels = filter.split('/');
  const topicLevels = topic.split('/');
  if (topic.startsWith('$') && (filterLevels[0] === '+' || filterLevels[0] === '#')) return false;
  for (let i = 0; i < filterLevels.length; i++) {
    const level = filterLevels[i];
    if (level === '#') return i === filterLevels.length - 1;
    if (i >= topicLevels.length) return false;
    if (level !== '+' && level !== topicLevels[i]) return false;
  }
  return filterLevels.length === topicLevels.length;
}

/** Why nothing can be published on a topic: `reserved` for `$SYS`, which is the broker's own. */
export type TopicFault = 'empty' | 'wildcard' | 'null-character' | 'not-unicode' | 'too-long' | 'reserved';

const topicBytesAtMost = 65_535;
const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * May a message have this topic name? MQTT 3.1.1, sections 1.5.3 (UTF-8), 3.3.2.1 (no wildcards) and 4.7.3 (not empty,
 * no null character, at most 65 535 bytes). Empty levels, spaces and control characters are allowed.
 */
export function publishTopicFault(topic: string): TopicFault | undefined {
  if (topic === '') return 'empty';
  if (/[+#]/.test(topic)) return 'wildcard';
  if (topic.includes('\0')) return 'null-character';
  if (loneSurrogate.test(topic)) return 'not-unicode';
  if (utf8Length(topic) > topicBytesAtMost) return 'too-long';
  return /^\$SYS(?:\/|$)/.test(topic) ? 'reserved' : undefined;
}
