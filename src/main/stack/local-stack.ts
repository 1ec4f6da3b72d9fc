import type { StackState } from '../../shared/contract/stack.ts';
import type { MessageSink } from '../../shared/domain/inbound-message.ts';
import type { Closable } from '../foundation/disposer.ts';
import type { Observable } from '../foundation/watch-state.ts';
import type { Database } from '../storage/index.ts';

/** A login that the broker saw. */
export interface SeenLogin {
  readonly username: string;
  readonly accepted: boolean;
}

/** How the stack's broker is reached, with an account that may read and publish every topic. */
export interface BrokerAccess {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

/** What the rest of the application asks of a broker, whichever it is. */
export interface StackBroker {
  /** @throws AppError `stack.not-running` */
  publish(
    topic: string,
    payload: string,
    options: { readonly qos: 0 | 1; readonly retain: boolean },
  ): Promise<void>;
  /** Where and as whom its messages can be read; `undefined` of the embedded one, and while it does not run. */
  access(): BrokerAccess | undefined;
  /** After its account was removed or got another password. */
  disconnectAccount(username: string): void;
  onLogin(listener: (login: SeenLogin) => void): () => void;
}

/** An MQTT endpoint and a database under one start and stop: embedded, or in containers. */
export interface LocalStack extends Observable<Omit<StackState, 'demo'>>, Closable {
  readonly broker: StackBroker;
  /** Resolves when sensors can publish. @throws the error of the part that did not start */
  start(): Promise<void>;
  /** Nothing acknowledged is lost. Interrupts a start. */
  stop(): Promise<void>;
  /** The owner's connections while it runs. */
  owner(): Database | undefined;
}

/** What lives on the database while the stack runs: the ingest and all that reads. */
export interface StackTenant {
  /** The stack has a migrated database; resolves when messages can be taken. */
  open(
    databases: {
      readonly owner: Database;
      readonly ingestor: Database;
      /** Another ingestor stores what arrives; this one looks on, and steps in where it does not. */
      readonly storedByAnother: boolean;
      /** That other one drops what it cannot store: this one keeps it in quarantine. */
      readonly quarantinesNothing?: boolean;
    },
    signal: AbortSignal,
  ): Promise<{ readonly sink: MessageSink; close(): Promise<void> }>;
}
