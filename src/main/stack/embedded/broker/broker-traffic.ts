import type { InboundMessage } from '../../../../shared/domain/inbound-message.ts';
import { Listeners } from '../../../foundation/listeners.ts';

/** A message that the broker takes, and whose it is. The application's own carry its name and no account. */
export interface TakenMessage extends InboundMessage {
  readonly payload: Buffer;
  readonly client: string;
  readonly account: string;
  /** The sink has it next, and says what became of it. */
  readonly ingested: boolean;
}

/** The client of a message that nobody sent over a connection. */
export const ownClient = 'application';

/** Everything that the broker takes, for whoever looks at it. */
export class BrokerTraffic {
  /** Before the ingest has it; of the application's own messages, as they are published. */
  readonly taken = new Listeners<TakenMessage>();
  /** What the ingest refused, so that its sender was not answered. */
  readonly failed = new Listeners<TakenMessage>();
}
