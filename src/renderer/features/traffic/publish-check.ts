import { publishTopicFault, type TopicFault } from '../../../shared/domain/topics.ts';
import type { Publication } from '../../../shared/contract/traffic-parts.ts';

export interface PublishCheck {
  readonly topic: TopicFault | null;
  /** `json`: it parses; `broken`: it begins like JSON and does not; `other`: it is not meant as JSON. */
  readonly payload: 'empty' | 'json' | 'broken' | 'other';
  /** What the reader of JSON says of it. */
  readonly detail: string;
}

/** Is a publication what its author means? A payload that only looks like JSON can be sent all the same. */
export function publishCheck({ topic, payload }: Pick<Publication, 'topic' | 'payload'>): PublishCheck {
  const fault = publishTopicFault(topic) ?? null;
  const text = payload.form === 'text' ? payload.text : '';
  if (payload.form === 'base64') return { topic: fault, payload: 'other', detail: '' };
  if (text === '') return { topic: fault, payload: 'empty', detail: '' };
  try {
    JSON.parse(text);
    return { topic: fault, payload: 'json', detail: '' };
  } catch (error) {
    const broken = /^\s*[[{"]/u.test(text);
    return {
      topic: fault,
      payload: broken ? 'broken' : 'other',
      detail: broken && error instanceof Error ? error.message : '',
    };
  }
}
