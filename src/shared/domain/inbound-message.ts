import type { Decoded } from './telemetry.ts';

/** One MQTT publication on its way in, as a broker or a subscriber received it. */
export interface InboundMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /**
   * The copy that a broker kept and sends because of a new subscription, so after every reconnect again: it may be of
   * any age. A live message is never one, also where its publisher asked to retain it (MQTT 3.1.1, section 3.3.1.3).
   */
  readonly keptCopy?: boolean;
  /** Epoch milliseconds at reception on this machine. */
  readonly receivedMs: number;
}

/** Called exactly once: without an error when the message is durable (its acknowledgement may go out). */
export type MessageDone = (error?: Error) => void;

/** Where brokers and subscribers hand their messages in; back-pressure is the caller not hearing from `done`. */
export interface MessageSink {
  submit(message: InboundMessage, done: MessageDone): void;
}

/**
 * When the sender of a message is known to have been there, epoch milliseconds: at the reception of a live message, at
 * the message's own time where a broker kept it, and 0 where that one has none.
 */
export function seenAtMs(decoded: Decoded, message: Pick<InboundMessage, 'receivedMs' | 'keptCopy'>): number {
  if (message.keptCopy !== true) return message.receivedMs;
  return decoded.kind === 'reading' || decoded.kind === 'heartbeat' ? decoded.timeMs : 0;
}
