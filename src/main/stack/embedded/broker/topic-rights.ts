import type { Account } from '../../../../shared/contract/broker.ts';
import { parseSensorTopic, sensorTopicPrefix, timeTopic } from '../../../../shared/domain/topics.ts';

/** What topic rights need to know of an account. */
export type Rights = Pick<Account, 'role' | 'mac'>;

/**
 * May the account publish on this topic? A device only below its own `datayoti/sensor/{MAC}/`, where `cmd` is
 * for the other direction; firmware with one shared account below any sensor's topic.
 */
export function mayPublish({ role, mac }: Rights, topic: string): boolean {
  if (role === 'admin') return !topic.startsWith('$');
  if (role === 'reader') return false;
  if (!topic.startsWith(sensorTopicPrefix)) return false;
  if (parseSensorTopic(topic)?.channel === 'cmd') return false;
  if (role === 'sensors') return true;
  return mac !== null && topic.startsWith(`${sensorTopicPrefix}${mac}/`);
}

/** May the account subscribe with this filter? Never to more than it could read topic by topic. */
export function maySubscribe({ role, mac }: Rights, filter: string): boolean {
  // This broker has no shared subscriptions; taken as a plain filter it would never match, and nobody would know.
  if (filter.startsWith('$share/')) return false;
  if (role === 'admin' || role === 'reader') return true;
  if (filter === timeTopic) return true;
  if (role === 'device') return mac !== null && filter === `${sensorTopicPrefix}${mac}/cmd`;
  return parseSensorTopic(filter)?.channel === 'cmd';
}

/**
 * May the account receive a message on this topic? Asked for each delivery, so that whatever a session came to
 * hold (an older right, another account's queue), nothing reaches a client that it could not subscribe to.
 */
export function mayReceive(rights: Rights, topic: string): boolean {
  return maySubscribe(rights, topic);
}
