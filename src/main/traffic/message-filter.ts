import type { MessageFilter } from '../../shared/contract/traffic-messages.ts';
import { compileConditions } from './json-conditions.ts';
import { compileTopicFilter, type TopicTest } from './topic-filter.ts';

/** Levels of JSON. */
const deepest = 2_000;

/** What a filter looks at. */
export interface FilteredMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly client: string;
  readonly account: string;
}

/** A filter made ready once for many messages: the parts in the order of what they cost. */
export interface CompiledFilter {
  /** Nothing is left out. */
  readonly all: boolean;
  /** Of the topic alone: whoever keeps topics apart asks once for each. */
  readonly topic: TopicTest | null;
  /** The parts beside the topic filter; with `all` or `topic` alone it is `null`. */
  readonly rest: ((message: FilteredMessage) => boolean) | null;
  readonly matches: (message: FilteredMessage) => boolean;
}

/** @throws AppError `traffic.bad-filter` (data: field, at, reason) */
export function compileFilter(filter: MessageFilter): CompiledFilter {
  const topic = filter.topic === '' ? null : compileTopicFilter(filter.topic);
  const tests = restOf(filter);
  const rest = tests.length === 0 ? null : (message: FilteredMessage) => tests.every((test) => test(message));
  return {
    all: topic === null && rest === null,
    topic,
    rest,
    matches: (message) => (topic === null || topic(message.topic)) && (rest === null || rest(message)),
  };
}

function restOf({
  text,
  json,
  qos,
  retained,
  client,
}: MessageFilter): ((message: FilteredMessage) => boolean)[] {
  const tests: ((message: FilteredMessage) => boolean)[] = [];
  if (qos.length > 0 && new Set(qos).size < 3) tests.push((message) => qos.includes(message.qos));
  if (retained !== null) tests.push((message) => message.retain === retained);
  if (client !== '') tests.push((message) => message.client === client || message.account === client);
  if (text !== '') tests.push(textTest(text));
  if (json.trim() !== '') tests.push(jsonTest(json));
  return tests;
}

function textTest(text: string): (message: FilteredMessage) => boolean {
  const lower = text.toLowerCase();
  // oxlint-disable-next-line no-control-regex
  if (!/^[\0-\u007F]*$/u.test(text)) {
    return ({ topic, payload }) =>
      topic.toLowerCase().includes(lower) || payload.toString('utf8').toLowerCase().includes(lower);
  }
  // Bytes below 0x80 are ASCII alone in UTF-8: as Latin-1 the payload needs no decoding.
  const pattern = new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`), 'i');
  return ({ topic, payload }) =>
    topic.toLowerCase().includes(lower) || pattern.test(payload.toString('latin1'));
}

function jsonTest(json: string): (message: FilteredMessage) => boolean {
  const holds = compileConditions(json);
  return ({ payload }) => {
    const root = parsedPayload(payload);
    return root !== undefined && holds(root);
  };
}

/** What a payload says as JSON; `undefined` where it does not parse, whatever it is. */
export function parsedPayload(payload: Buffer): unknown {
  // Most payloads that are no JSON are told by their first byte, without the cost of an exception.
  const first = payload[firstInk(payload)];
  if (first === undefined || !jsonBegins.has(first) || isTooDeep(payload)) return undefined;
  try {
    return JSON.parse(payload.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** Parsing what is nested a hundred thousand times takes a quarter of a second, in which nothing else happens. */
function isTooDeep(payload: Buffer): boolean {
  if (payload.length <= deepest) return false;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < payload.length; at++) {
    const byte = payload[at];
    if (byte === 0x5c) at++;
    else if (byte === 0x22) inText = !inText;
    else if (inText) continue;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > deepest) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return false;
}

const jsonBegins = new Set(Buffer.from('{["-0123456789tfn'));

function firstInk(payload: Buffer): number {
  let at = 0;
  while (at < payload.length) {
    const byte = payload[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) break;
    at++;
  }
  return at;
}
