/** One MQTT publication on its way in, as a broker or a subscriber received it. */
export interface InboundMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** Epoch milliseconds at reception on this machine. */
  readonly receivedMs: number;
}

/** Called exactly once: without an error when the message is durable (its acknowledgement may go out). */
export type MessageDone = (error?: Error) => void;

/** Where brokers and subscribers hand their messages in; back-pressure is the caller not hearing from `done`. */
export interface MessageSink {
  submit(message: InboundMessage, done: MessageDone): void;
}
