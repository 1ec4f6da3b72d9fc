import type { RetainedItem, BrokerClientInfo } from '../../../shared/contract/traffic-parts.ts';
import type { TrafficMessage, TrafficNode } from '../../../shared/contract/traffic-messages.ts';

/** Everything that could move the cursor, colour the terminal or turn the order of a line around (bidirectional marks). */
// oxlint-disable-next-line no-control-regex
const unprintable = /[\0-\u001F\u007F-\u009F\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** What others sent, safe to be shown on a terminal. */
export function printable(text: string): string {
  return text.replace(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function messageLine(message: TrafficMessage): string {
  const { timeMs, topic, topicCut, qos, retain, client } = message;
  const who = client === '' ? '' : `  ${printable(client)}`;
  return `${new Date(timeMs).toISOString()}  ${printable(topic)}${topicCut ? '…' : ''}  q${qos}${retain ? ' r' : ''}${who}  ${content(message)}`;
}

export function retainedLine(item: RetainedItem): string {
  return `${printable(item.topic)}  q${item.qos}  ${item.bytes} B  ${content(item)}`;
}

export function nodeLine({ name, depth, topics, messages, messagesPerSecond, own }: TrafficNode): string {
  const below = own !== null && topics === 1 ? '' : `  ${topics} topics`;
  const value = own === null ? '' : `  ${content(own)}`;
  const shown = name === '' ? '""' : printable(name);
  return `${'  '.repeat(depth)}${shown}${below}  ${messages} msg  ${messagesPerSecond.toFixed(1)}/s${value}`;
}

export function clientLine(client: BrokerClientInfo): string {
  const { id, account, address, listener, keepAliveSeconds, subscriptions, sinceMs } = client;
  return [
    printable(id),
    printable(account),
    address,
    `${listener} v${client.protocolVersion}`,
    `${keepAliveSeconds} s`,
    `${client.messagesIn} msg`,
    `${client.bytesIn} B in, ${client.bytesOut} B out`,
    `since ${new Date(sinceMs).toISOString()}`,
    subscriptions.map(({ filter, qos }) => `${printable(filter)} q${qos}`).join(', '),
  ]
    .join('  ')
    .trimEnd();
}

function content({
  form,
  preview,
  previewCut,
}: Pick<TrafficMessage, 'form' | 'preview' | 'previewCut'>): string {
  if (form === 'empty') return '(empty)';
  return `${form === 'binary' ? '0x' : ''}${printable(preview)}${previewCut ? '…' : ''}`;
}
