import { Buffer, isUtf8 } from 'node:buffer';
import type { Publication } from '../../shared/contract/traffic-parts.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { publishTopicFault } from '../../shared/domain/topics.ts';
import type { OutgoingMessage } from './source.ts';

/** What is to be sent, as bytes. @throws AppError `traffic.bad-topic` (data: reason) */
export function outgoing(publication: Publication): OutgoingMessage {
  const { topic, payload, qos, retain, contentType, user } = publication;
  mustBePublishable(topic);
  return {
    topic,
    payload: payload.form === 'text' ? Buffer.from(payload.text) : Buffer.from(payload.base64, 'base64'),
    qos,
    retain,
    contentType,
    user,
  };
}

/** @throws AppError `traffic.bad-topic` (data: reason, a `TopicFault`) */
export function mustBePublishable(topic: string): void {
  const reason = publishTopicFault(topic);
  if (reason !== undefined)
    throw new AppError('traffic.bad-topic', `Nothing can be published on this topic: ${reason}.`, { reason });
}

/** Text where the bytes are text, and base64 is not the shorter way to write them (control characters). */
export function writtenPayload(payload: Buffer): { readonly text: string } | { readonly base64: string } {
  if (isUtf8(payload)) {
    const text = payload.toString('utf8');
    // A byte order mark or anything else must come back as it was.
    // oxlint-disable-next-line no-control-regex
    if (!/[\0-\u001F]/.test(text) || JSON.stringify(text).length <= payload.length * 1.4 + 16)
      return { text };
  }
  return { base64: payload.toString('base64') };
}
