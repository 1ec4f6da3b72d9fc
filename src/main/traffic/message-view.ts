import type { MessageDetail, TrafficMessage, TrafficNode } from '../../shared/contract/traffic-messages.ts';
import { keptPayloadBytes, type MessageRing } from './message-ring.ts';
import { cutText, previewOf } from './payload-preview.ts';
import type { TrafficLog } from './traffic-log.ts';
import { topicOfNode, type ListedNode } from './tree-listing.ts';

const topicCharacters = 1_000;
const levelCharacters = 200;

/** One line of the message list, of a message that is kept. */
export function messageView(ring: MessageRing, seq: number): TrafficMessage {
  const message = ring.at(seq);
  const { topic, bytes, client, account, timeMs, qos, retain } = message;
  return {
    seq,
    timeMs,
    ...cutTopic(topic),
    qos,
    retain,
    bytes,
    ...previewOf(message.payload, ring.formOf(seq)),
    client,
    account,
  };
}

/** Everything of a message that is kept, in copies. */
export function messageDetailOf(ring: MessageRing, seq: number): MessageDetail {
  const previous = ring.previousOf(seq);
  return {
    message: messageView(ring, seq),
    topic: ring.topicOf(seq),
    payload: payloadCopy(ring, seq),
    payloadCut: ring.sizeOf(seq) > keptPayloadBytes,
    properties: ring.propertiesOf(seq),
    outcome: ring.outcomeOf(seq),
    previous:
      previous === 0
        ? null
        : { seq: previous, timeMs: ring.timeOf(previous), payload: payloadCopy(ring, previous) },
  };
}

/** One row of the topic tree. */
export function nodeView(
  log: TrafficLog,
  { node, open, children }: ListedNode,
  nowMs: number,
  windowMs: number,
): TrafficNode {
  return {
    id: node.id,
    name: cutText(node.name, levelCharacters),
    ...cutTopic(topicOfNode(node)),
    depth: node.depth,
    children,
    open,
    topics: node.topics,
    messages: node.messages,
    bytes: node.bytes,
    messagesPerSecond: node.rate(nowMs, windowMs),
    lastSeq: node.lastSeq,
    lastMs: node.lastMs,
    own: node.topic === null ? null : ownMessage(log.ring, node.topic, node.ownMessages),
  };
}

function ownMessage(ring: MessageRing, topic: string, messages: number): TrafficNode['own'] {
  const seq = ring.newestOfTopic(topic);
  if (seq === 0) return null;
  const { timeMs, retain, payload } = ring.at(seq);
  return { seq, timeMs, messages, retain, ...previewOf(payload, ring.formOf(seq)) };
}

function payloadCopy(ring: MessageRing, seq: number): Blob {
  return new Blob([new Uint8Array(ring.payloadOf(seq))]);
}

function cutTopic(topic: string): { readonly topic: string; readonly topicCut: boolean } {
  return { topic: cutText(topic, topicCharacters), topicCut: topic.length > topicCharacters };
}
