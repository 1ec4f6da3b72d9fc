import type { StackKind } from '../../shared/contract/stack.ts';
import { Listeners } from '../foundation/listeners.ts';
import type { Database } from '../storage/index.ts';
import type { LocalStack, SeenLogin, StackBroker } from './local-stack.ts';

/** One stack for the rest of the application, whichever of them is chosen; the others lie still. */
export class StackSwitch implements LocalStack {
  readonly #stacks: Readonly<Record<StackKind, LocalStack>>;
  readonly #chosen: () => StackKind;
  readonly #changes = new Listeners<void>();
  readonly #logins = new Listeners<SeenLogin>();

  /** @param chosen read at each call: the settings say which one it is */
  constructor(stacks: Readonly<Record<StackKind, LocalStack>>, chosen: () => StackKind) {
    this.#stacks = stacks;
    this.#chosen = chosen;
    for (const stack of Object.values(stacks)) {
      stack.onChange(() => this.#changes.tell());
      stack.broker.onLogin((login) => this.#logins.tell(login));
    }
  }

  readonly broker: StackBroker = {
    publish: (...args) => this.#current.broker.publish(...args),
    access: () => this.#current.broker.access(),
    disconnectAccount: (username) => {
      for (const stack of Object.values(this.#stacks)) stack.broker.disconnectAccount(username);
    },
    onLogin: (listener) => this.#logins.add(listener),
  };

  state(): ReturnType<LocalStack['state']> {
    return this.#current.state();
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  start(): Promise<void> {
    return this.#current.start();
  }

  stop(): Promise<void> {
    return this.#current.stop();
  }

  owner(): Database | undefined {
    return this.#current.owner();
  }

  /** After another one was chosen: the present state is another one too. */
  switched(): void {
    this.#changes.tell();
  }

  async close(): Promise<void> {
    const closing = await Promise.allSettled(Object.values(this.#stacks).map((stack) => stack.close()));
    for (const result of closing) if (result.status === 'rejected') throw result.reason;
  }

  get #current(): LocalStack {
    return this.#stacks[this.#chosen()];
  }
}
