import { Buffer } from 'node:buffer';
import { publishTopicFault } from '../../shared/domain/topics.ts';
import { writtenPayload } from './publication.ts';
import type { OutgoingMessage, SeenMessage } from './source.ts';

/** Why a line of a recording cannot be read. */
export type LineFault =
  | 'too-long'
  | 'not-utf8'
  | 'not-json'
  | 'not-an-object'
  | 'bad-time'
  | 'bad-topic'
  | 'bad-payload'
  | 'bad-qos'
  | 'bad-retain'
  | 'bad-properties';

export interface RecordedMessage {
  readonly timeMs: number;
  readonly message: OutgoingMessage;
}

type UserProperties = OutgoingMessage['user'];

/** One message as a line of NDJSON, its end included; the form is described in docs/traffic-recordings.md. */
export function recordingLine(seen: SeenMessage): string {
  const written = writtenPayload(seen.payload);
  const { contentType = null, user = [] } = seen.properties ?? {};
  return `${JSON.stringify({
    time: new Date(seen.timeMs).toISOString(),
    topic: seen.topic,
    ...('text' in written ? { payload: written.text } : { payload_base64: written.base64 }),
    qos: seen.qos,
    retain: seen.retain,
    ...(seen.client === '' ? {} : { client: seen.client }),
    ...(contentType === null ? {} : { content_type: contentType }),
    ...(user.length === 0 ? {} : { user_properties: user.map(({ name, value }) => [name, value]) }),
  })}\n`;
}

/** Reads a line; what it does not know in it is left alone. */
export function readRecordingLine(line: string): RecordedMessage | LineFault {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return 'not-json';
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'not-an-object';
  const fields = json as Readonly<Record<string, unknown>>;
  const timeMs = readTime(fields['time']);
  if (timeMs === undefined) return 'bad-time';
  const { topic, qos = 0, retain = false, content_type: contentType = '' } = fields;
  if (typeof topic !== 'string' || publishTopicFault(topic) !== undefined) return 'bad-topic';
  const payload = readPayload(fields['payload'], fields['payload_base64']);
  if (payload === undefined) return 'bad-payload';
  if (qos !== 0 && qos !== 1 && qos !== 2) return 'bad-qos';
  if (typeof retain !== 'boolean') return 'bad-retain';
  const user = readUser(fields['user_properties']);
  if (user === undefined || typeof contentType !== 'string') return 'bad-properties';
  return { timeMs, message: { topic, payload, qos, retain, contentType, user } };
}

/** ISO 8601 with its zone, or epoch milliseconds. */
function readTime(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)$/.test(value)) {
    const timeMs = Date.parse(value);
    return Number.isNaN(timeMs) ? undefined : timeMs;
  }
  // Beyond it there is no date (ECMA-262, section 21.4.1.1).
  return typeof value === 'number' && Math.abs(value) <= 8.64e15 ? value : undefined;
}

function readPayload(text: unknown, encoded: unknown): Buffer | undefined {
  if (typeof text === 'string' && encoded === undefined) return Buffer.from(text, 'utf8');
  if (typeof encoded !== 'string' || text !== undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  // What is no base64 is passed over in silence, so only a text that comes back is one.
  return bytes.toString('base64') === encoded ? bytes : undefined;
}

function readUser(value: unknown): UserProperties | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return undefined;
  const user: { name: string; value: string }[] = [];
  for (const pair of value as readonly unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return undefined;
    const [name, text] = pair as readonly unknown[];
    if (typeof name !== 'string' || typeof text !== 'string') return undefined;
    user.push({ name, value: text });
  }
  return user;
}
