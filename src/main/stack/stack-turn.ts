import type { Settings, SettingsPatch } from '../../shared/contract/settings.ts';
import type { StackKind } from '../../shared/contract/stack.ts';
import type { StackSwitch } from './stack-switch.ts';

export interface TurnParts {
  readonly stack: StackSwitch;
  readonly settings: { readonly current: Settings; update(patch: SettingsPatch): Promise<Settings> };
}

/** Makes another stack the application's. The one of before stops; nothing is started. */
export async function changeStack({ stack, settings }: TurnParts, kind: StackKind): Promise<void> {
  if (kind === settings.current.stackKind) return;
  // An engine that is gone must not hold anybody back from the other stack; what still holds a port is told then.
  await stack.stop().catch(() => undefined);
  const before = settings.current.stackKind;
  await settings.update({
    stackKind: kind,
    ...(kind === 'published' && before !== 'published' ? { stackBefore: before } : {}),
  });
  stack.switched();
}

/** A change to another stack in the middle of work that may fail afterwards. */
export class StackTurn {
  readonly #parts: () => TurnParts;
  /** What was the application's before, and whether it ran. */
  #before: { readonly kind: StackKind; readonly to: StackKind; readonly ran: boolean } | undefined;

  /** @param parts asked for when they are needed: the stack is made after what works with it */
  constructor(parts: () => TurnParts) {
    this.#parts = parts;
  }

  async take(to: StackKind): Promise<void> {
    const parts = this.#parts();
    const { stackKind: kind } = parts.settings.current;
    this.#before = { kind, to, ran: parts.stack.state().phase === 'running' };
    await changeStack(parts, to);
    await parts.settings.update({ firstRunDone: true });
  }

  /**
   * From the published stack to the one of before, which starts where the other was not stopped.
   *
   * @throws what its start throws; the published stack is left all the same
   */
  async leavePublished(): Promise<Exclude<StackKind, 'published'>> {
    const parts = this.#parts();
    const { stackKind, stackBefore } = parts.settings.current;
    if (stackKind !== 'published') return stackKind;
    const used = parts.stack.state().phase !== 'stopped';
    await changeStack(parts, stackBefore);
    if (used) await parts.stack.start();
    return stackBefore;
  }

  /** What was taken must be stopped already. @throws what the stack of before says where it does not start again */
  async giveBack(): Promise<void> {
    const before = this.#before;
    this.#before = undefined;
    if (before === undefined || before.kind === before.to) return;
    const { stack, settings } = this.#parts();
    await settings.update({ stackKind: before.kind });
    stack.switched();
    if (before.ran) await stack.start();
  }
}
